/* SPDX-License-Identifier: BSD-2-Clause */
/* The architecture's counter, in whose ticks all deadlines are given. */
#ifndef CLOISTER_COUNTER_H
#define CLOISTER_COUNTER_H

#include <stdint.h>

#include <cloister/arch/counter.h>

/* Ticks since the machine was reset; never goes back. */
static inline uint64_t counter_read(void)
{
	return arch_counter();
}

/* Ticks a second. */
static inline uint64_t counter_frequency(void)
{
	return arch_counter_frequency();
}

/*
 * The deadline `us` microseconds from now; `us` at most 2^32, so that nothing overflows below 4
 * GHz.
 */
static inline uint64_t counter_after_us(uint64_t us)
{
	return counter_read() + us * counter_frequency() / 1000000;
}

#endif
