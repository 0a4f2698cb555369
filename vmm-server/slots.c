/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of interrupt slots. There is one change a slot and reply; what comes later replaces what
 * it contradicts.
 */
#include <idl/kernel_client.h>

#include <slots.h>

static void put(uint64_t *word, uint64_t bit, bool value)
{
	*word = value ? *word | bit : *word & ~bit;
}

/* The slot changes; with the first one the changes of the last reply go. */
static uint64_t begin(struct slots *slots, uint32_t slot)
{
	struct slot_changes *changes = slots->changes;

	if (!slots->changed) {
		changes->configure = 0;
		changes->set_line = 0;
		changes->pend = 0;
		changes->unpend = 0;
		changes->activate = 0;
		changes->deactivate = 0;
	}
	slots->changed |= 1ULL << slot;
	return 1ULL << slot;
}

void slots_configure(struct slots *slots, uint32_t slot, uint64_t configuration)
{
	struct slot_changes *changes = slots->changes;
	uint64_t bit = begin(slots, slot);

	changes->configure |= bit;
	put(&changes->group1, bit, configuration & SLOT_GROUP1);
	put(&changes->enabled, bit, configuration & SLOT_ENABLED);
	put(&changes->level, bit, configuration & SLOT_LEVEL);
	changes->number[slot] = (uint16_t)SLOT_NUMBER_OF(configuration);
	changes->priority[slot] = (uint8_t)SLOT_PRIORITY_OF(configuration);
}

void slots_set_line(struct slots *slots, uint32_t slot, bool up)
{
	uint64_t bit = begin(slots, slot);

	slots->changes->set_line |= bit;
	put(&slots->changes->line, bit, up);
}

void slots_set_pending(struct slots *slots, uint32_t slot, bool pending)
{
	uint64_t bit = begin(slots, slot);

	put(&slots->changes->pend, bit, pending);
	put(&slots->changes->unpend, bit, !pending);
}

void slots_set_active(struct slots *slots, uint32_t slot, bool active)
{
	uint64_t bit = begin(slots, slot);

	put(&slots->changes->activate, bit, active);
	put(&slots->changes->deactivate, bit, !active);
}

/* One slot's, as a call takes it. */
static uint64_t change_of(const struct slot_changes *changes, uint32_t slot)
{
	uint64_t bit = 1ULL << slot;
	uint64_t change = 0;

	if (changes->configure & bit) {
		change |= SLOT_CONFIGURE | SLOT_NUMBER(changes->number[slot]) |
			  SLOT_PRIORITY(changes->priority[slot]);
		change |= changes->group1 & bit ? SLOT_GROUP1 : 0;
		change |= changes->enabled & bit ? SLOT_ENABLED : 0;
		change |= changes->level & bit ? SLOT_LEVEL : 0;
	}
	if (changes->set_line & bit)
		change |= SLOT_SET_LINE | (changes->line & bit ? SLOT_LINE : 0);
	change |= changes->pend & bit ? SLOT_PEND : 0;
	change |= changes->unpend & bit ? SLOT_UNPEND : 0;
	change |= changes->activate & bit ? SLOT_ACTIVATE : 0;
	change |= changes->deactivate & bit ? SLOT_DEACTIVATE : 0;
	return change;
}

void slots_apply(struct slots *slots, cap_t vcpu)
{
	for (; slots->changed; slots->changed &= slots->changed - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(slots->changed);

		vcpu_set_slot(vcpu, slot, change_of(slots->changes, slot));
	}
}

bool slots_commit(struct slots *slots)
{
	bool changed = slots->changed;

	slots->changed = 0;
	return changed;
}
