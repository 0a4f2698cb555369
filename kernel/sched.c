/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: see sched.h for when a context is in a ready queue.
 */
#include <arch/cpu.h>
#include <arch/registers.h>
#include <budget.h>
#include <charge.h>
#include <ipc.h>
#include <sched.h>
#include <vcpu.h>

struct core core;

/* Who "runs" before the first context, and after the running one was destroyed. */
static struct registers nobody_registers;
static struct context nobody;

void sched_start(void)
{
	context_init(&nobody, CONTEXT_THREAD, &nobody_registers);
	core.current = &nobody;
	core.timer = DEADLINE_NEVER;
	for (unsigned int i = 0; i < PRIORITIES; i++)
		list_init(&core.ready[i]);
}

/* Ready queues. */

/* Apart, so that the way of an exit has nothing to save for it. */
static __attribute__((noinline)) void end_idle_now(struct sched_context *sc)
{
	budget_end_idle(sc, arch_counter());
}

/* A context with time waits for the core from now on. */
static void enqueue(struct context *context, bool first)
{
	struct list *queue = &core.ready[context->priority];

	list_insert(first ? queue->next : queue, &context->queue);
	core.bitmap[context->priority / 64] |= BIT(context->priority % 64);
	if (context->sc->idle)
		end_idle_now(context->sc);
}

static void dequeue(struct context *context)
{
	list_remove(&context->queue);
	if (list_empty(&core.ready[context->priority]))
		core.bitmap[context->priority / 64] &= ~BIT(context->priority % 64);
}

static bool is_queued(const struct context *context)
{
	return context->state == STATE_READY && !list_empty(&context->queue);
}

/* The most urgent in the queues, or NULL. */
static struct context *first_ready(void)
{
	for (int i = PRIORITIES / 64 - 1; i >= 0; i--)
		if (core.bitmap[i])
			return container_of(
				core.ready[i * 64 + 63 - __builtin_clzll(core.bitmap[i])].next,
				struct context, queue);
	return NULL;
}

/* Budgets. */

static bool has_time(const struct sched_context *sc)
{
	return sc && sc->count && list_empty(&sc->timeout.link);
}

void sched_refill(struct sched_context *sc)
{
	struct context *holder = sc->holder;

	if (holder && holder->state == STATE_READY && holder != core.current && !is_queued(holder))
		enqueue(holder, false);
}

/* States. */

void sched_wake(struct context *context)
{
	context->state = STATE_READY;
	if (!context->sc)
		return;
	core.cause = context->sc;
	if (context != core.current && has_time(context->sc))
		enqueue(context, false);
}

void sched_block(struct context *context, enum context_state state)
{
	if (is_queued(context))
		dequeue(context);
	context->state = (uint8_t)state;
}

void sched_yield(void)
{
	enqueue(core.current, false);
}

void sched_set_priority(struct context *context, uint8_t priority)
{
	bool queued = is_queued(context);

	if (queued)
		dequeue(context);
	context->priority = priority;
	if (queued)
		enqueue(context, false);
}

/* Lending. */

void sched_give(struct context *context, struct sched_context *sc)
{
	context->sc = sc;
	if (!sc) {
		if (is_queued(context))
			dequeue(context);
		return;
	}
	sc->holder = context;
	if (context->state == STATE_READY && context != core.current && has_time(sc))
		enqueue(context, false);
}

void sched_lend(struct context *client, struct context *server)
{
	struct sched_context *sc = client->sc;

	/* One that lent its own time gets that back. */
	if (context_has_time(server)) {
		if (client->kind == CONTEXT_VCPU)
			sched_renew_limit(client);
		return;
	}
	if (!sc)
		return;
	if (client->kind == CONTEXT_VCPU && sc->answer_left == DEADLINE_NEVER)
		sc->answer_left = vcpu_of(client)->answer_limit | ANSWER_UNCOUNTED;
	/* It waits for the server, in no ready queue. */
	client->sc = NULL;
	server->lender = client;
	client->borrower = server;
	sched_give(server, sc);
}

void sched_lend_on(struct context *client)
{
	for (; client->callee; client = client->callee)
		sched_lend(client, client->callee);
}

void sched_return_lent(struct context *server)
{
	struct context *lender = server->lender;
	struct sched_context *sc = server->sc;

	server->lender = NULL;
	lender->borrower = NULL;
	sched_give(server, NULL);
	if (lender->kind == CONTEXT_VCPU)
		sc->answer_left = DEADLINE_NEVER;
	sched_give(lender, sc);
	/* Its call was cancelled, or its exit told again: another works for it by now, and waits for this. */
	sched_lend_on(lender);
}

/* Whether what it has lent on is a notification's time, which does not come back to it. */
static bool lends_signals_time(const struct context *context)
{
	while (context->borrower)
		context = context->borrower;
	return context->sc->notification;
}

