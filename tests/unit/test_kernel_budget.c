/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Budgets against a model that merges nothing: it knows for each unit of the budget from when on it can be used. Loads use
 * time at once, are kept from the core, or sleep, at random. All lengths are whole units, larger than what is not worth a
 * switch.
 */
#include "kernel_machine.h"

#include <budget.h>

#define UNIT      20000UL
#define UNITS_MAX 64
#define STEPS     20000
#define USES      STEPS

static struct sched_context sc;
static uint64_t now; /* in units, as everything of the model */
static unsigned int budget;
static uint64_t period;
static uint64_t usable_from[UNITS_MAX]; /* in order, each later than the one before */
static struct {
	uint64_t from, to;
} uses[USES];
static unsigned int use_count;

static void begin(unsigned int units, uint64_t length)
{
	budget = units;
	period = length;
	now = 1000;
	use_count = 0;
	for (unsigned int i = 0; i < budget; i++)
		usable_from[i] = now + i;
	budget_set(&sc, budget * UNIT, period * UNIT, now * UNIT);
}

/* Nobody used it before `earliest`, so what could have been used then can be used from then on. */
static void model_begin(uint64_t earliest)
{
	for (unsigned int i = 0; i < budget; i++) {
		if (usable_from[i] < earliest)
			usable_from[i] = earliest;
		earliest = usable_from[i] + 1;
	}
}

/* How many can be used one after another from now on. */
static unsigned int model_usable(void)
{
	unsigned int usable = 0;

	while (usable < budget && usable_from[usable] <= now + usable)
		usable++;
	return usable;
}

static void model_use_one(void)
{
	uint64_t back = usable_from[0] + period;
	unsigned int at = 0;

	for (; at + 1 < budget && usable_from[at + 1] <= back; at++)
		usable_from[at] = usable_from[at + 1];
	usable_from[at] = back;
}

/* The same of the budget: one amount after the other, each from its time on. */
static unsigned int usable(void)
{
	unsigned int units = 0;

	for (unsigned int i = 0; i < sc.count; i++) {
		const struct refill *refill = &sc.refill[(sc.first + i) % REFILLS_MAX];

		if (refill->when > (now + units) * UNIT)
			break;
		expect(refill->amount % UNIT == 0);
		units += (unsigned int)(refill->amount / UNIT);
	}
	return units;
}

static void use(unsigned int units)
{
	budget_use(&sc, units * UNIT);
	for (unsigned int i = 0; i < units; i++)
		model_use_one();
	uses[use_count].from = now;
	now += units;
	uses[use_count++].to = now;
}

/* What is there is always one budget, in the order of its times. */
static void check_ring(void)
{
	uint64_t sum = 0;
	uint64_t last = 0;

	expect(sc.count >= 1);
	expect(sc.count <= REFILLS_MAX);
	for (unsigned int i = 0; i < sc.count; i++) {
		const struct refill *refill = &sc.refill[(sc.first + i) % REFILLS_MAX];

		expect(refill->when >= last);
		last = refill->when;
		sum += refill->amount;
	}
	expect(sum == budget * UNIT);
}

/* In no time t was more used than budget * (t / period + 2). The worst ones begin and end with a use. */
static void check_windows(void)
{
	for (unsigned int i = 0; i < use_count; i++) {
		uint64_t sum = 0;

		for (unsigned int j = i; j < use_count && j < i + 100; j++) {
			uint64_t time = uses[j].to - uses[i].from;

			sum += uses[j].to - uses[j].from;
			expect(sum * period <= budget * (time + 2 * period));
		}
	}
}

/* One stretch of somebody's life: sleeps or waits, then uses at most `most` of what there is. */
static void step(unsigned int most, bool sleeps)
{
	uint64_t since;
	unsigned int units;

	now += random_below((uint32_t)period / 2);
	since = now;
	if (!sleeps)
		since = now > period ? now - period : 0;
	budget_begin(&sc, since * UNIT);
	model_begin(since);
	units = usable();
	/* Late rather than early: what was merged for want of places. */
	expect(units <= model_usable());
	if (units > most)
		units = 1 + random_below(most);
	if (units)
		use(units);
	check_ring();
}

START_TEST(never_more_than_the_model)
{
	static const struct {
		unsigned int units, period;
	} shares[] = { { 1, 4 }, { 5, 10 }, { 20, 100 }, { 40, 400 }, { 63, 64 } };

	for (unsigned int i = 0; i < ARRAY_SIZE(shares); i++) {
		begin(shares[i].units, shares[i].period);
		for (unsigned int j = 0; j < STEPS; j++)
			step(1 + random_below(shares[i].units), random_below(2));
		check_windows();
	}
}
END_TEST

/* Without more pieces than there are places it is the model, to the unit. */
START_TEST(as_the_model)
{
	begin(8, 40);
	for (unsigned int i = 0; i < STEPS; i++) {
		now += random_below(30);
		budget_begin(&sc, (now - period) * UNIT);
		model_begin(now - period);
		expect(usable() == model_usable());
		if (usable())
			use(1 + random_below(usable()));
		check_ring();
	}
	check_windows();
}
END_TEST

/* Who is always ready and most urgent has all of its share in each period, used in whatever pieces. */
START_TEST(all_of_the_share)
{
	uint64_t start;
	uint64_t used = 0;

	begin(20, 100);
	start = now;
	for (unsigned int i = 0; i < STEPS; i++) {
		if (usable()) {
			unsigned int units = 1 + random_below(usable());

			use(units);
			used += units;
		} else {
			now = (sc.refill[sc.first].when + UNIT - 1) / UNIT;
		}
		expect(used + budget >= (now - start) / period * budget);
		check_ring();
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("budget");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, never_more_than_the_model);
	tcase_add_test(tcase, as_the_model);
	tcase_add_test(tcase, all_of_the_share);
	return machine_main("budget", &tcase, 1);
}
