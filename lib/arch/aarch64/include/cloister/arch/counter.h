/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The generic timer's counter (Arm ARM D12.1) as EL0 reads it. Included by <cloister/counter.h>
 * only.
 */
#ifndef CLOISTER_ARCH_COUNTER_H
#define CLOISTER_ARCH_COUNTER_H

#include <stdint.h>

static inline uint64_t arch_counter(void)
{
	uint64_t value;

	/*
	 * Without the barrier the read may be taken early, before what it is meant to come after.
	 */
	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value) : : "memory");
	return value;
}

static inline uint64_t arch_counter_frequency(void)
{
	uint64_t value;

	__asm__("mrs %0, cntfrq_el0" : "=r"(value));
	return value;
}

#endif