void sched_stop(struct context *context)
{
	struct context *lender = context->lender;
	struct context *borrower = context->borrower;

	sched_block(context, STATE_STOPPED);
	if (borrower && (lender || lends_signals_time(context))) {
		borrower->lender = lender;
		if (lender)
			lender->borrower = borrower;
		context->borrower = NULL;
		context->lender = NULL;
	} else {
		sched_return(context);
	}
}

void sched_forget(struct context *context)
{
	sched_stop(context);
	/* Its own time was bound below its capability: that binding ended before it, and what was lent with it. */
	BUG_ON(context->sc || context->borrower);
	if (core.current == context)
		core.current = &nobody;
}

/*
 * The decision at the end of each entry. It is in one piece for a call and in one for an interrupt: an exit comes through
 * here twice.
 */

#define INLINE static inline __attribute__((always_inline))

/* The running context if it may go on, else the first in the queues; NULL: nobody. */
INLINE struct context *pick(bool turn_over)
{
	struct context *current = core.current;
	struct context *ready;

	if (current->state == STATE_READY && !is_queued(current) && has_time(current->sc)) {
		if (turn_over) {
			enqueue(current, false);
		} else {
			ready = first_ready();
			if (!ready || ready->priority <= current->priority)
				return current;
			enqueue(current, true);
		}
	}
	while ((ready = first_ready())) {
		dequeue(ready);
		/* It may have lost its time in the queue: it was lent by who used it up. */
		if (has_time(ready->sc))
			break;
	}
	return ready;
}

INLINE void set_timer(void)
{
	uint64_t when = timeout_first();

	if (core.sc) {
		uint64_t left = core.sc->refill[core.sc->first].amount;

		if (core.sc->answer_left < left)
			left = core.sc->answer_left;
		if (core.since + left < when)
			when = core.since + left;
	}
	/* A timer that fired is off until it is set again. */
	if (when != core.timer) {
		core.timer = when;
		arch_timer_set(when);
	}
}

/* What they have who go on with the answer to the exit of a VCpu, whose chain this is in; nobody else has a limit. */
static uint64_t next_limit(const struct context *context)
{
	while (context->lender)
		context = context->lender;
	return context->kind == CONTEXT_VCPU ? vcpu_of((struct context *)context)->answer_limit :
					       DEADLINE_NEVER;
}

/* Who runs on the time that an answer should have come in, and did not, runs no longer. */
static void end_late(struct sched_context *sc)
{
	struct context *current = core.current;

	if (!sc || sc->answer_left)
		return;
	sc->answer_left = next_limit(current);
	ipc_fault(thread_of(current), FAULT_LATE, 0);
}

/* What the timer's interrupt is for. True: the running context's turn is over. */
static bool timer_work(uint64_t now)
{
	bool turn_over = charge_timer(now);

	end_late(core.sc);
	core.timer_fired = false;
	core.timer = DEADLINE_NEVER;
	timeout_run(now);
	return turn_over;
}

/* Nobody can go on: the core sleeps until somebody can. From what woke it on, that is the time of who goes on. */
static __attribute__((noinline)) struct context *idle(void)
{
	struct context *next;
	uint64_t woken;

	if (core.sc)
		charge_other(NULL, arch_counter());
	do {
		set_timer();
		woken = arch_idle();
		if (core.timer_fired)
			timer_work(woken);
		next = pick(false);
	} while (!next);
	charge_other(next->sc, woken);
	return next;
}

/* `next` runs. Whoever is charged until now pays for what is left to do if that is another's time. */
INLINE struct resume go_on(struct context *next, uint64_t *returned)
{
	if (next != core.current) {
		arch_switch(core.current, next);
		core.current = next;
	}
	if (next->kind == CONTEXT_VCPU)
		vcpu_enter(vcpu_of(next));
	if (next->sc != core.sc)
		returned = charge_left(next->sc);
	/* After the switch: a guest that left the core may have left its timer. */
	set_timer();
	return (struct resume){ .registers = next->registers, .returned = returned };
}

struct resume sched_leave(void)
{
	struct context *next = pick(false);

	return go_on(next ? next : idle(), NULL);
}

/* After interrupts that came at `when`, `next` runs; nobody's turn is over. */
INLINE uint64_t *charge_interrupt(const struct context *next, uint64_t when)
{
	if (next == core.current)
		return core.cause && core.cause != core.sc ? charge_cause(when) : NULL;
	/* Else what came ended the interrupted one's wish to run: it is charged up to the switch. */
	if (is_queued(core.current))
		charge_other(next->sc, when);
	return NULL;
}

struct resume sched_interrupted(uint64_t when)
{
	bool turn_over = core.timer_fired && timer_work(when);
	struct context *next = pick(turn_over);
	uint64_t *returned = NULL;

	if (!next)
		next = idle();
	else if (!turn_over)
		returned = charge_interrupt(next, when);
	return go_on(next, returned);
}
