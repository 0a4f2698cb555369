/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two sides of a clock page. What orders the accesses: the driver stores the sequence with release
 * after the time that it makes valid, and the next time's first word only after that; a reader
 * takes the time between two looks at the sequence, and keeps it if both have seen the same.
 */
#include <stdbool.h>

#include <cloister/clock.h>
#include <cloister/counter.h>

/* A driver says something once in a second at most: twice in the way is one that means harm. */
#define LOOKS 2

/* In ns. */
#define SECOND 1000000000ULL

static bool look(struct clock *clock)
{
	const struct clock_page *page = clock->page;
	uint32_t sequence = __atomic_load_n(&page->sequence, __ATOMIC_ACQUIRE);
	const struct clock_time *from = &page->times[sequence % 2];
	struct clock_time time = {
		.counter = __atomic_load_n(&from->counter, __ATOMIC_RELAXED),
		.seconds = __atomic_load_n(&from->seconds, __ATOMIC_RELAXED),
	};

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (__atomic_load_n(&page->sequence, __ATOMIC_RELAXED) != sequence)
		return false;
	clock->last = time;
	return true;
}

void clock_init(struct clock *clock, const struct clock_page *page)
{
	*clock = (struct clock){ .page = page };
}

/* Ticks since the second of `last` began. It may have begun before the counter did, or since `counter` was read. */
static uint64_t elapsed(const struct clock *clock, uint64_t counter)
{
	uint64_t ticks = counter - clock->last.counter;

	return (int64_t)ticks < 0 ? 0 : ticks;
}

/* Ticks since the second began that the page says, now, if it can be read. */
static uint64_t look_again(struct clock *clock, uint64_t counter)
{
	for (uint32_t i = 0; i < LOOKS; i++)
		if (look(clock))
			break;
	return elapsed(clock, counter);
}

uint64_t clock_seconds(struct clock *clock, uint64_t counter)
{
	uint64_t ticks = look_again(clock, counter);

	return clock->last.seconds + ticks / counter_frequency();
}

uint64_t clock_nanoseconds(struct clock *clock, uint64_t counter)
{
	uint64_t ticks = look_again(clock, counter);
	uint64_t frequency = counter_frequency();

	return (clock->last.seconds + ticks / frequency) * SECOND +
	       ticks % frequency * SECOND / frequency;
}

uint64_t clock_ahead(const struct clock *clock, uint64_t counter, uint32_t seconds)
{
	uint64_t frequency = counter_frequency();

	return counter - elapsed(clock, counter) % frequency + seconds * frequency;
}

void clock_publish(struct clock_page *page, const struct clock_time *time)
{
	uint32_t sequence = __atomic_load_n(&page->sequence, __ATOMIC_RELAXED) + 1;
	struct clock_time *to = &page->times[sequence % 2];

	__atomic_thread_fence(__ATOMIC_RELEASE);
	__atomic_store_n(&to->counter, time->counter, __ATOMIC_RELAXED);
	__atomic_store_n(&to->seconds, time->seconds, __ATOMIC_RELAXED);
	__atomic_store_n(&page->sequence, sequence, __ATOMIC_RELEASE);
}
