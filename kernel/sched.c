/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: see sched.h for when a context is in a ready queue.
 *
 * Budgets are sporadic servers: what is used at a time comes back a period later. A scheduling context whose
 * budget is its whole period is never without time; its budget is then just its turn in the round robin.
 */
#include <arch/cpu.h>
#include <arch/registers.h>
#include <kernel_dispatch.h>
#include <sched.h>
#include <vcpu.h>

/* A remainder below this is not worth a switch: it goes to the next refill. */
#define BUDGET_MIN_US 10

struct core core;

/* Who "runs" before the first context, and after the running one was destroyed. */
static struct registers nobody_registers;
static struct context nobody;

static uint64_t budget_min(void)
{
	return arch_counter_frequency() / 1000000 * BUDGET_MIN_US;
}

void sched_start(void)
{
	context_init(&nobody, CONTEXT_THREAD, &nobody_registers);
	core.current = &nobody;
	core.timer = DEADLINE_NEVER;
	for (unsigned int i = 0; i < PRIORITIES; i++)
		list_init(&core.ready[i]);
}

/* Ready queues. */

static void enqueue(struct context *context, bool first)
{
	struct list *queue = &core.ready[context->priority];

	list_insert(first ? queue->next : queue, &context->queue);
	core.bitmap[context->priority / 64] |= BIT(context->priority % 64);
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

static bool is_full(const struct sched_context *sc)
{
	return sc->budget == sc->period;
}

/* The nth refill from the first. */
static struct refill *refill_at(struct sched_context *sc, unsigned int n)
{
	return &sc->refill[(sc->first + n) % REFILLS_MAX];
}

/*
 * The ring is full: the two that are closest in time become one, at the time of the later. Late rather than early: the
 * share is never exceeded. The first is in use.
 */
static void refill_merge(struct sched_context *sc)
{
	unsigned int best = 1;

	for (unsigned int i = 2; i + 1 < sc->count; i++)
		if (refill_at(sc, i + 1)->when - refill_at(sc, i)->when <
		    refill_at(sc, best + 1)->when - refill_at(sc, best)->when)
			best = i;
	refill_at(sc, best + 1)->amount += refill_at(sc, best)->amount;
	sc->count--;
	for (unsigned int i = best; i < sc->count; i++)
		*refill_at(sc, i) = *refill_at(sc, i + 1);
}

static void refill_add(struct sched_context *sc, uint64_t when, uint64_t amount)
{
	struct refill *last = refill_at(sc, sc->count - 1U);

	/* What was used without a break comes back as one. */
	if (sc->count && last->when + last->amount >= when) {
		last->amount += amount;
		return;
	}
	if (sc->count == REFILLS_MAX)
		refill_merge(sc);
	*refill_at(sc, sc->count++) = (struct refill){ .when = when, .amount = amount };
}

static void refill_drop_first(struct sched_context *sc)
{
	sc->first = (sc->first + 1) % REFILLS_MAX;
	sc->count--;
}

/* From `now` on it is used: what comes back counts from here, and what has come by now is one amount. */
static void refill_begin(struct sched_context *sc, uint64_t now)
{
	if (sc->refill[sc->first].when < now)
		sc->refill[sc->first].when = now;
	while (sc->count > 1) {
		uint8_t next = (sc->first + 1) % REFILLS_MAX;
		uint64_t amount = sc->refill[sc->first].amount;

		if (sc->refill[next].when > sc->refill[sc->first].when + amount)
			break;
		sc->refill[next].when = sc->refill[sc->first].when;
		sc->refill[next].amount += amount;
		refill_drop_first(sc);
	}
}

/* Take `used` ticks from a sporadic server. */
static void refill_use(struct sched_context *sc, uint64_t used)
{
	while (used >= sc->refill[sc->first].amount) {
		uint64_t amount = sc->refill[sc->first].amount;
		uint64_t when = sc->refill[sc->first].when + sc->period;

		used -= amount;
		refill_drop_first(sc);
		refill_add(sc, when, amount);
	}
	if (used) {
		uint64_t when = sc->refill[sc->first].when;

		sc->refill[sc->first].amount -= used;
		sc->refill[sc->first].when = when + used;
		refill_add(sc, when + sc->period, used);
	}
	while (sc->count > 1 && sc->refill[sc->first].amount < budget_min()) {
		uint64_t rest = sc->refill[sc->first].amount;

		refill_drop_first(sc);
		sc->refill[sc->first].amount += rest;
	}
}

/* Charge who has run until now. True: its turn is over. */
static bool charge(uint64_t now)
{
	struct sched_context *sc = core.sc;
	uint64_t used = now - core.since;
	bool over;

	core.since = now;
	if (!sc)
		return false;
	sc->consumed += used;
	if (is_full(sc)) {
		over = used >= sc->refill[sc->first].amount;
		sc->refill[sc->first].amount = over ? sc->budget :
						      sc->refill[sc->first].amount - used;
		return over;
	}
	over = used >= sc->refill[sc->first].amount;
	refill_use(sc, used);
	if (sc->refill[sc->first].when > now) {
		timeout_set(&sc->timeout, sc->refill[sc->first].when);
		over = true;
	}
	return over;
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
	if (is_queued(context))
		return;
	context->state = STATE_READY;
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
	struct context *context = core.current;

	if (context->state == STATE_READY && !is_queued(context))
		enqueue(context, false);
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

/* `context` runs on `sc` from now on; NULL: on nothing. */
static void give(struct context *context, struct sched_context *sc)
{
	context->sc = sc;
	if (!sc) {
		if (is_queued(context))
			dequeue(context);
		return;
	}
	sc->holder = context;
	if (context->state == STATE_READY && context != core.current && !is_queued(context) &&
	    has_time(sc))
		enqueue(context, false);
}

void sched_lend(struct context *client, struct context *server)
{
	struct sched_context *sc = client->sc;

	/* One that lent its own time gets that back. */
	if (server->sc || server->borrower || !sc)
		return;
	give(client, NULL);
	server->lender = client;
	client->borrower = server;
	give(server, sc);
}

void sched_return(struct context *server)
{
	struct context *lender = server->lender;
	struct sched_context *sc = server->sc;

	if (!lender)
		return;
	server->lender = NULL;
	lender->borrower = NULL;
	give(server, NULL);
	if (!sc)
		return;
	give(lender, sc);
	/* Its call was cancelled, or its exit told again: another works for it by now, and waits for this. */
	if (lender->callee)
		sched_lend(lender, lender->callee);
}

void sched_stop(struct context *context)
{
	struct context *lender = context->lender;
	struct context *borrower = context->borrower;

	sched_block(context, STATE_STOPPED);
	if (lender && borrower) {
		borrower->lender = lender;
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

/* Scheduling contexts as objects. */

void sched_context_unbound(struct sched_context *sc)
{
	struct context *at = sc->holder;

	if (!at)
		return;
	give(at, NULL);
	sc->holder = NULL;
	/* Nobody on the chain has anything to give back. */
	while (at->lender) {
		struct context *lender = at->lender;

		at->lender = NULL;
		lender->borrower = NULL;
		at = lender;
	}
}

void sched_context_destroy(struct sched_context *sc)
{
	sched_context_unbound(sc);
	binding_clear(&sc->bound);
	timeout_cancel(&sc->timeout);
	if (core.sc == sc)
		core.sc = NULL;
}

static struct sched_context *invoked(struct invocation *call)
{
	return (struct sched_context *)call->slot->object;
}

enum status sched_context_configure(struct invocation *call, uint64_t budget, uint64_t period)
{
	struct sched_context *sc = invoked(call);

	if (budget < budget_min() || budget > period || period > BIT(40))
		return ERR_ARGUMENT;
	if (core.sc == sc)
		charge(arch_counter());
	sc->budget = budget;
	sc->period = period;
	sc->first = 0;
	sc->count = 0;
	refill_add(sc, arch_counter(), budget);
	timeout_cancel(&sc->timeout);
	sched_refill(sc);
	return OK;
}

enum status sched_context_bind(struct invocation *call, cap_t cap)
{
	struct sched_context *sc = invoked(call);
	struct slot *slot = NULL;
	enum status status = invocation_slot(call, cap, OBJECT_THREAD, &slot);
	struct context *context;

	if (status == ERR_TYPE)
		status = invocation_slot(call, cap, OBJECT_VCPU, &slot);
	if (status != OK)
		return status;
	if (sc->bound.type != OBJECT_NULL)
		return ERR_OCCUPIED;
	context = (struct context *)slot->object;
	if (context->sc || context->borrower || context->lender)
		return ERR_OCCUPIED;
	status = binding_set(&sc->bound, slot, OBJECT_SCHED_CONTEXT, sc);
	if (status != OK)
		return status;
	give(context, sc);
	/* Who works for it already gets it. */
	if (context->callee)
		sched_lend(context, context->callee);
	return OK;
}

enum status sched_context_unbind(struct invocation *call)
{
	struct sched_context *sc = invoked(call);

	if (sc->bound.type == OBJECT_NULL)
		return ERR_STATE;
	binding_clear(&sc->bound);
	sched_context_unbound(sc);
	return OK;
}

enum status sched_context_consumed(struct invocation *call, uint64_t *ticks)
{
	struct sched_context *sc = invoked(call);

	if (core.sc == sc)
		charge(arch_counter());
	*ticks = sc->consumed;
	return OK;
}

/* The decision at the end of each entry. */

/* The running context if it may go on, else the first in the queues; NULL: nobody. */
static struct context *pick(bool turn_over)
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

static void set_timer(void)
{
	uint64_t when = timeout_first();

	if (core.sc) {
		uint64_t end = core.since + core.sc->refill[core.sc->first].amount;

		if (end < when)
			when = end;
	}
	/* A timer that fired is off until it is set again. */
	if (when != core.timer) {
		core.timer = when;
		arch_timer_set(when);
	}
}

/* From `now` on, `sc` is charged. */
static void start_charging(struct sched_context *sc, uint64_t now)
{
	core.sc = sc;
	core.since = now;
	if (sc && !is_full(sc))
		refill_begin(sc, now);
}

/* What the timer's interrupt is for. True: the running context's turn is over. */
static bool timer_work(void)
{
	uint64_t now = arch_counter();
	bool turn_over = charge(now);

	core.timer_fired = false;
	core.timer = DEADLINE_NEVER;
	timeout_run(now);
	return turn_over;
}

struct registers *sched_leave(void)
{
	struct context *next;
	bool turn_over = false;

	if (core.timer_fired)
		turn_over = timer_work();
	while (!(next = pick(turn_over))) {
		if (core.sc) {
			charge(arch_counter());
			core.sc = NULL;
		}
		set_timer();
		arch_idle();
		if (core.timer_fired)
			timer_work();
		turn_over = false;
	}
	if (next->sc != core.sc) {
		uint64_t now = arch_counter();

		charge(now);
		start_charging(next->sc, now);
	}
	if (next != core.current) {
		arch_switch(core.current, next);
		core.current = next;
	}
	/* After the switch: a guest that left the core may have left its timer. */
	set_timer();
	if (next->kind == CONTEXT_VCPU)
		vcpu_enter(vcpu_of(next));
	return next->registers;
}
