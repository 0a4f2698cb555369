/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals.
 */
#include "spec.h"

/* The bits of the first waiter that wants some, then of the next. */
static void hand_over(struct spec_object *notification, struct spec_object *thread, uint64_t mask)
{
	spec_wake(thread, OK);
	thread->registers[spec.layout.words] = notification->word & mask;
	notification->word &= ~mask;
}

static struct spec_object *next_waiter(const struct spec_object *notification)
{
	struct spec_object *next = NULL;

	for (unsigned int i = 0; i < spec.objects; i++) {
		struct spec_object *thread = &spec.object[i];

		if (thread->type == OBJECT_THREAD && thread->state == SPEC_WAITING &&
		    thread->at == notification && (thread->badge & notification->word) &&
		    (!next || thread->since < next->since))
			next = thread;
	}
	return next;
}

void spec_signal(struct spec_object *notification, uint64_t bits)
{
	struct spec_object *waiter;

	notification->word |= bits;
	switch (notification->binding) {
	case SPEC_EVENT:
		notification->bound->events |= bits;
		notification->word = 0;
		return;
	case SPEC_SLOT:
		/* Slots are edges here: a level needs a VCpu's VMM, or `set_slot`. */
		notification->bound->pending |= 1ULL << notification->slot;
		return;
	case SPEC_THREAD:
		spec_tell(notification);
		return;
	default:
		while ((waiter = next_waiter(notification)))
			hand_over(notification, waiter, waiter->badge);
		return;
	}
}

/* The thread has time, or the notification has some that nobody uses. */
static bool find_time(const struct spec_object *notification, struct spec_object *thread)
{
	struct spec_object *time = spec_time_of(notification);

	if (spec_has_time(thread))
		return true;
	if (!time || time->length)
		return false;
	time->chain[0] = thread;
	time->length = 1;
	return true;
}

bool spec_tell(struct spec_object *notification)
{
	struct spec_object *thread = notification->bound;
	uint64_t *words;

	if (notification->binding != SPEC_THREAD || !(notification->word || notification->late))
		return false;
	if (thread->state != SPEC_RECEIVING || !find_time(notification, thread))
		return false;
	spec_wake(thread, OK);
	words = &thread->registers[spec.layout.words];
	thread->registers[spec.layout.deadline] = 0;
	thread->registers[spec.layout.label] = LABEL_SIGNAL;
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		words[i] = 0;
	words[0] = notification->word;
	words[1] = notification->late;
	notification->word = 0;
	notification->late = false;
	return true;
}

/* It has a message, or was resumed, and is not done with that. */
static bool is_at_work(const struct spec_object *thread)
{
	return thread->state != SPEC_STOPPED && thread->state != SPEC_FAULTED &&
	       thread->state != SPEC_RECEIVING;
}

void spec_timed(struct spec_object *notification, const struct spec_object *from)
{
	struct spec_object *thread = notification->bound;

	if (notification->binding != SPEC_THREAD)
		return;
	/* It works for nobody, and cannot go on. */
	if (is_at_work(thread) && !thread->caller && thread != from &&
	    find_time(notification, thread) && thread->callee)
		spec_lend(thread, thread->callee);
	spec_tell(notification);
}

void spec_woken(struct spec_object *thread)
{
	if (thread->signals)
		spec_timed(thread->signals, NULL);
}

void spec_unbound(struct spec_object *notification)
{
	if (notification->binding == SPEC_THREAD)
		notification->bound->signals = NULL;
	notification->binding = SPEC_UNBOUND;
	notification->bound = NULL;
	notification->late = false;
}

void spec_notification_end(struct spec_object *notification)
{
	struct spec_object *waiter;

	spec_let_go(&notification->cap[NOTIFICATION_BOUND]);
	spec_unbound(notification);
	while ((waiter = spec_first(notification, SPEC_WAITING)))
		spec_wake(waiter, ERR_ABORTED);
}

