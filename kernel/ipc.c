/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages. A message is in the registers of who sends it until it is in the registers of who gets it;
 * a VCpu's is its exit, a faulted thread's its fault.
 */
#include <arch/registers.h>
#include <exit.h>
#include <ipc.h>
#include <notification.h>
#include <sched.h>

/* Put the message of `sender` into the registers of `server`, which waits no more. */
static void deliver(struct context *sender, struct context *server, uint64_t badge)
{
	struct registers *to = server->registers;

	message_set_status(to, OK);
	message_set_badge(to, badge);
	if (sender->kind == CONTEXT_VCPU) {
		exit_message(vcpu_of(sender), message_label(to), message_words(to));
	} else if (sender->state == STATE_FAULTED) {
		struct thread *thread = thread_of(sender);

		*message_label(to) = LABEL_FAULT;
		message_words(to)[0] = thread->fault_info.cause;
		message_words(to)[1] = thread->fault_info.address;
		message_words(to)[2] = sender->registers->pc;
	} else {
		message_copy(to, sender->registers);
	}
}

/* The server owes the client an answer, and runs on its time if it has none. */
static void take_call(struct context *client, struct context *server)
{
	client->state = STATE_CALLING;
	client->callee = server;
	server->caller = client;
	sched_lend(client, server);
}

static const struct context *server_of(const struct endpoint *endpoint)
{
	return endpoint->server ? &endpoint->server->context : NULL;
}

/*
 * Who has the time that a server without any goes on with: what it lent, or one of its callers, or what the notification of
 * the first of these gives next.
 */
static const struct context *time_away(const struct context *server)
{
	const struct notification *notification;

	if (server->sc)
		return NULL;
	while (!server->borrower && server->caller)
		server = server->caller;
	if (server->borrower || server->kind == CONTEXT_VCPU)
		return server->borrower;
	notification = container_of(server, struct thread, context)->notification;
	return notification && notification->sc ? notification->sc->holder : NULL;
}

/* Whom a server needs before it can go on; NULL: nobody. */
static const struct context *waits_for(const struct context *server)
{
	if (server->callee)
		return server->callee;
	if (server->state == STATE_SENDING)
		return server_of(server->endpoint);
	return time_away(server);
}

/* Whether who would answer a call at this endpoint waits for this client. */
static bool is_cycle(const struct context *client, const struct endpoint *endpoint)
{
	const struct context *at = endpoint_waiting(endpoint);
	unsigned int waits = 0;

	/* Who waits there takes the call now. It waits for nobody, unless its own time is away. */
	for (at = at ? at->borrower : server_of(endpoint); at; at = waits_for(at))
		if (at == client || waits++ == CALL_WAITS_MAX)
			return true;
	return false;
}

/* Who lent its time and waits for the answer no more is part of the chain too: else that could grow without end. */
static uint32_t chain_length(const struct context *client)
{
	uint32_t length = 0;

	for (const struct context *at = client; at; at = at->caller ? at->caller : at->lender)
		length++;
	return length;
}

enum status ipc_call(struct context *client, struct endpoint *endpoint, uint64_t badge)
{
	struct context *server;

	if (client->kind == CONTEXT_THREAD &&
	    (is_cycle(client, endpoint) || chain_length(client) > CALL_DEPTH_MAX))
		return ERR_DEPTH;
	client->badge = badge;
	server = endpoint_receiver(endpoint);
	if (!server) {
		endpoint_enqueue(endpoint, client, STATE_SENDING);
		return OK;
	}
	sched_block(client, STATE_CALLING);
	deliver(client, server, badge);
	take_call(client, server);
	sched_wake(server);
	return OK;
}

void ipc_fault(struct thread *thread, uint64_t cause, uint64_t address)
{
	struct slot *fault = &thread->fault_binding;
	struct context *server;
	struct endpoint *endpoint;

	thread->fault_info.cause = cause;
	thread->fault_info.address = address;
	if (fault->type != OBJECT_ENDPOINT) {
		thread_stop(thread);
		return;
	}
	endpoint = (struct endpoint *)fault->object;
	thread->context.badge = fault->data;
	server = endpoint_receiver_with_time(endpoint);
	if (!server) {
		endpoint_enqueue_fault(endpoint, &thread->context);
		return;
	}
	sched_block(&thread->context, STATE_FAULTED);
	deliver(&thread->context, server, fault->data);
	sched_wake(server);
}

/* A server that waits for its next message owes nobody anything. */
static void abort_caller(struct context *server)
{
	struct context *caller = server->caller;

	if (!caller)
		return;
	server->caller = NULL;
	caller->callee = NULL;
	if (caller->kind == CONTEXT_VCPU) {
		exit_redeliver(vcpu_of(caller));
		return;
	}
	timeout_cancel(&caller->deadline);
	message_set_status(caller->registers, ERR_ABORTED);
	sched_wake(caller);
}

/* Who asks for the next message and owes an answer still has what is left of the time for it, and no more. */
static void leave_unanswered(struct context *server)
{
	struct context *caller = server->caller;
	struct sched_context *sc = server->sc;
	uint64_t left = sc ? sc->answer_left : DEADLINE_NEVER;

	abort_caller(server);
	sched_return(server);
	/* Nobody else took it. */
	if (sc && caller->sc == sc && caller->kind == CONTEXT_VCPU &&
	    caller->state == STATE_SENDING)
		sc->answer_left = left;
}

