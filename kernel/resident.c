/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose state is on the core: it stays there while servers run ("resident"), and moves only when another VCpu comes.
 */
#include <address_space.h>
#include <vcpu.h>

/* Off the core its timer goes on. */
static void mirror_timer(struct vcpu *vcpu)
{
	timeout_set(&vcpu->timer_timeout, arch_vcpu_timer(vcpu));
}

void vcpu_mirror_timer(struct vcpu *vcpu)
{
	if (core.resident != vcpu)
		mirror_timer(vcpu);
	else if (!arch_vcpu_timer_is_heard())
		timeout_set(&vcpu->timer_timeout, vcpu->context.state == STATE_IDLE ?
							  arch_vcpu_timer(vcpu) :
							  DEADLINE_NEVER);
}

static void unload(struct vcpu *vcpu)
{
	arch_vcpu_unload(vcpu);
	mirror_timer(vcpu);
}

void vcpu_replace(struct vcpu *vcpu)
{
	if (core.resident)
		unload(core.resident);
	timeout_cancel(&vcpu->timer_timeout);
	arch_vcpu_load(vcpu);
	core.resident = vcpu;
	vcpu->slots.dirty = true;
}

static void leave_core(struct vcpu *vcpu)
{
	if (core.resident != vcpu)
		return;
	unload(vcpu);
	core.resident = NULL;
	space_unload(true);
}

void vcpu_release(struct vcpu *vcpu)
{
	leave_core(vcpu);
	fp_release(&vcpu->arch.fp);
}

void vcpu_forget(struct vcpu *vcpu)
{
	leave_core(vcpu);
	timeout_cancel(&vcpu->timer_timeout);
	fp_forget(&vcpu->arch.fp);
}
