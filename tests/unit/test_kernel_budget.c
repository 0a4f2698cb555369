/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Budgets. While there are places for all pieces, against a model that knows for each unit of the budget from when on it can
 * be used; with more pieces, against the rule for what is used in any time, and against the share. Loads use time at once,
 * are kept from the core, or sleep, at random. Where units are counted all lengths are whole ones, larger than what is not
 * worth a switch.
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

/* Twice the sum, over all ticks of the budget, of the time from which each can be used. */
static __uint128_t sum_of_times(void)
{
	__uint128_t sum = 0;

	for (unsigned int i = 0; i < sc.count; i++) {
		const struct refill *refill = &sc.refill[(sc.first + i) % REFILLS_MAX];

		sum += (__uint128_t)refill->amount * (2 * refill->when + refill->amount);
	}
	return sum;
}

/* Each tick used adds a period to the sum, however pieces are merged: what bounds the use in any time. */
static void take(uint64_t ticks)
{
	__uint128_t sum = sum_of_times();

	budget_use(&sc, ticks);
	expect(sum_of_times() >= sum + (__uint128_t)2 * ticks * sc.period);
}

static void use(unsigned int units)
{
	take(units * UNIT);
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
		last = refill->when + refill->amount;
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
	unsigned int units;

	now += random_below((uint32_t)period / 2);
	if (sleeps)
		budget_end_idle(&sc, now * UNIT);
	else
		budget_begin(&sc, (now - period) * UNIT);
	units = usable();
	if (units > most)
		units = 1 + random_below(most);
	if (units)
		use(units);
	check_ring();
}

START_TEST(never_more_than_the_rule)
{
	static const struct {
		unsigned int units, period;
	} shares[] = { { 1, 4 }, { 5, 10 }, { 20, 100 }, { 40, 400 }, { 63, 64 } };

	for (unsigned int i = 0; i < ARRAY_SIZE(shares); i++) {
		begin(shares[i].units, shares[i].period);
		for (unsigned int j = 0; j < STEPS; j++)
			step(1 + random_below(shares[i].units), random_below(2));
		check_windows();
		begin(shares[i].units, shares[i].period);
		for (unsigned int j = 0; j < STEPS; j++)
			step(1, random_below(2));
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

#define US      1000UL
#define SECOND  (1000000 * US)
#define SECONDS 10

enum pattern {
	REGULAR,
	RANDOM, /* from half to one and a half of the length */
	MIXED,  /* mostly short, one in four long */
	BEGIN,  /* in each period one budget's worth of work from its begin on, then a sleep */
	END,    /* the same at its end */
};

static const struct load {
	uint32_t budget, period, run, sleep; /* microseconds */
	enum pattern pattern;
} loads[] = {
	{ 4000, 10000, 1, 1, REGULAR },       { 4000, 10000, 4, 4, REGULAR },
	{ 4000, 10000, 4, 1, RANDOM },        { 4000, 10000, 4, 5, MIXED },
	{ 4000, 10000, 30, 30, MIXED },       { 4000, 10000, 300, 250, RANDOM },
	{ 4000, 10000, 1000, 1000, REGULAR }, { 2000, 10000, 30, 90, RANDOM },
	{ 2000, 10000, 200, 200, MIXED },     { 500, 10000, 1, 17, RANDOM },
	{ 500, 10000, 4, 60, RANDOM },        { 100, 1000, 1, 8, RANDOM },
	{ 100, 1000, 4, 12, REGULAR },        { 300, 1000, 4, 4, MIXED },
	{ 6000, 10000, 200, 100, RANDOM },    { 2000, 10000, 5, 1, BEGIN },
	{ 2000, 10000, 50, 12, END },
};

static uint64_t length_of(uint32_t us, enum pattern pattern)
{
	uint32_t ticks = us * US;

	if (pattern == RANDOM)
		return ticks / 2 + random_below(ticks);
	if (pattern == MIXED)
		return random_below(4) ? ticks / 3 + random_below(ticks / 3) :
					 ticks + random_below(3 * ticks);
	return ticks;
}

/* Runs for `length` in all from `at` on, waiting for its budget where it must. When it is done. */
static uint64_t run_for(uint64_t at, uint64_t length)
{
	budget_end_idle(&sc, at);
	while (length) {
		const struct refill *first = &sc.refill[sc.first];
		uint64_t piece;

		if (first->when > at)
			at = first->when;
		budget_begin(&sc, at - sc.period);
		first = &sc.refill[sc.first];
		piece = length < first->amount ? length : first->amount;
		take(piece);
		at += piece;
		length -= piece;
	}
	return at;
}

/* When it runs again after what ended at `at`, having used `used` in all. */
static uint64_t next_run(const struct load *load, uint64_t at, uint64_t used)
{
	uint64_t burst = SECOND + used / sc.budget * sc.period;

	at += length_of(load->sleep, load->pattern);
	if (load->pattern == END)
		burst += sc.period * 7 / 10;
	return load->pattern >= BEGIN && at < burst ? burst : at;
}

/*
 * Who blocks often, up to some thousand times a period, and has more to do than its share allows has its share to 1 %,
 * though there are places for few of the pieces.
 */
START_TEST(in_many_pieces)
{
	const struct load *load = &loads[_i];
	uint64_t share = SECONDS * SECOND / load->period * load->budget;
	uint64_t at = SECOND;
	uint64_t used = 0;

	budget_set(&sc, load->budget * US, load->period * US, at);
	budget = (unsigned int)(load->budget * US / UNIT);
	while (at < (1 + SECONDS) * SECOND) {
		uint64_t length = length_of(load->run, load->pattern);

		at = run_for(at, length);
		used += length;
		at = next_run(load, at, used);
		check_ring();
	}
	ck_assert_uint_ge(used, share / 100 * 99);
	ck_assert_uint_le(used, share + 2 * sc.budget);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("budget");

	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, never_more_than_the_rule);
	tcase_add_test(tcase, as_the_model);
	tcase_add_test(tcase, all_of_the_share);
	tcase_add_loop_test(tcase, in_many_pieces, 0, ARRAY_SIZE(loads));
	return machine_main("budget", &tcase, 1);
}
