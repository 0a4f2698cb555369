/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's registers, saved and restored as a whole. What a guest can itself write is never wrong here: of these registers only
 * the fields are checked in which a value could do harm to others, or none could have got there.
 */
#include <string.h>
#include <vcpu.h>

/* CNTV_CTL_EL0, D24.10.17: the third bit, ISTATUS, is only read. */
#define CNTV_CTL_FREE 3UL
/* ICH_VMCR_EL2, IHI 0069 12.4.8: VPMR, VBPR0, VBPR1, VEOIM, VCBPR, VFIQEn, VAckCtl, VENG1, VENG0. */
#define VMCR_FREE 0xfffc021fUL

void arch_vcpu_save(struct vcpu *vcpu, struct vcpu_state *state)
{
	const struct arch_vcpu *arch = &vcpu->arch;

	state->registers = *vcpu->context.registers;
	memcpy(state->v, arch->fp.v, sizeof(state->v));
	state->fpcr = arch->fp.fpcr;
	state->fpsr = arch->fp.fpsr;
#define SAVE(name, encoding) state->name = arch->name;
	EL1_REGISTERS(SAVE)
#undef SAVE
	state->cntv_ctl = arch->cntv_ctl & CNTV_CTL_FREE;
	state->vmcr = arch->vmcr;
	/*
	 * A guest can write what no interrupt makes: bits of none, and one priority in both groups, which is UNPREDICTABLE
	 * (IHI 0069 12.4.1). It is group 0's then.
	 */
	state->ap0r = arch->ap0r & UINT32_MAX;
	state->ap1r = arch->ap1r & UINT32_MAX & ~state->ap0r;
	state->serror = arch->serror;
}

bool arch_vcpu_state_valid(const struct vcpu_state *state)
{
	if (!arch_pstate_valid(state->registers.pstate))
		return false;
	if (state->fpcr >> 32 || state->fpsr >> 32 || state->serror > 1)
		return false;
	if ((state->cntv_ctl & ~CNTV_CTL_FREE) || (state->vmcr & ~VMCR_FREE))
		return false;
	/* One priority active in both groups is UNPREDICTABLE (IHI 0069 12.4.1). */
	return !(state->ap0r >> 32) && !(state->ap1r >> 32) && !(state->ap0r & state->ap1r);
}

void arch_vcpu_restore(struct vcpu *vcpu, const struct vcpu_state *state)
{
	struct arch_vcpu *arch = &vcpu->arch;

	*vcpu->context.registers = state->registers;
	memcpy(arch->fp.v, state->v, sizeof(state->v));
	arch->fp.fpcr = state->fpcr;
	arch->fp.fpsr = state->fpsr;
#define RESTORE(name, encoding) arch->name = state->name;
	EL1_REGISTERS(RESTORE)
#undef RESTORE
	arch->cntv_ctl = state->cntv_ctl;
	arch->vmcr = state->vmcr;
	arch->ap0r = state->ap0r;
	arch->ap1r = state->ap1r;
	arch->serror = state->serror;
}
