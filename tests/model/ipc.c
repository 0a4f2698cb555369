/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between threads.
 */
#include "spec.h"

static void set_status(struct spec_object *thread, enum status status)
{
	thread->registers[spec.layout.capability] = status;
}

struct spec_object *spec_first(const struct spec_object *at, enum spec_state state)
{
	struct spec_object *first = NULL;

	for (unsigned int i = 0; i < spec.objects; i++) {
		struct spec_object *object = &spec.object[i];

		if (object->type == OBJECT_THREAD && object->state == state && object->at == at &&
		    (!first || object->since < first->since))
			first = object;
	}
	return first;
}

void spec_block(struct spec_object *thread, enum spec_state state, struct spec_object *at,
		uint64_t deadline)
{
	thread->state = state;
	thread->at = at;
	thread->since = ++spec.events;
	thread->deadline = deadline;
	thread->armed = ++spec.events;
}

void spec_wake(struct spec_object *thread, enum status status)
{
	set_status(thread, status);
	thread->state = SPEC_READY;
	thread->at = NULL;
	thread->deadline = DEADLINE_NEVER;
}

/* A message, or a fault, becomes what the server's call gives. */
static void deliver(const struct spec_object *sender, struct spec_object *server)
{
	const struct spec_layout *at = &spec.layout;

	spec_wake(server, OK);
	server->registers[at->deadline] = sender->badge;
	if (sender->state == SPEC_FAULTED) {
		server->registers[at->label] = LABEL_FAULT;
		server->registers[at->words] = sender->cause;
		server->registers[at->words + 1] = sender->fault_address;
		server->registers[at->words + 2] = sender->registers[SPEC_REGISTER_PC];
		return;
	}
	server->registers[at->label] = sender->registers[at->label];
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		server->registers[at->words + i] = sender->registers[at->words + i];
}

static void take_call(struct spec_object *client, struct spec_object *server)
{
	deliver(client, server);
	client->state = SPEC_CALLING;
	client->at = NULL;
	client->callee = server;
	server->caller = client;
	spec_lend(client, server);
}

/* Who has the time that it lent, or that who waits for its answer lent. */
static struct spec_object *has_time_of(const struct spec_object *server)
{
	unsigned int place;
	const struct spec_object *time = spec_chain_of(server, &place);

	if (time)
		return place + 1 < time->length ? time->chain[place + 1] : NULL;
	if (server->caller)
		return has_time_of(server->caller);
	/* It will have its notification's as soon as who has that waits for a message. */
	time = server->signals ? spec_time_of(server->signals) : NULL;
	return time && time->length ? time->chain[time->length - 1] : NULL;
}

/* Whom it needs before it can go on. */
static struct spec_object *needs(const struct spec_object *server)
{
	if (server->callee)
		return server->callee;
	return server->state == SPEC_SENDING ? server->at->serves : has_time_of(server);
}

/* Who would answer needs the client, or so many others that nobody looks on; or the chain of calls would be too long. */
static bool is_refused(const struct spec_object *client, const struct spec_object *endpoint)
{
	struct spec_object *at = spec_first(endpoint, SPEC_RECEIVING);
	unsigned int looked = 0, calls = 0;

	/* Who waits there takes the call, also where it has no time yet: it gets the client's. */
	if (at && !spec_has_time(at))
		at = NULL;
	else if (!at)
		at = endpoint->serves;
	for (; at; at = needs(at))
		if (at == client || looked++ == CALL_WAITS_MAX)
			return true;
	/* Who lent its time and waits no more counts: else chains of lent time could grow without end. */
	for (; client; calls++)
		client = client->caller ? client->caller : spec_lender(client);
	return calls > CALL_DEPTH_MAX;
}

enum status spec_call_endpoint(struct spec_object *client, struct spec_object *endpoint,
			       uint64_t badge, uint64_t deadline)
{
	struct spec_object *server = spec_first(endpoint, SPEC_RECEIVING);

	if (is_refused(client, endpoint))
		return ERR_DEPTH;
	client->badge = badge;
	spec_block(client, SPEC_SENDING, endpoint, deadline);
	if (server)
		take_call(client, server);
	return OK;
}

/* Who owes whom an answer does so no more. */
static struct spec_object *part(struct spec_object *server)
{
	struct spec_object *caller = server->caller;

	server->caller = NULL;
	if (caller)
		caller->callee = NULL;
	return caller;
}

static void abort_caller(struct spec_object *server)
{
	struct spec_object *caller = part(server);

	if (caller)
		spec_wake(caller, ERR_ABORTED);
}

void spec_reply(struct spec_object *server)
{
	const struct spec_layout *at = &spec.layout;
	struct spec_object *caller = part(server);

	caller->registers[at->label] = server->registers[at->label];
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		caller->registers[at->words + i] = server->registers[at->words + i];
	spec_wake(caller, OK);
	spec_give_back(server);
}

/* One thread at a time is known to serve an endpoint, and one endpoint to be served by a thread: the last. */
static void serve(struct spec_object *server, struct spec_object *endpoint)
{
	if (server->serves)
		server->serves->serves = NULL;
	if (endpoint->serves)
		endpoint->serves->serves = NULL;
	server->serves = endpoint;
	endpoint->serves = server;
}

