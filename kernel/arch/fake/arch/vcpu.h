/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's processor state: a timer, the priorities of what it handles, and what was done to it.
 */
#pragma once

#include <arch/fp.h>
#include <idl/aarch64.h>
#include <types.h>

/* Where the guest is after an exception. */
#define FAKE_VECTOR_ABORT     0xa000UL
#define FAKE_VECTOR_UNDEFINED 0xb000UL

/* The pstate of a guest's kernel. */
#define FAKE_PSTATE_KERNEL 5UL

/* Stage 1 of each guest: from here on, virtual is physical and this; below nothing is mapped. */
#define FAKE_GUEST_VIRTUAL 0xffff000000000000UL
/* And from here on it is read-only. */
#define FAKE_GUEST_READ_ONLY 0xffff800000000000UL

struct vcpu;

struct arch_vcpu {
	uint64_t timer;  /* when the guest's own timer comes; DEADLINE_NEVER: off */
	bool masks;      /* no interrupt ends its waits */
	uint8_t handled; /* how many interrupts the guest handles, one within the other */
	uint8_t running[VCPU_SLOTS]; /* their priorities */
	struct fp_state fp;
	uint64_t life; /* what its own tables are is another's after each reset */
};

/* Whether a guest that waits need not: `slots` are those that are enabled and pending. */
bool arch_vcpu_is_interrupted(const struct vcpu *vcpu, uint64_t slots);

/* Whether the timer's interrupt, while its state is on the core, comes to the kernel: as `fake.timers_unheard` has it. */
bool arch_vcpu_timer_is_heard(void);
