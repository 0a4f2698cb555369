/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Budgets: a ring of refills.
 */
#include <arch/cpu.h>
#include <budget.h>

/* A remainder below this is not worth a switch: it goes to the next refill. */
#define BUDGET_MIN_US 10

uint64_t budget_min(void)
{
	return arch_counter_frequency() / 1000000 * BUDGET_MIN_US;
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

void budget_begin(struct sched_context *sc, uint64_t earliest)
{
	if (sc->refill[sc->first].when < earliest)
		sc->refill[sc->first].when = earliest;
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

void budget_end_idle(struct sched_context *sc, uint64_t now)
{
	sc->idle = false;
	budget_begin(sc, now);
}

/*
 * The timer ends a stretch with the budget. What goes on for longer than another of it was not used here: a host that
 * emulates this processor, or the firmware, took that time. Its debt would be paid for many periods.
 */
static uint64_t without_stolen(struct sched_context *sc, uint64_t used)
{
	if (used <= 2 * sc->budget)
		return used;
	budget_begin(sc, sc->refill[sc->first].when + used - 2 * sc->budget);
	return 2 * sc->budget;
}

void budget_use(struct sched_context *sc, uint64_t used)
{
	used = without_stolen(sc, used);
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

void budget_set(struct sched_context *sc, uint64_t budget, uint64_t period, uint64_t now)
{
	sc->budget = budget;
	sc->period = period;
	sc->first = 0;
	sc->count = 0;
	sc->idle = false;
	refill_add(sc, now, budget);
}
