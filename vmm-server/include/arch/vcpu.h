/* SPDX-License-Identifier: BSD-2-Clause */
/* What the architecture does to start a guest. */
#pragma once

#include <stdint.h>

struct vcpu;

/* What the server itself keeps of the vCPU's registers: to the state of power-on. */
void arch_vcpu_reset(struct vcpu *vcpu);

/* New registers: at `entry`, with `argument` as a kernel takes its device tree. */
void arch_vcpu_start(struct vcpu *vcpu, uint64_t entry, uint64_t argument);

/* Zero the guest's memory, for a guest that may still run without caches. */
void arch_memory_clear(void *start, uint64_t size);

/* The server wrote the guest's memory for a guest that may still run without caches. */
void arch_memory_written(const void *start, uint64_t size);
