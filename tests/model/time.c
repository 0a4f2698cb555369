/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose time it is that a thread runs on. The time of a SchedContext is a chain: its owner, who got it lent, who got it lent
 * from that one. The last can run. How much time there is is not part of this.
 */
#include "spec.h"

struct spec_object *spec_chain_of(const struct spec_object *thread, unsigned int *place)
{
	for (unsigned int i = 0; i < spec.objects; i++)
		for (*place = 0;
		     spec.object[i].type == OBJECT_SCHED_CONTEXT && *place < spec.object[i].length;
		     (*place)++)
			if (spec.object[i].chain[*place] == thread)
				return &spec.object[i];
	return NULL;
}

/* Whose time it has, if that has it from another; NULL: nobody's. */
struct spec_object *spec_lender(const struct spec_object *thread)
{
	unsigned int place;
	const struct spec_object *time = spec_chain_of(thread, &place);

	return time && place ? time->chain[place - 1] : NULL;
}

/* Or it has lent it, and gets it back. */
bool spec_has_time(const struct spec_object *thread)
{
	unsigned int place;

	return spec_chain_of(thread, &place);
}

static bool is_notifications(const struct spec_object *time)
{
	return time->cap[TIME_BOUND].type == OBJECT_NOTIFICATION;
}

struct spec_object *spec_time_of(const struct spec_object *notification)
{
	for (unsigned int i = 0; i < spec.objects; i++)
		if (spec.object[i].type == OBJECT_SCHED_CONTEXT &&
		    is_notifications(&spec.object[i]) &&
		    spec.object[i].cap[TIME_BOUND].object == notification)
			return &spec.object[i];
	return NULL;
}

/* A caller's time goes to who works for it, if that has none, and on to who works for that. */
void spec_lend(struct spec_object *client, struct spec_object *server)
{
	unsigned int place;
	struct spec_object *time = spec_chain_of(client, &place);

	if (!time || place + 1 != time->length || spec_has_time(server))
		return;
	if (time->length == SPEC_CHAIN)
		__builtin_trap();
	time->chain[time->length++] = server;
	if (server->callee)
		spec_lend(server, server->callee);
}

/* The chain closes over it. */
static void take_out(struct spec_object *time, unsigned int place)
{
	for (time->length--; place < time->length; place++)
		time->chain[place] = time->chain[place + 1];
}

/* Lent time goes back to who lent it. Its own it keeps. */
void spec_give_back(struct spec_object *server)
{
	unsigned int place;
	struct spec_object *time = spec_chain_of(server, &place);
	struct spec_object *lender;

	if (!time || place + 1 != time->length)
		return;
	if (place) {
		lender = time->chain[place - 1];
		take_out(time, place);
		/* It may wait for another by now. */
		if (lender->callee)
			spec_lend(lender, lender->callee);
	} else if (is_notifications(time)) {
		take_out(time, place);
		spec_timed(time->cap[TIME_BOUND].object, server);
	}
}

/* It stops: what it has lent on is not asked back. */
void spec_leave_chain(struct spec_object *thread)
{
	unsigned int place;
	struct spec_object *time = spec_chain_of(thread, &place);

	if (!time)
		return;
	if (place + 1 == time->length)
		spec_give_back(thread);
	else if (place || is_notifications(time))
		take_out(time, place);
}

/* Who was on it lives on its caller's from now on, if that has some; who has no caller, on its notification's. */
void spec_time_unbound(struct spec_object *time)
{
	unsigned int length = time->length;

	time->length = 0;
	while (length--) {
		struct spec_object *thread = time->chain[length];

		if (thread->caller)
			spec_lend(thread->caller, thread);
		else
			spec_woken(thread);
	}
}

enum status spec_time_configure(struct spec_call *call)
{
	uint64_t budget = call->word[0], period = call->word[1];

	if (budget < spec.layout.budget_min || budget > period || period > 1ULL << 40)
		return ERR_ARGUMENT;
	call->cap->object->configured = true;
	return OK;
}

static enum status bind_notification(struct spec_object *time, struct spec_cap *cap)
{
	enum status status = spec_can_derive(cap);

	if (spec_time_of(cap->object))
		return ERR_OCCUPIED;
	if (status != OK)
		return status;
	spec_hold(cap, time, TIME_BOUND);
	spec_timed(cap->object, NULL);
	return OK;
}

static enum status bind_thread(struct spec_object *time, struct spec_cap *cap)
{
	struct spec_object *thread = cap->object;
	enum status status = spec_can_derive(cap);

	if (spec_has_time(thread))
		return ERR_OCCUPIED;
	if (status != OK)
		return status;
	spec_hold(cap, time, TIME_BOUND);
	time->chain[0] = thread;
	time->length = 1;
	/* Who works for it already gets it. */
	if (thread->callee)
		spec_lend(thread, thread->callee);
	spec_timed_thread(thread);
	return OK;
}

enum status spec_time_bind(struct spec_call *call)
{
	struct spec_object *time = call->cap->object;
	uint64_t index = call->word[0];
	struct spec_cap *cap;
	enum status status = spec_find(call, index, OBJECT_THREAD, RIGHT_CONTROL, &cap);

	if (status == ERR_TYPE)
		status = spec_find(call, index, OBJECT_VCPU, RIGHT_CONTROL, &cap);
	if (status == ERR_TYPE)
		status = spec_find(call, index, OBJECT_NOTIFICATION, RIGHT_CONTROL, &cap);
	if (status != OK)
		return status;
	if (time->cap[TIME_BOUND].type != OBJECT_NULL)
		return ERR_OCCUPIED;
	return cap->type == OBJECT_NOTIFICATION ? bind_notification(time, cap) :
						  bind_thread(time, cap);
}

enum status spec_time_unbind(struct spec_call *call)
{
	struct spec_object *time = call->cap->object;

	if (time->cap[TIME_BOUND].type == OBJECT_NULL)
		return ERR_STATE;
	spec_let_go(&time->cap[TIME_BOUND]);
	spec_time_unbound(time);
	return OK;
}

/* How much: see spec.h. Who compares fills it in. */
enum status spec_consumed(struct spec_call *call)
{
	call->word[0] = 0;
	return OK;
}

enum status spec_set_limit(struct spec_call *call)
{
	if (!call->word[0])
		return ERR_ARGUMENT;
	call->outside = call->word[0] != DEADLINE_NEVER;
	return OK;
}
