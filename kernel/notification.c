/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications.
 */
#include <arch/registers.h>
#include <kernel_dispatch.h>
#include <notification.h>
#include <sched.h>
#include <vcpu.h>

void notification_init(struct notification *notification)
{
	list_init(&notification->waiters);
}

static struct context *first_waiter(struct notification *notification)
{
	return list_empty(&notification->waiters) ?
		       NULL :
		       container_of(notification->waiters.next, struct context, queue);
}

void notification_unbound(struct notification *notification)
{
	notification->binding = NOTIFICATION_UNBOUND;
}

static struct vcpu *bound_vcpu(struct notification *notification)
{
	return (struct vcpu *)notification->vcpu.object;
}

static bool drives_line(struct notification *notification)
{
	return notification->binding == NOTIFICATION_SLOT &&
	       (bound_vcpu(notification)->slots.level & BIT(notification->slot));
}

/* Lets go of the VCpu. A line that nobody drives any more is down. */
static void release(struct notification *notification)
{
	if (drives_line(notification)) {
		slots_set_line(&bound_vcpu(notification)->slots, notification->slot, false);
		vcpu_kick(bound_vcpu(notification));
	}
	binding_clear(&notification->vcpu);
	notification_unbound(notification);
}

void notification_destroy(struct notification *notification)
{
	struct context *waiter;

	release(notification);
	while ((waiter = first_waiter(notification))) {
		context_unblock(waiter);
		message_set_status(waiter->registers, ERR_ABORTED);
		sched_wake(waiter);
	}
}

static void drive_slot(struct notification *notification)
{
	struct vcpu *vcpu = bound_vcpu(notification);

	if (drives_line(notification)) {
		slots_set_line(&vcpu->slots, notification->slot, notification->word != 0);
	} else {
		notification->word = 0;
		slots_pend(&vcpu->slots, notification->slot);
	}
	vcpu_kick(vcpu);
}

/* Give a thread the bits that it waits for. */
static void hand_over(struct notification *notification, struct context *waiter, uint64_t mask)
{
	message_set_status(waiter->registers, OK);
	message_words(waiter->registers)[0] = notification->word & mask;
	notification->word &= ~mask;
}

/* Each waiter, from the first, takes what is there of its bits (its badge while it waits). */
static void wake_waiters(struct notification *notification)
{
	struct list *node = notification->waiters.next;

	while (notification->word && node != &notification->waiters) {
		struct context *waiter = container_of(node, struct context, queue);

		node = node->next;
		if (!(notification->word & waiter->badge))
			continue;
		context_unblock(waiter);
		hand_over(notification, waiter, waiter->badge);
		sched_wake(waiter);
	}
}

void notification_signal(struct notification *notification, uint64_t bits)
{
	notification->word |= bits;
	switch (notification->binding) {
	case NOTIFICATION_EVENT:
		notification->word = 0;
		vcpu_event(bound_vcpu(notification), bits);
		return;
	case NOTIFICATION_SLOT:
		drive_slot(notification);
		return;
	default:
		wake_waiters(notification);
		return;
	}
}

void notification_wait(struct notification *notification, struct context *thread, uint64_t mask,
		       uint64_t deadline)
{
	if (notification->word & mask) {
		hand_over(notification, thread, mask);
		return;
	}
	thread->badge = mask;
	sched_block(thread, STATE_WAITING);
	list_insert(&notification->waiters, &thread->queue);
	timeout_set(&thread->deadline, deadline);
}

static enum status bind(struct invocation *call, cap_t cap, enum notification_binding kind,
			uint8_t slot)
{
	struct notification *notification = (struct notification *)call->slot->object;
	struct slot *vcpu = NULL;
	enum status status = invocation_slot(call, cap, OBJECT_VCPU, &vcpu);

	if (status != OK)
		return status;
	if (notification->binding != NOTIFICATION_UNBOUND)
		return ERR_OCCUPIED;
	if (!list_empty(&notification->waiters))
		return ERR_STATE;
	status = binding_set(&notification->vcpu, vcpu, OBJECT_NOTIFICATION, notification);
	if (status != OK)
		return status;
	notification->binding = (uint8_t)kind;
	notification->slot = slot;
	/* What was signalled before counts. */
	if (notification->word)
		notification_signal(notification, notification->word);
	return OK;
}

enum status notification_bind_event(struct invocation *call, cap_t vcpu)
{
	return bind(call, vcpu, NOTIFICATION_EVENT, 0);
}

enum status notification_bind_slot(struct invocation *call, cap_t vcpu, uint32_t slot)
{
	if (slot >= VCPU_SLOTS)
		return ERR_ARGUMENT;
	return bind(call, vcpu, NOTIFICATION_SLOT, (uint8_t)slot);
}

enum status notification_unbind(struct invocation *call)
{
	struct notification *notification = (struct notification *)call->slot->object;

	if (notification->binding == NOTIFICATION_UNBOUND)
		return ERR_STATE;
	release(notification);
	return OK;
}

enum status notification_clear(struct invocation *call, uint64_t *bits)
{
	struct notification *notification = (struct notification *)call->slot->object;
	uint64_t mask = call->slot->data ? call->slot->data : ~0ULL;

	*bits = notification->word & mask;
	notification->word &= ~mask;
	if (drives_line(notification))
		drive_slot(notification);
	return OK;
}
