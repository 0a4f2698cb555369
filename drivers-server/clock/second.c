/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounds of a second's beginning. Values of the counter are signed here: a second may have begun before the counter.
 * Seconds have 32 bits, so with a counter of at most 1 GHz no product overflows.
 */
#include <stddef.h>

#include "second.h"

/* What may stay open of when a second begins, in parts of a second. */
#define PRECISION 128

/*
 * How far clock and counter may go apart, in millionths. Crystals do 100 at most; a host that plays both may correct
 * one of them by 500.
 */
#define DRIFT 500

/* How long what is known is good enough, in s. */
#define REST 60

void second_init(struct second *s, uint64_t frequency, const struct clock_time *said)
{
	*s = (struct second){ .frequency = (int64_t)frequency, .said = said != NULL };
	if (!said)
		return;
	s->seconds = said->seconds;
	s->began = (int64_t)said->counter;
}

/* From the second that was told last to one that is told now, as far as the counter can say. */
static void go_on(struct second *s, uint32_t seconds)
{
	uint64_t passed = (seconds - s->seconds) * (uint64_t)s->frequency;
	int64_t drift = (int64_t)passed / 1000000 * DRIFT;

	s->seconds = seconds;
	s->began = (int64_t)((uint64_t)s->began + passed);
	if (!s->seen)
		return;
	s->low += (int64_t)passed - drift;
	s->high += (int64_t)passed + drift;
}

/* Keep of what is known what [low, high] leaves of it. Where that is nothing, one of the clocks was set. */
static void narrow(struct second *s, int64_t low, int64_t high)
{
	if (!s->seen || low > s->high || high < s->low) {
		s->low = low;
		s->high = high;
	}
	if (low > s->low)
		s->low = low;
	if (high < s->high)
		s->high = high;
	s->seen = true;
}

static int64_t middle(const struct second *s)
{
	return s->low + (s->high - s->low) / 2;
}

/* It told `seconds`, which began between these. */
static enum second_change take(struct second *s, uint32_t seconds, int64_t low, int64_t high)
{
	int64_t half = s->frequency / 2;
	int64_t old;

	go_on(s, seconds);
	narrow(s, low, high);
	old = s->began;
	if (!s->said || old < s->low - half || old > s->high + half) {
		s->began = middle(s);
		s->said = true;
		return SECOND_STEPPED;
	}
	if (old < s->low)
		s->began = s->low;
	if (old > s->high)
		s->began = s->high;
	return s->began == old ? SECOND_SAME : SECOND_MOVED;
}

/* The first time after `now` that is whole seconds away from `from`. */
static uint64_t next(const struct second *s, int64_t from, int64_t now)
{
	int64_t rest = (now - from) % s->frequency;

	return (uint64_t)(now - rest + (rest < 0 ? 0 : s->frequency));
}

enum second_change second_look(struct second *s, uint32_t seconds, uint64_t before, uint64_t after)
{
	return take(s, seconds, (int64_t)before - s->frequency + 1, (int64_t)after);
}

/* What it tells is rounded down to ticks. */
enum second_change second_look_closely(struct second *s, uint32_t seconds, uint64_t passed,
				       uint64_t before, uint64_t after)
{
	return take(s, seconds, (int64_t)(before - passed) - 1, (int64_t)(after - passed));
}

uint64_t second_next_look(const struct second *s, uint64_t now)
{
	bool known = s->high - s->low <= s->frequency / PRECISION;

	return next(s, middle(s), (int64_t)now + (known ? REST * s->frequency : 0));
}

uint64_t second_next_middle(const struct second *s, uint64_t now)
{
	return next(s, s->began + s->frequency / 2, (int64_t)now);
}

struct clock_time second_time(const struct second *s)
{
	return (struct clock_time){ .counter = (uint64_t)s->began, .seconds = s->seconds };
}
