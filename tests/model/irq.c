/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts of devices, the firmware, and what of a VCpu that never started can be seen.
 */
#include "spec.h"

static struct spec_object *handler_of(uint64_t irq)
{
	for (unsigned int i = 0; i < spec.objects; i++)
		if (spec.object[i].type == OBJECT_IRQ_HANDLER && spec.object[i].address == irq)
			return &spec.object[i];
	return NULL;
}

/* One that came is in service, and quiet, until it is acknowledged. */
static void look(uint32_t irq, bool level)
{
	struct spec_object *handler = handler_of(irq);
	const struct spec_cap *target;

	if (!handler || !handler->open || handler->in_service)
		return;
	if (!(spec.edge[irq] ? spec.latch[irq] : level))
		return;
	spec.latch[irq] = false;
	handler->in_service = true;
	target = &handler->cap[IRQ_TARGET];
	if (target->type != OBJECT_NULL)
		spec_signal(target->object, target->badge ? target->badge : 1);
}

void spec_interrupt(uint32_t irq)
{
	if (irq < SPEC_IRQS)
		spec.latch[irq] |= spec.edge[irq];
	for (uint32_t i = spec.layout.first_irq; i < SPEC_IRQS; i++)
		look(i, i == irq);
}

void spec_irq_end(struct spec_object *irq)
{
	spec_let_go(&irq->cap[IRQ_TARGET]);
}

enum status spec_irq_get(struct spec_call *call)
{
	uint64_t irq = call->word[0];
	struct spec_cap *slot;
	enum status status = spec_find_empty(call, call->word[2], call->word[3], &slot);

	if (status == OK)
		status = spec_can_derive(call->cap);
	if (status != OK)
		return status;
	if (irq < spec.layout.first_irq || irq >= SPEC_IRQS || call->word[1] > 1)
		return ERR_ARGUMENT;
	if (handler_of(irq))
		return ERR_OCCUPIED;
	spec_derive(call->cap, slot);
	spec_boot(slot, OBJECT_IRQ_HANDLER, irq, 0, 0);
	spec.edge[irq] = call->word[1];
	return OK;
}

/* Who is told from now on knows nothing of one that came before. */
enum status spec_irq_bind(struct spec_call *call)
{
	struct spec_object *handler = call->cap->object;
	struct spec_cap *notification;
	enum status status =
		spec_find(call, call->word[0], OBJECT_NOTIFICATION, RIGHT_WRITE, &notification);

	if (status == OK)
		status = spec_can_derive(notification);
	if (status != OK)
		return status;
	spec_let_go(&handler->cap[IRQ_TARGET]);
	handler->in_service = false;
	spec_hold(notification, handler, IRQ_TARGET);
	handler->open = true;
	return OK;
}

enum status spec_irq_acknowledge(struct spec_call *call)
{
	struct spec_object *handler = call->cap->object;

	if (!handler->in_service)
		return ERR_STATE;
	handler->in_service = false;
	return OK;
}

enum status spec_irq_bind_slot(struct spec_call *call)
{
	struct spec_cap *vcpu;
	enum status status = spec_find(call, call->word[0], OBJECT_VCPU, RIGHT_WRITE, &vcpu);

	if (status == OK)
		status = spec_can_derive(vcpu);
	if (status != OK)
		return status;
	if (call->word[1] >= VCPU_SLOTS)
		return ERR_ARGUMENT;
	call->outside = true;
	return OK;
}

enum status spec_system_end(struct spec_call *call)
{
	call->outside = true;
	return OK;
}

enum status spec_console_write(struct spec_call *call)
{
	if (call->word[0] > 40)
		return ERR_ARGUMENT;
	call->outside = call->word[0];
	return OK;
}

/* How many: see spec.h. */
enum status spec_instructions(struct spec_call *call)
{
	call->outside = true;
	return OK;
}
