/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a VMM changes of its guest's interrupt slots: one of them, or any number with an answer to an exit.
 */
#include <list_register.h>
#include <slots.h>

/* False: one of the slots to configure has a number that no list register takes. */
static bool read_numbers(struct slot_changes *changes, const struct slot_changes *page)
{
	/* By pointers, as each can have 64 to take. */
	const uint16_t *from_number = page->number;
	const uint8_t *from_priority = page->priority;
	uint16_t *number = changes->number;
	uint8_t *priority = changes->priority;

	for (uint64_t set = changes->configure; set; set &= set - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(set);
		uint16_t value = READ_ONCE(from_number[slot]);

		if (value >= LIST_REGISTER_NUMBERS)
			return false;
		number[slot] = value;
		priority[slot] = READ_ONCE(from_priority[slot]);
	}
	return true;
}

bool slots_read(struct slot_changes *changes, const struct slot_changes *page)
{
#define READ(field) changes->field = READ_ONCE(page->field)
	READ(configure);
	READ(group1);
	READ(enabled);
	READ(level);
	READ(set_line);
	READ(line);
	READ(pend);
	READ(unpend);
	READ(activate);
	READ(deactivate);
#undef READ
	return read_numbers(changes, page);
}

static uint64_t replaced(uint64_t word, uint64_t bits, uint64_t values)
{
	return (word & ~bits) | (values & bits);
}

static void configure(struct slots *slots, const struct slot_changes *changes)
{
	uint64_t set = changes->configure;
	const uint16_t *from_number = changes->number;
	const uint8_t *from_priority = changes->priority;
	uint16_t *number = slots->number;
	uint8_t *priority = slots->priority;

	/* What came while the slot was an edge is what the line says now. */
	slots->latch &= ~(set & slots->driven & changes->level & ~slots->level);
	slots->group1 = replaced(slots->group1, set, changes->group1);
	slots->enabled = replaced(slots->enabled, set, changes->enabled);
	slots->level = replaced(slots->level, set, changes->level);
	for (; set; set &= set - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(set);

		number[slot] = from_number[slot];
		priority[slot] = from_priority[slot];
	}
}

/* A line that is up stays so. What is active with it was acknowledged, and its physical interrupt is not over. */
static void unpend(struct slots *slots, uint64_t set)
{
	slots_end_hardware(slots, slots->arrived & ~slots->active & set);
	slots->arrived &= ~set;
	slots->latch &= ~set;
}

void slots_take(struct slots *slots, const struct slot_changes *changes)
{
	/* What the list registers know of the slots comes first: it would be lost otherwise. */
	slots_fold(slots);
	if (changes->configure)
		configure(slots, changes);
	slots->line = replaced(slots->line, changes->set_line & ~slots->driven, changes->line);
	slots->latch |= changes->pend;
	slots->active |= changes->activate;
	if (changes->unpend)
		unpend(slots, changes->unpend);
	if (changes->deactivate)
		slots_deactivate(slots, changes->deactivate);
	slots->dirty = true;
}

#define CHANGE_BITS                                                                               \
	(SLOT_NUMBER_MASK | SLOT_PRIORITY_MASK | SLOT_GROUP1 | SLOT_ENABLED | SLOT_LEVEL |        \
	 SLOT_LINE | SLOT_PEND | SLOT_UNPEND | SLOT_ACTIVATE | SLOT_DEACTIVATE | SLOT_CONFIGURE | \
	 SLOT_SET_LINE)

enum status slots_change(struct slots *slots, uint32_t slot, uint64_t change)
{
	struct slot_changes changes;

	if (slot >= VCPU_SLOTS || (change & ~(uint64_t)CHANGE_BITS))
		return ERR_ARGUMENT;
	if ((change & SLOT_CONFIGURE) && SLOT_NUMBER_OF(change) >= LIST_REGISTER_NUMBERS)
		return ERR_ARGUMENT;
#define TAKE(field, flag) (changes.field = change & (flag) ? BIT(slot) : 0)
	TAKE(configure, SLOT_CONFIGURE);
	TAKE(group1, SLOT_GROUP1);
	TAKE(enabled, SLOT_ENABLED);
	TAKE(level, SLOT_LEVEL);
	TAKE(set_line, SLOT_SET_LINE);
	TAKE(line, SLOT_LINE);
	TAKE(pend, SLOT_PEND);
	TAKE(unpend, SLOT_UNPEND);
	TAKE(activate, SLOT_ACTIVATE);
	TAKE(deactivate, SLOT_DEACTIVATE);
#undef TAKE
	changes.number[slot] = (uint16_t)SLOT_NUMBER_OF(change);
	changes.priority[slot] = (uint8_t)SLOT_PRIORITY_OF(change);
	slots_take(slots, &changes);
	return OK;
}
