/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts of drivers and of guests. One that came is active in the interrupt controller, and so quiet, until its driver
 * acknowledges it or the guest ends it.
 */
#include <arch/irq.h>
#include <irq.h>
#include <kernel_dispatch.h>
#include <notification.h>
#include <vcpu.h>

static struct irq {
	bool taken;      /* a handler exists */
	bool edge;       /* or level */
	bool in_service; /* came, and is not acknowledged; while a guest has it, its slot knows */
	uint8_t slot;
	struct vcpu *vcpu;  /* whose hardware slot it is, or NULL */
	struct slot target; /* binding: the VCpu, or the notification that is signalled */
} irqs[IRQS];

struct resume irq_trap(uint64_t when)
{
	core.cause = NULL;
	arch_irq_handle();
	return sched_interrupted(when);
}

void irq_arrived(uint32_t number)
{
	struct irq *irq = &irqs[number];

	if (irq->vcpu) {
		slots_arrive(&irq->vcpu->slots, irq->slot);
		vcpu_kick(irq->vcpu);
		return;
	}
	irq->in_service = true;
	if (irq->target.type == OBJECT_NOTIFICATION)
		notification_signal((struct notification *)irq->target.object,
				    irq->target.data ? irq->target.data : 1);
}

void irq_unbound(void *holder)
{
	struct irq *irq = holder;

	if (!irq->vcpu)
		return;
	/* What is on its way to the guest stays active, and so quiet, until the handler is bound again or deleted. */
	irq->in_service = slots_untie(&irq->vcpu->slots, irq->slot);
	irq->vcpu = NULL;
}

static uint32_t number_of(const struct irq *irq)
{
	return (uint32_t)(irq - irqs);
}

/* An interrupt that is in service may come again. */
static void service_over(struct irq *irq)
{
	if (!irq->in_service)
		return;
	irq->in_service = false;
	arch_irq_complete(number_of(irq));
}

/* Nobody is told, and it may come again: who is told from now on knows nothing of one that came before. */
static void release(struct irq *irq)
{
	binding_clear(&irq->target);
	irq_unbound(irq);
	service_over(irq);
}

void irq_handler_destroy(uint32_t number)
{
	struct irq *irq = &irqs[number];

	arch_irq_disable(number);
	release(irq);
	irq->taken = false;
}

enum status irq_control_get(struct invocation *call, uint32_t irq, uint32_t edge, cap_t cnode,
			    uint32_t slot)
{
	struct slot *destination = NULL;
	enum status status = invocation_destination(call, cnode, slot, &destination);

	if (status == OK)
		status = slot_can_derive(call->slot);
	if (status != OK)
		return status;
	if (irq >= IRQS || !arch_irq_for_drivers(irq) || edge > 1)
		return ERR_ARGUMENT;
	if (irqs[irq].taken)
		return ERR_OCCUPIED;
	irqs[irq].taken = true;
	irqs[irq].edge = edge;
	arch_irq_configure(irq, edge);
	*destination = (struct slot){
		.type = OBJECT_IRQ_HANDLER,
		.rights = RIGHTS_ALL,
		.flags = SLOT_ORIGINAL,
		.object = irq,
	};
	slot_derive(call->slot, destination);
	return OK;
}

enum status irq_handler_bind(struct invocation *call, cap_t notification)
{
	struct irq *irq = &irqs[call->slot->object];
	struct slot *slot = NULL;
	enum status status =
		invocation_slot_with(call, notification, OBJECT_NOTIFICATION, RIGHT_WRITE, &slot);

	if (status == OK)
		status = slot_can_derive(slot);
	if (status != OK)
		return status;
	release(irq);
	binding_set(&irq->target, slot, OBJECT_IRQ_HANDLER, irq);
	arch_irq_enable(number_of(irq));
	return OK;
}

enum status irq_handler_bind_slot(struct invocation *call, cap_t cap, uint32_t slot)
{
	struct irq *irq = &irqs[call->slot->object];
	struct slot *source = NULL;
	enum status status = invocation_slot_with(call, cap, OBJECT_VCPU, RIGHT_WRITE, &source);
	struct vcpu *vcpu;

	if (status == OK)
		status = slot_can_derive(source);
	if (status != OK)
		return status;
	if (slot >= VCPU_SLOTS)
		return ERR_ARGUMENT;
	vcpu = (struct vcpu *)source->object;
	if (slots_is_tied(&vcpu->slots, slot) && (irq->vcpu != vcpu || irq->slot != slot))
		return ERR_OCCUPIED;
	release(irq);
	binding_set(&irq->target, source, OBJECT_IRQ_HANDLER, irq);
	irq->vcpu = vcpu;
	irq->slot = (uint8_t)slot;
	slots_tie(&vcpu->slots, slot, number_of(irq), !irq->edge);
	arch_irq_enable(number_of(irq));
	return OK;
}

enum status irq_handler_acknowledge(struct invocation *call)
{
	struct irq *irq = &irqs[call->slot->object];

	if (!irq->in_service)
		return ERR_STATE;
	service_over(irq);
	return OK;
}