/* A server with time takes a fault that waits, before calls. */
static bool take_fault(struct spec_object *server, const struct spec_object *endpoint)
{
	struct spec_object *faulted = spec_first(endpoint, SPEC_FAULTED);

	if (!faulted || !spec_has_time(server))
		return false;
	deliver(faulted, server);
	faulted->at = NULL;
	return true;
}

void spec_timed_thread(struct spec_object *thread)
{
	if (thread->state == SPEC_RECEIVING && take_fault(thread, thread->at))
		return;
	if (thread->signals)
		spec_tell(thread->signals);
}

void spec_receive(struct spec_object *server, struct spec_object *endpoint, uint64_t deadline)
{
	struct spec_object *sender;

	abort_caller(server);
	spec_give_back(server);
	serve(server, endpoint);
	spec_block(server, SPEC_RECEIVING, endpoint, deadline);
	if (take_fault(server, endpoint))
		return;
	sender = spec_first(endpoint, SPEC_SENDING);
	if (sender)
		take_call(sender, server);
	else if (server->signals)
		spec_tell(server->signals);
}

/* Of who waits there and needs nobody's time. */
static struct spec_object *first_with_time(const struct spec_object *endpoint)
{
	struct spec_object *first = NULL;

	for (unsigned int i = 0; i < spec.objects; i++) {
		struct spec_object *object = &spec.object[i];

		if (object->type == OBJECT_THREAD && object->state == SPEC_RECEIVING &&
		    object->at == endpoint && spec_has_time(object) &&
		    (!first || object->since < first->since))
			first = object;
	}
	return first;
}

enum status spec_send(struct spec_object *sender, struct spec_object *endpoint, uint64_t badge)
{
	struct spec_object *server = first_with_time(endpoint);

	if (!server)
		return ERR_STATE;
	sender->badge = badge;
	deliver(sender, server);
	return OK;
}

void spec_fault(struct spec_object *thread, uint64_t cause, uint64_t address)
{
	const struct spec_cap *fault = &thread->cap[THREAD_FAULT];
	struct spec_object *server;

	thread->cause = cause;
	thread->fault_address = address;
	if (fault->type == OBJECT_NULL) {
		spec_stop(thread);
		return;
	}
	server = first_with_time(fault->object);
	thread->badge = fault->badge;
	spec_block(thread, SPEC_FAULTED, fault->object, DEADLINE_NEVER);
	if (server) {
		deliver(thread, server);
		thread->at = NULL;
	}
}

/* Whose answer it waits for owes it none any more. */
static void hang_up(struct spec_object *client)
{
	struct spec_object *server = client->callee;

	if (!server)
		return;
	part(server);
	spec_woken(server);
}

void spec_stop(struct spec_object *thread)
{
	abort_caller(thread);
	hang_up(thread);
	switch (thread->state) {
	case SPEC_SENDING:
	case SPEC_CALLING:
	case SPEC_RECEIVING:
	case SPEC_WAITING:
		set_status(thread, ERR_ABORTED);
		break;
	default:
		break;
	}
	spec_block(thread, SPEC_STOPPED, NULL, DEADLINE_NEVER);
	spec_leave_chain(thread);
}

void spec_endpoint_end(struct spec_object *endpoint)
{
	if (endpoint->serves)
		endpoint->serves->serves = NULL;
	for (unsigned int i = 0; i < spec.objects; i++) {
		struct spec_object *thread = &spec.object[i];

		if (thread->type != OBJECT_THREAD || thread->at != endpoint)
			continue;
		if (thread->state == SPEC_FAULTED) {
			spec_stop(thread);
		} else {
			spec_wake(thread, ERR_ABORTED);
			spec_woken(thread);
		}
	}
}

/* The deadline of a thread that serves and takes signals is one of these. */
static void expire(struct spec_object *thread)
{
	thread->deadline = DEADLINE_NEVER;
	if (thread->state == SPEC_RECEIVING && thread->signals) {
		thread->signals->late = true;
		spec_tell(thread->signals);
		return;
	}
	/* Who serves without time of its own is there for its callers, and nobody else. */
	if (thread->state == SPEC_RECEIVING && !spec_has_time(thread))
		return;
	hang_up(thread);
	spec_wake(thread, ERR_DEADLINE);
}

/* Deadlines come in the order of their times, those of one time in the order in which they were set. */
void spec_clock(uint64_t now)
{
	struct spec_object *next;

	spec.now = now;
	do {
		next = NULL;
		for (unsigned int i = 0; i < spec.objects; i++) {
			struct spec_object *object = &spec.object[i];

			if (object->type != OBJECT_THREAD || object->deadline == DEADLINE_NEVER ||
			    object->deadline > now)
				continue;
			if (!next || object->deadline < next->deadline ||
			    (object->deadline == next->deadline && object->armed < next->armed))
				next = object;
		}
		if (next)
			expire(next);
	} while (next);
}
