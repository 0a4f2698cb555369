/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slots by urgency: see urgency.h.
 */
#include <urgency.h>

void urgency_sort(struct by_urgency *sorted, const struct slots *slots, uint64_t set)
{
	uint64_t *at = sorted->at;
	uint64_t levels = 0;

	*sorted = (struct by_urgency){ 0 };
	for (; set; set &= set - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(set);
		uint32_t level = urgency_level(slots, slot);

		levels |= BIT(level);
		at[level] |= BIT(slot);
	}
	sorted->levels = levels;
}

uint32_t urgency_take(struct by_urgency *sorted)
{
	uint64_t *set = &sorted->at[__builtin_ctzll(sorted->levels)];
	uint32_t slot = (uint32_t)__builtin_ctzll(*set);

	*set &= *set - 1;
	if (!*set)
		sorted->levels &= sorted->levels - 1;
	return slot;
}
