/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's processor state on AArch64.
 */
#pragma once

#include <arch/fp.h>
#include <idl/aarch64.h>
#include <types.h>

/*
 * The registers of EL1 that stay in the hardware while a server runs, and are switched with the VCpu only.
 * One list makes the structure, save and restore (names as the assembler has them under E2H).
 */
/* clang-format off */
#define EL1_REGISTERS(do)           \
	do(sctlr, S3_5_C1_C0_0)     \
	do(cpacr, S3_5_C1_C0_2)     \
	do(ttbr0, S3_5_C2_C0_0)     \
	do(ttbr1, S3_5_C2_C0_1)     \
	do(tcr, S3_5_C2_C0_2)       \
	do(spsr, S3_5_C4_C0_0)      \
	do(elr, S3_5_C4_C0_1)       \
	do(afsr0, S3_5_C5_C1_0)     \
	do(afsr1, S3_5_C5_C1_1)     \
	do(esr, S3_5_C5_C2_0)       \
	do(far, S3_5_C6_C0_0)       \
	do(mair, S3_5_C10_C2_0)     \
	do(amair, S3_5_C10_C3_0)    \
	do(vbar, S3_5_C12_C0_0)     \
	do(contextidr, S3_5_C13_C0_1) \
	do(cntkctl, S3_5_C14_C1_0)  \
	do(sp, SP_EL1)              \
	do(tpidr, TPIDR_EL1)        \
	do(par, PAR_EL1)            \
	do(csselr, CSSELR_EL1)      \
	do(cntv_cval, S3_5_C14_C3_2)
/* clang-format on */

struct vcpu;

struct arch_vcpu {
#define MEMBER(name, encoding) uint64_t name;
	EL1_REGISTERS(MEMBER)
#undef MEMBER
	uint64_t cntv_ctl;
	uint64_t vmcr; /* the virtual CPU interface */
	uint64_t ap0r;
	uint64_t ap1r;
	bool serror; /* a virtual SError is pending */
	struct fp_state fp;
};

/* Whether a guest can be entered with this PSTATE: no illegal return, no single step. */
bool arch_pstate_valid(uint64_t pstate);

/* Whether a guest that waits need not: `slots` are those that are enabled and pending. */
static inline bool arch_vcpu_is_interrupted(const struct vcpu *vcpu, uint64_t slots)
{
	(void)vcpu;
	return slots;
}

/* Whether the timer's interrupt, while its state is on the core, comes to the kernel: PPI 27 does. */
static inline bool arch_vcpu_timer_is_heard(void)
{
	return true;
}

/* The instruction that trapped with this syndrome is done. */
void arch_vcpu_skip(struct vcpu *vcpu, uint64_t esr);
