/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exits whose meaning is the architecture's. Like the generic ones these functions leave results in
 * the message's words 0 to 3 and give the reply's label.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <cloister/message.h>

struct vcpu;

/* A data access that the hardware did not decode. */
uint64_t arch_exit_memory(struct vcpu *vcpu, struct message *exit);

/* A call to the hypervisor or to the firmware. */
uint64_t arch_exit_call(struct vcpu *vcpu, struct message *exit);

/* An access to a system register. */
uint64_t arch_exit_register(struct vcpu *vcpu, struct message *exit);

/* Any other trap. */
uint64_t arch_exit_other(struct vcpu *vcpu, struct message *exit);

/* The name of a system register, of up to 19 bytes, from the address word of EXIT_REGISTER. */
void arch_register_name(char *name, size_t size, uint64_t encoding);
