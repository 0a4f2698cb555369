/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests as traps and switches see them.
 */
#pragma once

#include <types.h>

struct address_space;
struct vcpu;

/* What the processor does for all guests. Once. */
void guest_start(void);

/* A synchronous trap of VS or VU, with its cause, came from the guest that runs. */
void guest_trapped(struct vcpu *vcpu, uint64_t cause);

/* What a guest shares with processes becomes its own, and back. Its state is on the core. */
void guest_enter(struct vcpu *vcpu);
void guest_leave(struct vcpu *vcpu);

/* The entry that maps the page of a guest-physical address, as if of a page, whatever the frame's size; 0: there is none. */
uint64_t guest_entry(const struct address_space *space, uint64_t address);
