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

/* The time between the nth and the next, from when neither can be used. */
static uint64_t refill_gap(struct sched_context *sc, unsigned int n)
{
	const struct refill *refill = refill_at(sc, n);

	return refill_at(sc, n + 1)->when - refill->when - refill->amount;
}

/*
 * The nth and the next become the next: between their times, so that the sum over all ticks of the budget of the time from
 * which each can be used stays as it is. This sum is what bounds the use in every time t: each tick used adds a period to
 * it, nothing lessens it, and from the first to the last use in t no tick of the budget can have come by more than t and two
 * periods. So pieces that come a little early cost no others their time, and those that come late lose none.
 * Rounded to late. No product is above 64 bits: amounts and gaps are at most a period, of at most 2^40 ticks.
 */
static void refill_join(struct sched_context *sc, unsigned int n)
{
	const struct refill *refill = refill_at(sc, n);
	struct refill *next = refill_at(sc, n + 1);
	uint64_t sum = refill->amount + next->amount;
	uint64_t early = refill_gap(sc, n) * ((refill->amount << 23) / sum) >> 23;

	next->when -= refill->amount + early;
	next->amount = sum;
}

/* The ring is full: the two that are closest in time become one. The first is in use. */
static void refill_merge(struct sched_context *sc)
{
	unsigned int best = 1;

	for (unsigned int i = 2; i + 1 < sc->count; i++)
		if (refill_gap(sc, i) < refill_gap(sc, best))
			best = i;
	refill_join(sc, best);
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

/*
 * Who blocks for a moment goes on with what it had: its pieces come back as one. Counted from each time it wakes they would be
 * more than there are places for, and each that comes while it is blocked would come later from period to period.
 */
void budget_end_idle(struct sched_context *sc, uint64_t now)
{
	sc->idle = false;
	if (sc->refill[sc->first].when + sc->period / 8 < now)
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
		refill_join(sc, 0);
		refill_drop_first(sc);
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