static unsigned int waiters(const struct spec_object *notification)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < spec.objects; i++)
		count += spec.object[i].type == OBJECT_THREAD &&
			 spec.object[i].state == SPEC_WAITING && spec.object[i].at == notification;
	return count;
}

enum status spec_wait(struct spec_object *thread, struct spec_object *notification, uint64_t mask,
		      uint64_t deadline)
{
	if (notification->binding != SPEC_UNBOUND)
		return ERR_STATE;
	if (notification->word & mask) {
		hand_over(notification, thread, mask);
		return OK;
	}
	if (waiters(notification) == NOTIFICATION_WAITERS_MAX)
		return ERR_OCCUPIED;
	thread->badge = mask;
	spec_block(thread, SPEC_WAITING, notification, deadline);
	return OK;
}

static enum status bind(struct spec_object *notification, struct spec_cap *cap,
			enum spec_binding binding)
{
	enum status status = spec_can_derive(cap);

	if (notification->binding != SPEC_UNBOUND)
		return ERR_OCCUPIED;
	if (spec_first(notification, SPEC_WAITING))
		return ERR_STATE;
	if (status != OK)
		return status;
	spec_hold(cap, notification, NOTIFICATION_BOUND);
	notification->binding = binding;
	notification->bound = cap->object;
	return OK;
}

/* A slot is one notification's. */
static bool is_driven(const struct spec_object *vcpu, uint32_t slot)
{
	for (unsigned int i = 0; i < spec.objects; i++)
		if (spec.object[i].type == OBJECT_NOTIFICATION &&
		    spec.object[i].binding == SPEC_SLOT && spec.object[i].bound == vcpu &&
		    spec.object[i].slot == slot)
			return true;
	return false;
}

static enum status bind_vcpu(struct spec_call *call, enum spec_binding binding, uint32_t slot)
{
	struct spec_object *notification = call->cap->object;
	uint32_t right = binding == SPEC_SLOT ? RIGHT_WRITE : RIGHT_CONTROL;
	struct spec_cap *vcpu;
	enum status status = spec_find(call, call->word[0], OBJECT_VCPU, right, &vcpu);

	if (status == OK && binding == SPEC_SLOT && is_driven(vcpu->object, slot))
		status = ERR_OCCUPIED;
	if (status == OK)
		status = bind(notification, vcpu, binding);
	if (status != OK)
		return status;
	notification->slot = slot;
	/* What was signalled before counts. */
	if (notification->word)
		spec_signal(notification, notification->word);
	return OK;
}

enum status spec_bind_event(struct spec_call *call)
{
	return bind_vcpu(call, SPEC_EVENT, 0);
}

enum status spec_bind_slot(struct spec_call *call)
{
	if (call->word[1] >= VCPU_SLOTS)
		return ERR_ARGUMENT;
	return bind_vcpu(call, SPEC_SLOT, (uint32_t)call->word[1]);
}

enum status spec_bind_thread(struct spec_call *call)
{
	struct spec_object *notification = call->cap->object;
	struct spec_cap *thread;
	enum status status = spec_find(call, call->word[0], OBJECT_THREAD, RIGHT_CONTROL, &thread);

	if (status != OK)
		return status;
	if (thread->object->signals)
		return ERR_OCCUPIED;
	status = bind(notification, thread, SPEC_THREAD);
	if (status != OK)
		return status;
	notification->bound->signals = notification;
	spec_timed(notification, NULL);
	return OK;
}

enum status spec_unbind(struct spec_call *call)
{
	struct spec_object *notification = call->cap->object;

	if (notification->binding == SPEC_UNBOUND)
		return ERR_STATE;
	spec_let_go(&notification->cap[NOTIFICATION_BOUND]);
	spec_unbound(notification);
	return OK;
}

enum status spec_clear(struct spec_call *call)
{
	struct spec_object *notification = call->cap->object;
	uint64_t mask = call->cap->badge ? call->cap->badge : ~0ULL;

	call->word[0] = notification->word & mask;
	notification->word &= ~mask;
	return OK;
}
