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

/* What is done for `context` now is done on the time that it has, or has lent. */
static struct context *due_to(struct context *context)
{
	const struct context *at = context;

	while (at->borrower)
		at = at->borrower;
	if (at->sc)
		core.cause = at->sc;
	return context;
}

static void timeout_due(struct timeout *timeout)
{
	struct sched_context *sc;
	struct vcpu *vcpu;

	switch (timeout->kind) {
	case TIMEOUT_DEADLINE:
		ipc_deadline(due_to(container_of(timeout, struct context, deadline)));
		break;
	case TIMEOUT_REFILL:
		sc = container_of(timeout, struct sched_context, timeout);
		core.cause = sc;
		sched_refill(sc);
		break;
	case TIMEOUT_EVENT:
		vcpu = container_of(timeout, struct vcpu, event_timeout);
		due_to(&vcpu->context);
		vcpu_event_deadline(vcpu);
		break;
	case TIMEOUT_TIMER:
		vcpu = container_of(timeout, struct vcpu, timer_timeout);
		due_to(&vcpu->context);
		vcpu_timer(vcpu);
		break;
	default:
		BUG_ON(true);
	}
}

/* What one interrupt of the timer does: the next comes at once for what is left, and interrupts of others with it. */
#define TIMEOUTS_AT_ONCE 8

void timeout_run(uint64_t now)
{
	for (unsigned int i = 0; i < TIMEOUTS_AT_ONCE && timeout_first() <= now; i++) {
		struct timeout *timeout = timeout_at(timeouts.next);

		timeout_cancel(timeout);
		timeout_due(timeout);
	}
}
