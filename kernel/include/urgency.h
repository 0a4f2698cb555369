/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt slots in the order of their urgency: priority, then number.
 *
 * Of a priority the five upper bits count, which each virtual interface has (IHI 0069, 4.8). So each slot is looked at once,
 * however many there are and whatever their VMM has made of them.
 */
#pragma once

#include <slots.h>

#define URGENCY_LEVELS 32
#define URGENCY_STEP   (256 / URGENCY_LEVELS)

struct by_urgency {
	uint64_t at[URGENCY_LEVELS];
	uint64_t levels; /* those that have slots */
};

static inline uint32_t urgency_level(const struct slots *slots, uint32_t slot)
{
	return slots->priority[slot] / URGENCY_STEP;
}

/* The slots of a set. */
void urgency_sort(struct by_urgency *sorted, const struct slots *slots, uint64_t set);

/* Take out the most urgent, while there are `levels`. */
uint32_t urgency_take(struct by_urgency *sorted);
