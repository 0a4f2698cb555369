/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts of drivers. One that came is active in the interrupt controller, and so quiet, until its driver acknowledges it.
 */
#include <arch/irq.h>
#include <irq.h>
#include <kernel_dispatch.h>
#include <notification.h>

static struct irq {
	bool taken;               /* a handler exists */
	bool in_service;          /* came, and is not acknowledged */
	struct slot notification; /* binding */
} irqs[IRQS];

void irq_arrived(uint32_t number)
{
	struct irq *irq = &irqs[number];

	irq->in_service = true;
	if (irq->notification.type == OBJECT_NOTIFICATION)
		notification_signal((struct notification *)irq->notification.object,
				    irq->notification.data ? irq->notification.data : 1);
}

/* An interrupt that is in service may come again. */
static void service_over(uint32_t number)
{
	if (!irqs[number].in_service)
		return;
	irqs[number].in_service = false;
	arch_irq_complete(number);
}

void irq_handler_destroy(uint32_t number)
{
	struct irq *irq = &irqs[number];

	arch_irq_disable(number);
	service_over(number);
	binding_clear(&irq->notification);
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
	binding_clear(&irq->notification);
	binding_set(&irq->notification, slot, OBJECT_IRQ_HANDLER, irq);
	/* Who is told from now on knows nothing of one that came before. */
	service_over((uint32_t)call->slot->object);
	arch_irq_enable((uint32_t)call->slot->object);
	return OK;
}

enum status irq_handler_acknowledge(struct invocation *call)
{
	struct irq *irq = &irqs[call->slot->object];

	if (!irq->in_service)
		return ERR_STATE;
	service_over((uint32_t)call->slot->object);
	return OK;
}
