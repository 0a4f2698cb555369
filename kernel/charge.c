/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Charging: see charge.h for who pays for what.
 */
#include <arch/cpu.h>
#include <budget.h>
#include <charge.h>

/*
 * A processor may read its counter ahead of what stands before that (CNTPCT_EL0 without an ISB), so of two reads within one
 * entry the second can be the smaller. Then nothing has passed.
 */
static uint64_t passed(uint64_t since, uint64_t now)
{
	return now > since ? now - since : 0;
}

/* What was set aside is over since the kernel returned: its payer owes it, and who runs has run since then only. */
static void settle(void)
{
	uint64_t work;

	if (!core.payer)
		return;
	work = passed(core.aside, core.returned);
	core.payer->owed += work;
	core.since += work;
	core.payer = NULL;
}

static uint64_t *set_aside(struct sched_context *payer, uint64_t from)
{
	core.payer = payer;
	core.aside = from;
	return &core.returned;
}

/* The timer ends a turn with the budget. What is longer was not used, but stolen (budget.c). */
static void count_answer(struct sched_context *sc, uint64_t used)
{
	uint64_t counted = used < 2 * sc->budget ? used : 2 * sc->budget;

	if (sc->answer_left & ANSWER_UNCOUNTED) {
		sc->answer_left &= ~ANSWER_UNCOUNTED;
		return;
	}
	sc->answer_left -= counted < sc->answer_left ? counted : sc->answer_left;
}

/*
 * A turn among equals. It begins anew when the timer has ended it, and only then: who lets others interrupt it at its end would
 * have turn after turn.
 */
static bool take_turn(struct refill *turn, uint64_t length, uint64_t used, bool timer)
{
	/* The timer is set before the return is timed, so a little too early. */
	bool over = timer && used + length / 1024 >= turn->amount;

	if (over)
		turn->amount = length;
	else
		turn->amount = used < turn->amount ? turn->amount - used : 1;
	return over;
}

static bool take_budget(struct sched_context *sc, uint64_t used, uint64_t now)
{
	bool over = used >= sc->refill[sc->first].amount;

	budget_use(sc, used);
	if (sc->refill[sc->first].when <= now)
		return over;
	timeout_set(&sc->timeout, sc->refill[sc->first].when);
	return true;
}

/* Inline: one switch charges once. */
static inline bool charge(uint64_t now, bool timer)
{
	struct sched_context *sc = core.sc;
	uint64_t used;

	settle();
	used = passed(core.since, now);
	core.since += used;
	if (!sc)
		return false;
	if (sc->answer_left != DEADLINE_NEVER)
		count_answer(sc, used);
	used += sc->owed;
	sc->owed = 0;
	sc->consumed += used;
	return budget_is_full(sc) ? take_turn(&sc->refill[sc->first], sc->budget, used, timer) :
				    take_budget(sc, used, now);
}

void charge_until(uint64_t now)
{
	charge(now, false);
}

bool charge_timer(uint64_t now)
{
	return charge(now, true);
}

void charge_other(struct sched_context *sc, uint64_t now)
{
	struct sched_context *last = core.sc;

	charge(now, false);
	if (last && !budget_is_full(last))
		last->idle = !last->holder || last->holder->state != STATE_READY;
	core.sc = sc;
	core.since = now;
	if (!sc || budget_is_full(sc))
		return;
	if (sc->idle)
		budget_end_idle(sc, now);
	else
		budget_begin(sc, now > sc->period ? now - sc->period : 0);
}

uint64_t *charge_left(struct sched_context *sc)
{
	struct sched_context *last = core.sc;
	uint64_t now = arch_counter();

	charge_other(sc, now);
	return set_aside(last, now);
}

uint64_t *charge_cause(uint64_t when)
{
	settle();
	return set_aside(core.cause, when);
}

uint64_t charge_consumed(struct sched_context *sc)
{
	if (core.sc == sc)
		charge_until(arch_counter());
	settle();
	return sc->consumed + sc->owed;
}

void charge_forget(const struct sched_context *sc)
{
	if (core.sc == sc)
		core.sc = NULL;
	if (core.payer == sc)
		core.payer = NULL;
}
