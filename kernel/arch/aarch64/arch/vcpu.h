/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's processor state on AArch64, and what the hypervisor does to it.
 */
#pragma once

#include <arch/fp.h>
#include <idl/aarch64.h>
#include <types.h>

struct vcpu;

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

struct arch_vcpu {
#define MEMBER(name, encoding) uint64_t name;
	EL1_REGISTERS(MEMBER)
#undef MEMBER
	uint64_t cntv_ctl;
	uint64_t vmcr; /* the virtual CPU interface */
	uint64_t ap0r;
	uint64_t ap1r;
	bool serror;     /* a virtual SError is pending */
	uint64_t serial; /* no two VCpus since the start have the same */
	struct fp_state fp;
};

void arch_vcpu_init(struct vcpu *vcpu);

/* The state of the architecture's reset, parked before its first instruction. */
void arch_vcpu_reset(struct vcpu *vcpu);

/* Its state leaves the core; floating-point registers are lost. */
void arch_vcpu_forget(struct vcpu *vcpu);

/*
 * Copy the registers of the VMM's page, each once. False where the guest must not run with them: Arm ARM C5.2.19, SPSR_EL2.
 */
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

/* The VCpu whose EL1 state is on the core, or NULL. */
struct vcpu *arch_vcpu_resident(void);

/* Bring its state onto the core. */
void arch_vcpu_load(struct vcpu *vcpu);
