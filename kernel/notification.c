/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications.
 */
#include <arch/registers.h>
#include <ipc.h>
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
	if (notification->binding == NOTIFICATION_SLOT)
		slots_release(&notification->vcpu->slots, notification->slot);
	if (notification->binding == NOTIFICATION_THREAD)
		notification->thread->notification = NULL;
	notification->binding = NOTIFICATION_UNBOUND;
	notification->deadline = false;
}

static void release(struct notification *notification)
{
	binding_clear(&notification->bound);
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
	struct vcpu *vcpu = notification->vcpu;

	slots_signal(&vcpu->slots, notification->slot);
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
		vcpu_event(notification->vcpu, bits);
		return;
	case NOTIFICATION_SLOT:
		drive_slot(notification);
		return;
	case NOTIFICATION_THREAD:
		notification_tell(notification);
		return;
	default:
		wake_waiters(notification);
		return;
	}
}

/* Who could not run is not woken: it would be lost to its callers. True: it has time, if need be this notification's. */
static bool find_time(struct notification *notification, struct context *server)
{
	struct sched_context *sc = notification->sc;

	if (context_has_time(server))
		return true;
	if (!sc || sc->holder)
		return false;
	sched_context_lend(sc, server);
	return true;
}

bool notification_tell(struct notification *notification)
{
	struct context *server;

	if (!notification->word && !notification->deadline)
		return false;
	server = &notification->thread->context;
	if (server->state != STATE_RECEIVING || !find_time(notification, server))
		return false;
	ipc_signal(server, notification->word, notification->deadline);
	notification->word = 0;
	notification->deadline = false;
	return true;
}

/* It has a message, or was resumed, and is not done with that, whatever it waits for meanwhile. */
static bool is_at_work(const struct context *server)
{
	return server->state == STATE_READY || server->state == STATE_WAITING ||
	       server->state == STATE_SENDING || server->state == STATE_CALLING;
}

void notification_timed(struct notification *notification, const struct context *from)
{
	struct context *server;

	if (notification->binding != NOTIFICATION_THREAD)
		return;
	server = &notification->thread->context;
	if (!server->caller && server != from && is_at_work(server) &&
	    find_time(notification, server))
		sched_lend_on(server);
	notification_tell(notification);
}

void notification_woken(struct context *context)
{
	struct notification *notification =
		context->kind == CONTEXT_THREAD ? thread_of(context)->notification : NULL;

	if (notification)
		notification_timed(notification, NULL);
}

void notification_deadline(struct notification *notification)
{
	notification->deadline = true;
	notification_tell(notification);
}

/* A signal, and the notification's end, look at all of them. */
static bool has_room(const struct notification *notification)
{
	unsigned int count = 0;

	for (const struct list *i = notification->waiters.next; i != &notification->waiters;
	     i = i->next)
		count++;
	return count < NOTIFICATION_WAITERS_MAX;
}

enum status notification_wait(struct notification *notification, struct context *thread,
			      uint64_t mask, uint64_t deadline)
{
	if (notification->word & mask) {
		hand_over(notification, thread, mask);
		return OK;
	}
	if (!has_room(notification))
		return ERR_OCCUPIED;
	thread->badge = mask;
	sched_block(thread, STATE_WAITING);
	list_insert(&notification->waiters, &thread->queue);
	timeout_set(&thread->deadline, deadline);
	return OK;
}

/* The binding itself, to what `slot` holds. Who called this fills in the rest. */
static enum status hold(struct notification *notification, struct slot *slot)
{
	if (notification->binding != NOTIFICATION_UNBOUND)
		return ERR_OCCUPIED;
	if (!list_empty(&notification->waiters))
		return ERR_STATE;
	return binding_set(&notification->bound, slot, OBJECT_NOTIFICATION, notification);
}

static enum status bind(struct invocation *call, cap_t cap, enum notification_binding kind,
			uint8_t slot)
{
	struct notification *notification = (struct notification *)call->slot->object;
	uint8_t right = kind == NOTIFICATION_SLOT ? RIGHT_WRITE : RIGHT_CONTROL;
	struct slot *vcpu = NULL;
	enum status status = invocation_slot_with(call, cap, OBJECT_VCPU, right, &vcpu);

	if (status == OK && kind == NOTIFICATION_SLOT &&
	    slots_is_driven(&((struct vcpu *)vcpu->object)->slots, slot))
		status = ERR_OCCUPIED;
	if (status == OK)
		status = hold(notification, vcpu);
	if (status != OK)
		return status;
	notification->binding = (uint8_t)kind;
	notification->vcpu = (struct vcpu *)vcpu->object;
	notification->slot = slot;
	if (kind == NOTIFICATION_SLOT)
		slots_drive(&notification->vcpu->slots, slot);
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

enum status notification_bind_thread(struct invocation *call, cap_t cap)
{
	struct notification *notification = (struct notification *)call->slot->object;
	struct slot *slot = NULL;
	enum status status = invocation_slot(call, cap, OBJECT_THREAD, &slot);
	struct thread *thread;

	if (status != OK)
		return status;
	thread = (struct thread *)slot->object;
	if (thread->notification)
		return ERR_OCCUPIED;
	status = hold(notification, slot);
	if (status != OK)
		return status;
	notification->binding = NOTIFICATION_THREAD;
	notification->thread = thread;
	thread->notification = notification;
	notification_timed(notification, NULL);
	return OK;
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
	/* Also where the slot is no level's now: it was, and will be again when a guest that was reset has it configured. */
	if (notification->binding == NOTIFICATION_SLOT && !notification->word)
		slots_lower(&notification->vcpu->slots, notification->slot);
	return OK;
}
