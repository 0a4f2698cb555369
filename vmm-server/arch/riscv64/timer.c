/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timer of the firmware's calls: a comparison with the counter, and a deadline instead of a clock of its own. Where the
 * guest has Sstc its own stimecmp needs no exit, and the server cannot write it; both raise VSTIP (Privileged
 * Architecture, "Hypervisor Interrupt (hvip, hip, and hie) Registers"), so what the guest asks for by a call comes all the same.
 */
#include <arch/timer.h>

#include <slot_map.h>
#include <vmm.h>

void arch_timer_update(struct vcpu *vcpu, uint64_t now)
{
	bool due = now >= vcpu->arch.compare;

	if (vcpu->arch.timer_line != due) {
		vcpu->arch.timer_line = due;
		slots_set_line(vmm_slots(vcpu), SLOT_INDEX_TIMER, due);
	}
	vcpu_set_deadline(vcpu, DEADLINE_TIMER, due ? DEADLINE_NEVER : vcpu->arch.compare);
}
