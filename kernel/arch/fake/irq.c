/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt controller.
 */
#include <arch/cpu.h>
#include <arch/fake.h>
#include <arch/irq.h>
#include <irq.h>
#include <sched.h>
#include <vcpu.h>

static struct {
	bool enabled;
	bool edge;
	bool line;
	bool latch;
	bool active;
} irqs[FAKE_IRQS];

bool arch_irq_for_drivers(uint32_t irq)
{
	return irq >= FAKE_IRQ_FIRST && irq < FAKE_IRQS;
}

void arch_irq_configure(uint32_t irq, bool edge)
{
	irqs[irq].edge = edge;
}

void arch_irq_enable(uint32_t irq)
{
	irqs[irq].enabled = true;
}

void arch_irq_disable(uint32_t irq)
{
	irqs[irq].enabled = false;
}

void arch_irq_complete(uint32_t irq)
{
	irqs[irq].active = false;
}

bool arch_irq_is_private(uint32_t irq)
{
	return irq < FAKE_IRQ_FIRST;
}

bool arch_irq_line(uint32_t irq)
{
	const struct vcpu *vcpu = vcpu_resident();

	if (irq == IRQ_VIRTUAL_TIMER)
		return vcpu->arch.timer <= fake.clock;
	BUG_ON(irqs[irq].edge || !irqs[irq].active);
	return irqs[irq].line;
}

void arch_irq_set_active(uint32_t irq, bool active)
{
	irqs[irq].active = active;
}

void fake_irq_line(uint32_t irq, bool up)
{
	irqs[irq].latch |= irqs[irq].edge && up && !irqs[irq].line;
	irqs[irq].line = up;
}

bool fake_irq_enabled(uint32_t irq)
{
	return irqs[irq].enabled;
}

bool fake_irq_active(uint32_t irq)
{
	return irqs[irq].active;
}

bool fake_irq_is_edge(uint32_t irq)
{
	return irqs[irq].edge;
}

static void handle_device(uint32_t irq)
{
	bool pending = irqs[irq].edge ? irqs[irq].latch : irqs[irq].line;

	if (!irqs[irq].enabled || !pending || irqs[irq].active)
		return;
	irqs[irq].latch = false;
	irqs[irq].active = true;
	irq_arrived(irq);
}

/* The virtual timer's stays active: the guest's EOI of the list register ends it. */
static void handle_virtual_timer(struct vcpu *vcpu)
{
	irqs[IRQ_VIRTUAL_TIMER].active = true;
	slots_arrive(&vcpu->slots, IRQ_VIRTUAL_TIMER);
	vcpu_kick(vcpu);
}

bool arch_irq_pending(void)
{
	return fake.pending && ++fake.polls % fake.pending == 0;
}

void arch_irq_handle(void)
{
	struct vcpu *vcpu = vcpu_resident();
	unsigned int tries = 0;

	if (fake.timer <= fake.clock) {
		core.timer_fired = true;
		arch_timer_set(DEADLINE_NEVER);
	}
	/* Of the level kind: it comes until its reason is gone. */
	for (; vcpu && fake_maintenance(); tries++) {
		BUG_ON(tries == 2);
		slots_fold(&vcpu->slots);
	}
	if (vcpu && !fake.timers_unheard && vcpu->arch.timer <= fake.clock &&
	    !irqs[IRQ_VIRTUAL_TIMER].active)
		handle_virtual_timer(vcpu);
	for (uint32_t irq = FAKE_IRQ_FIRST; irq < FAKE_IRQS; irq++)
		handle_device(irq);
}