/* There is one. A fault lends no time: who has none leaves it where it is. */
static bool take_fault(struct context *server, struct endpoint *endpoint)
{
	struct context *faulted;

	if (!context_has_time(server))
		return false;
	faulted = endpoint_fault(endpoint);
	deliver(faulted, server, faulted->badge);
	sched_wake(server);
	return true;
}

void ipc_receive(struct thread *server, struct endpoint *endpoint, uint64_t deadline)
{
	struct context *context = &server->context;
	struct context *sender;

	if (context->caller)
		leave_unanswered(context);
	else
		sched_return(context);
	if (server->serves != endpoint) {
		if (server->serves)
			server->serves->server = NULL;
		if (endpoint->server)
			endpoint->server->serves = NULL;
		server->serves = endpoint;
		endpoint->server = server;
	}
	if (!list_empty(&endpoint->faults) && take_fault(context, endpoint))
		return;
	sender = endpoint_sender(endpoint);
	if (!sender) {
		endpoint_enqueue(endpoint, context, STATE_RECEIVING);
		/* Callers went before: a peer that signals without end keeps no guest's accesses away. */
		if (server->notification && notification_tell(server->notification))
			return;
		timeout_set(&context->deadline, deadline);
		return;
	}
	sched_block(context, STATE_RECEIVING);
	deliver(sender, context, sender->badge);
	take_call(sender, context);
	sched_wake(context);
}

void ipc_timed(struct thread *server)
{
	struct context *context = &server->context;
	struct endpoint *endpoint = context->endpoint;

	if (context->state == STATE_RECEIVING && !list_empty(&endpoint->faults)) {
		context_unblock(context);
		take_fault(context, endpoint);
	} else if (server->notification) {
		notification_tell(server->notification);
	}
}

enum status ipc_send(struct thread *sender, struct endpoint *endpoint, uint64_t badge)
{
	struct context *server = endpoint_receiver_with_time(endpoint);

	if (!server)
		return ERR_STATE;
	deliver(&sender->context, server, badge);
	sched_wake(server);
	return OK;
}

void ipc_signal(struct context *server, uint64_t bits, bool deadline)
{
	uint64_t *words = message_words(server->registers);

	context_unblock(server);
	message_set_status(server->registers, OK);
	message_set_badge(server->registers, 0);
	*message_label(server->registers) = LABEL_SIGNAL;
	words[0] = bits;
	words[1] = deadline;
	for (unsigned int i = 2; i < MESSAGE_WORDS; i++)
		words[i] = 0;
	sched_wake(server);
}

enum status ipc_reply(struct thread *server, uint64_t deadline)
{
	struct context *context = &server->context;
	struct context *caller = context->caller;
	struct registers *from = context->registers;

	if (caller->kind == CONTEXT_VCPU) {
		enum status status = exit_commit(vcpu_of(caller), *message_label(from),
						 message_words(from), deadline);

		if (status != OK)
			return status;
	} else {
		message_copy(caller->registers, from);
		message_set_status(caller->registers, OK);
		timeout_cancel(&caller->deadline);
		sched_wake(caller);
	}
	caller->callee = NULL;
	context->caller = NULL;
	sched_return(context);
	/* Its next exit may wait for this answer already: only now has the VCpu its time back. */
	if (caller->kind == CONTEXT_VCPU)
		vcpu_answered(vcpu_of(caller));
	return OK;
}

/* Whether it is a thread that waits for the end of a system call. */
static bool is_in_syscall(const struct context *context)
{
	return context->kind == CONTEXT_THREAD &&
	       (context->state == STATE_SENDING || context->state == STATE_CALLING ||
		context->state == STATE_RECEIVING || context->state == STATE_WAITING);
}

/* It waits for no answer any more. Who works on it may have lived on time that is gone: it has no caller now. */
static void leave_callee(struct context *caller)
{
	struct context *callee = caller->callee;

	if (!callee)
		return;
	callee->caller = NULL;
	caller->callee = NULL;
	notification_woken(callee);
}

void ipc_cancel(struct context *context)
{
	abort_caller(context);
	if (context->kind == CONTEXT_VCPU)
		sched_renew_limit(context);
	else if (thread_of(context)->serves)
		endpoint_renew_limits(thread_of(context)->serves);
	leave_callee(context);
	/* The queue of a ready context is the scheduler's. */
	if (context->state == STATE_READY)
		return;
	if (is_in_syscall(context))
		message_set_status(context->registers, ERR_ABORTED);
	context_unblock(context);
}

void ipc_deadline(struct context *context)
{
	if (context->state == STATE_RECEIVING) {
		if (thread_of(context)->notification) {
			notification_deadline(thread_of(context)->notification);
			return;
		}
		/* Without time it would be lost to its callers. */
		if (!context_has_time(context))
			return;
	}
	leave_callee(context);
	context_unblock(context);
	message_set_status(context->registers, ERR_DEADLINE);
	sched_wake(context);
}
