/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of timeouts, and who is told when one is due.
 */
#include <ipc.h>
#include <sched.h>
#include <timeout.h>
#include <vcpu.h>

static struct list timeouts;

void timeout_start(void)
{
	list_init(&timeouts);
}

void timeout_init(struct timeout *timeout, enum timeout_kind kind)
{
	list_init(&timeout->link);
	timeout->kind = (uint8_t)kind;
}

static struct timeout *timeout_at(struct list *link)
{
	return container_of(link, struct timeout, link);
}

void timeout_cancel(struct timeout *timeout)
{
	list_remove(&timeout->link);
}

void timeout_set(struct timeout *timeout, uint64_t when)
{
	struct list *position;

	timeout_cancel(timeout);
	if (when == DEADLINE_NEVER)
		return;
	timeout->when = when;
	position = timeouts.next;
	while (position != &timeouts && timeout_at(position)->when <= when)
		position = position->next;
	list_insert(position, &timeout->link);
}

uint64_t timeout_first(void)
{
	return list_empty(&timeouts) ? DEADLINE_NEVER : timeout_at(timeouts.next)->when;
}

static void timeout_due(struct timeout *timeout)
{
	switch (timeout->kind) {
	case TIMEOUT_DEADLINE:
		ipc_deadline(container_of(timeout, struct context, deadline));
		break;
	case TIMEOUT_REFILL:
		sched_refill(container_of(timeout, struct sched_context, timeout));
		break;
	case TIMEOUT_EVENT:
		vcpu_event_deadline(container_of(timeout, struct vcpu, event_timeout));
		break;
	case TIMEOUT_TIMER:
		vcpu_timer(container_of(timeout, struct vcpu, timer_timeout));
		break;
	default:
		BUG_ON(true);
	}
}

void timeout_run(uint64_t now)
{
	while (timeout_first() <= now) {
		struct timeout *timeout = timeout_at(timeouts.next);

		timeout_cancel(timeout);
		timeout_due(timeout);
	}
}
