/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Endpoints: a queue of contexts, all of them callers or all of them receivers; and those whose faults wait. These have a
 * queue of their own, for receivers without time leave them where they are.
 */
#pragma once

#include <context.h>

struct thread;

struct endpoint {
	struct list queue;
	struct list faults;
	bool receivers;        /* what the queue holds, when it is not empty */
	struct thread *server; /* who received here last: to refuse cycles of calls */
};

_Static_assert(sizeof(struct endpoint) <= 1UL << BITS_ENDPOINT, "object_bits");

void endpoint_init(struct endpoint *endpoint);

/* Everybody in the queue is aborted. STATUS_AGAIN: see slot_delete(). */
enum status endpoint_destroy(struct endpoint *endpoint);

/* Queue a context that blocks here in state SENDING or RECEIVING. */
void endpoint_enqueue(struct endpoint *endpoint, struct context *context, enum context_state state);
/* The same in state FAULTED. */
void endpoint_enqueue_fault(struct endpoint *endpoint, struct context *context);

/* Its server ends: what is left of the time for exits in the queue was that server's, and another one has all of it. */
void endpoint_renew_limits(struct endpoint *endpoint);

/* The first receiver, left where it is; NULL if there is none. */
static inline const struct context *endpoint_waiting(const struct endpoint *endpoint)
{
	if (!endpoint->receivers || list_empty(&endpoint->queue))
		return NULL;
	return container_of(endpoint->queue.next, const struct context, queue);
}

/* The first receiver or the first caller, taken out of the queue; NULL if there is none. */
struct context *endpoint_receiver(struct endpoint *endpoint);
struct context *endpoint_sender(struct endpoint *endpoint);

/* The first receiver, if it does not live on the time of its callers. */
struct context *endpoint_receiver_with_time(struct endpoint *endpoint);

/* The first whose fault waits, of which there is one, taken out of the queue. */
struct context *endpoint_fault(struct endpoint *endpoint);
