/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's processor state: a timer, the priorities of what it handles, and what was done to it.
 */
#pragma once

#include <arch/fp.h>
#include <idl/aarch64.h>
#include <types.h>

struct vcpu;

/* Where the guest is after an exception. */
#define FAKE_VECTOR_ABORT     0xa000UL
#define FAKE_VECTOR_UNDEFINED 0xb000UL

/* The pstate of a guest's kernel. */
#define FAKE_PSTATE_KERNEL 5UL

/* Stage 1 of each guest: from here on, virtual is physical and this; below nothing is mapped. */
#define FAKE_GUEST_VIRTUAL 0xffff000000000000UL
/* And from here on it is read-only. */
#define FAKE_GUEST_READ_ONLY 0xffff800000000000UL

struct arch_vcpu {
	uint64_t timer;  /* when the guest's own timer comes; DEADLINE_NEVER: off */
	uint8_t handled; /* how many interrupts the guest handles, one within the other */
	uint8_t running[VCPU_SLOTS]; /* their priorities */
	struct fp_state fp;
};

void arch_vcpu_init(struct vcpu *vcpu);

/* The state of the architecture's reset, parked before its first instruction. */
void arch_vcpu_reset(struct vcpu *vcpu);

/* Its state leaves the core without being saved. */
void arch_vcpu_forget(struct vcpu *vcpu);

/* Copy the registers of the VMM's page, each once. False where the guest must not run with them. */
bool arch_vcpu_registers_take(struct vcpu *vcpu, const struct registers *page,
			      struct registers *registers);
void arch_vcpu_registers_put(struct vcpu *vcpu, const struct registers *registers);

/* The exit's instruction is done, with results. */
void arch_vcpu_step(struct vcpu *vcpu, const uint64_t results[4]);

/* The guest takes an exception instead. */
void arch_vcpu_abort(struct vcpu *vcpu);
void arch_vcpu_undefined(struct vcpu *vcpu);

/* Stage 1 of the guest's present mode. False: it faults. */
bool arch_vcpu_translate(struct vcpu *vcpu, uint64_t address, bool write, uint64_t *physical);

/* The VCpu whose state is on the core, or NULL. */
struct vcpu *arch_vcpu_resident(void);

/* Bring its state onto the core. */
void arch_vcpu_load(struct vcpu *vcpu);
