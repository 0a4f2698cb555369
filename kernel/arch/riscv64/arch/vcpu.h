/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's processor state on RISC-V.
 */
#pragma once

#include <arch/fp.h>
#include <idl/riscv64.h>
#include <types.h>

/*
 * The registers of VS-mode that stay in the hardware while a server runs, and are switched with the VCpu only. One list makes
 * the structure, save and restore. vsatp is apart: its place in a switch matters.
 */
/* clang-format off */
#define VS_REGISTERS(do) \
	do(vsstatus)     \
	do(vsie)         \
	do(vstvec)       \
	do(vsscratch)    \
	do(vsepc)        \
	do(vscause)      \
	do(vstval)
/* clang-format on */

struct vcpu;

struct arch_vcpu {
#define MEMBER(name) uint64_t name;
	VS_REGISTERS(MEMBER)
#undef MEMBER
	uint64_t vsatp;
	uint64_t vstimecmp;
	uint64_t hvip; /* VSSIP, where the guest itself has set it: a slot's is the slot's */
	/* What VS-mode shares with the kernel's own mode: the guest's in the hardware only while it runs. */
	uint64_t senvcfg;
	uint64_t scounteren;
	uint64_t scontext; /* resident, as it does nothing to processes */
	struct fp_state fp;
};

/*
 * Whether a guest that waits need not: for an interrupt that it enables (vsie), whatever vsstatus.SIE says ("Wait for
 * Interrupt"). `slots` are those that are enabled and pending.
 */
bool arch_vcpu_is_interrupted(const struct vcpu *vcpu, uint64_t slots);

/* Whether the timer's interrupt, while its state is on the core, comes to the kernel: it is VS-mode's alone. */
static inline bool arch_vcpu_timer_is_heard(void)
{
	return false;
}

/* The bit of hvip that a slot of this number drives. */
uint64_t arch_slot_interrupt(uint16_t number);

/* The instruction at the guest's program counter is done; its bits, of which the lowest two say how long it is. */
void arch_vcpu_skip(struct vcpu *vcpu, uint64_t instruction);

/* The guest takes an exception in VS-mode. */
void arch_vcpu_take_exception(struct vcpu *vcpu, uint64_t cause, uint64_t value);
