/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One slot's part of the changes in a VCpu's page, in the form of `slot_change`.
 */
#pragma once

#include <idl/kernel.h>

#define SLOT_CHANGES_EACH(do)                                                                                   \
	do                                                                                                      \
	(configure, SLOT_CONFIGURE) do(group1, SLOT_GROUP1) do(enabled, SLOT_ENABLED) do(level, SLOT_LEVEL) do( \
		set_line,                                                                                       \
		SLOT_SET_LINE) do(line,                                                                         \
				  SLOT_LINE) do(pend,                                                           \
						SLOT_PEND) do(unpend,                                           \
							      SLOT_UNPEND) do(activate,                         \
									      SLOT_ACTIVATE) do(deactivate,     \
												SLOT_DEACTIVATE)

static inline void slot_changes_put(struct slot_changes *changes, uint32_t slot, uint64_t change)
{
	uint64_t bit = 1ULL << slot;

#define PUT(field, flag) changes->field = (changes->field & ~bit) | (change & (flag) ? bit : 0);
	SLOT_CHANGES_EACH(PUT)
#undef PUT
	changes->number[slot] = (uint16_t)SLOT_NUMBER_OF(change);
	changes->priority[slot] = (uint8_t)SLOT_PRIORITY_OF(change);
}

/* What is not taken is 0. */
static inline uint64_t slot_changes_of(const struct slot_changes *changes, uint32_t slot)
{
	uint64_t change = 0;

#define OF(field, flag) change |= changes->field >> slot & 1 ? (flag) : 0;
	SLOT_CHANGES_EACH(OF)
#undef OF
	if (!(change & SLOT_SET_LINE))
		change &= ~(uint64_t)SLOT_LINE;
	if (change & SLOT_CONFIGURE)
		return change | SLOT_NUMBER(changes->number[slot]) |
		       SLOT_PRIORITY(changes->priority[slot]);
	return change & ~(uint64_t)(SLOT_GROUP1 | SLOT_ENABLED | SLOT_LEVEL);
}
