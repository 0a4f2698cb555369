/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When the seconds of a real-time clock begin. Such a clock tells whole seconds, and never that one begins. But
 * each look at it bounds when: the second that it tells had begun by then, and the next had not. A look at
 * the middle of what is possible halves that, and costs one reading.
 */
#ifndef SECOND_H
#define SECOND_H

#include <stdbool.h>
#include <stdint.h>

#include <idl/clock.h>

struct second {
	/* Ticks of the counter in a second. */
	int64_t frequency;
	/* The clock was looked at; something was said of it, by a predecessor at least. */
	bool seen;
	bool said;
	/* What it told last; that second began between these values of the counter. */
	uint64_t seconds;
	int64_t low;
	int64_t high;
	/* When it is said to have begun: between the two, and moved only as far as they demand. */
	int64_t began;
};

/* What a look has changed of what is said. */
enum second_change {
	SECOND_SAME,
	SECOND_MOVED,
	/* By more than half a second, or nothing was said before. */
	SECOND_STEPPED,
};

/* `said` is what was said last, NULL if nothing was. */
void second_init(struct second *s, uint64_t frequency, const struct clock_time *said);

/* The clock told `seconds`, at some time while the counter went from `before` to `after`. */
enum second_change second_look(struct second *s, uint32_t seconds, uint64_t before, uint64_t after);

/* It told even that so many ticks of this second have passed. */
enum second_change second_look_closely(struct second *s, uint32_t seconds, uint64_t passed,
				       uint64_t before, uint64_t after);

/* When to look next, after `now`: soon while little is known, then from time to time. */
uint64_t second_next_look(const struct second *s, uint64_t now);

/*
 * When to say what has moved, after `now`: in the middle of a second, where old and new tell the same one, so that
 * nobody sees a second twice.
 */
uint64_t second_next_middle(const struct second *s, uint64_t now);

/* What to say. */
struct clock_time second_time(const struct second *s);

#endif
