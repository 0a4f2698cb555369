/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's registers, saved and restored as a whole. Whatever stands in a register of VS-mode, the hardware makes a value of it
 * that the guest could have written itself (WARL), so little can be wrong.
 */
#include <arch/csr.h>
#include <arch/features.h>
#include <string.h>
#include <vcpu.h>

#define FP_REGISTERS(do) \
	do               \
	(fcsr) do(vstart) do(vl) do(vtype) do(vcsr)
#define OTHERS(do) \
	do         \
	(vsatp) do(vstimecmp) do(hvip) do(senvcfg) do(scounteren) do(scontext)

void arch_vcpu_save(struct vcpu *vcpu, struct vcpu_state *state)
{
	const struct arch_vcpu *arch = &vcpu->arch;
	const struct fp_state *fp = &arch->fp;

	state->registers = *vcpu->context.registers;
	memcpy(state->f, fp->f, sizeof(state->f));
	memcpy(state->v, fp->v, sizeof(state->v));
#define SAVE(name) state->name = fp->name;
	FP_REGISTERS(SAVE)
#undef SAVE
	state->vlenb = features.vlenb;
#define SAVE(name) state->name = arch->name;
	VS_REGISTERS(SAVE)
	OTHERS(SAVE)
#undef SAVE
}

bool arch_vcpu_state_valid(const struct vcpu_state *state)
{
	return state->registers.mode <= MODE_SUPERVISOR && state->vlenb == features.vlenb &&
	       !(state->hvip & ~BIT(INTERRUPT_VS_SOFTWARE));
}

void arch_vcpu_restore(struct vcpu *vcpu, const struct vcpu_state *state)
{
	struct arch_vcpu *arch = &vcpu->arch;
	struct fp_state *fp = &arch->fp;

	*vcpu->context.registers = state->registers;
	vcpu->context.registers->x[0] = 0;
	memcpy(fp->f, state->f, sizeof(fp->f));
	memcpy(fp->v, state->v, sizeof(fp->v));
#define RESTORE(name) fp->name = state->name;
	FP_REGISTERS(RESTORE)
#undef RESTORE
#define RESTORE(name) arch->name = state->name;
	VS_REGISTERS(RESTORE)
	OTHERS(RESTORE)
#undef RESTORE
}
