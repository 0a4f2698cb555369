/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What time it is, by the clock page (idl/clock.idl) and the counter. The page is another process's:
 * a reader looks at it a bounded number of times and keeps what it read last, so a page that cannot be
 * read makes nobody wait, and one that says anything gives a wrong time and no more.
 */
#ifndef CLOISTER_CLOCK_H
#define CLOISTER_CLOCK_H

#include <stdint.h>

#include <idl/clock.h>

struct clock {
	const struct clock_page *page;
	/* What the page said when it could be read last. */
	struct clock_time last;
};

void clock_init(struct clock *clock, const struct clock_page *page);

/* The second in which the counter stands at `counter`. */
uint64_t clock_seconds(struct clock *clock, uint64_t counter);

/* The nanosecond, modulo 2^64. */
uint64_t clock_nanoseconds(struct clock *clock, uint64_t counter);

/*
 * The value of the counter, which stands at `counter` now, at which the second begins that is `seconds` (not 0) ahead, by
 * what clock_seconds() saw last: later than now, and not by more than so many seconds.
 */
uint64_t clock_ahead(const struct clock *clock, uint64_t counter, uint32_t seconds);

/* For the driver: let the page say `time`. */
void clock_publish(struct clock_page *page, const struct clock_time *time);

#endif
