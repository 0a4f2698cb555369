/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queue of an endpoint.
 */
#include <arch/irq.h>
#include <endpoint.h>
#include <ipc.h>
#include <notification.h>
#include <sched.h>
#include <thread.h>

void endpoint_init(struct endpoint *endpoint)
{
	list_init(&endpoint->queue);
	list_init(&endpoint->faults);
}

static struct context *first(struct list *queue)
{
	return container_of(queue->next, struct context, queue);
}

enum status endpoint_destroy(struct endpoint *endpoint)
{
	if (endpoint->server)
		endpoint->server->serves = NULL;
	endpoint->server = NULL;
	while (!list_empty(&endpoint->queue)) {
		struct context *context = first(&endpoint->queue);

		/* A VCpu is not here: its binding went first. */
		context_unblock(context);
		message_set_status(context->registers, ERR_ABORTED);
		sched_wake(context);
		notification_woken(context);
		if (arch_irq_pending())
			return STATUS_AGAIN;
	}
	/* A fault that nobody can take is its thread's end, as where no endpoint is bound. */
	while (!list_empty(&endpoint->faults)) {
		thread_stop(thread_of(first(&endpoint->faults)));
		if (arch_irq_pending())
			return STATUS_AGAIN;
	}
	return OK;
}

void endpoint_enqueue(struct endpoint *endpoint, struct context *context, enum context_state state)
{
	sched_block(context, state);
	endpoint->receivers = state == STATE_RECEIVING;
	context->endpoint = endpoint;
	list_insert(&endpoint->queue, &context->queue);
}

void endpoint_renew_limits(struct endpoint *endpoint)
{
	struct list *queue = &endpoint->queue;

	for (struct list *node = queue->next; node != queue; node = node->next) {
		struct context *context = container_of(node, struct context, queue);

		if (context->kind == CONTEXT_VCPU)
			sched_renew_limit(context);
	}
}

void endpoint_enqueue_fault(struct endpoint *endpoint, struct context *context)
{
	sched_block(context, STATE_FAULTED);
	context->endpoint = endpoint;
	list_insert(&endpoint->faults, &context->queue);
}

static struct context *take(struct endpoint *endpoint, bool receivers)
{
	struct context *context;

	if (list_empty(&endpoint->queue) || endpoint->receivers != receivers)
		return NULL;
	context = first(&endpoint->queue);
	/* A call that is taken still has its deadline; a wait that is over has none. */
	list_remove(&context->queue);
	context->endpoint = NULL;
	if (receivers)
		timeout_cancel(&context->deadline);
	return context;
}

struct context *endpoint_receiver(struct endpoint *endpoint)
{
	return take(endpoint, true);
}

struct context *endpoint_receiver_with_time(struct endpoint *endpoint)
{
	struct list *node = endpoint->queue.next;

	if (!endpoint->receivers)
		return NULL;
	for (; node != &endpoint->queue; node = node->next) {
		struct context *context = container_of(node, struct context, queue);

		if (context_has_time(context)) {
			context_unblock(context);
			return context;
		}
	}
	return NULL;
}

struct context *endpoint_sender(struct endpoint *endpoint)
{
	return take(endpoint, false);
}

struct context *endpoint_fault(struct endpoint *endpoint)
{
	struct context *context = first(&endpoint->faults);

	context_unblock(context);
	return context;
}
