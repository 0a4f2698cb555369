/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes of interrupt slots. There is one change a slot and reply; what comes later replaces what
 * it contradicts, so they can never be more than the page holds.
 */
#include <idl/kernel_client.h>

#include <slots.h>

#define CONFIGURATION \
	(SLOT_NUMBER_MASK | SLOT_PRIORITY_MASK | SLOT_GROUP1 | SLOT_ENABLED | SLOT_LEVEL)

_Static_assert(SLOT_CHANGES_MAX >= VCPU_SLOTS, "a change of every slot fits into one reply");

static void slots_change(struct slots *slots, uint32_t slot, uint64_t replaced, uint64_t change)
{
	slots->change[slot] = (slots->change[slot] & ~replaced) | change;
	slots->changed |= 1ULL << slot;
}

void slots_configure(struct slots *slots, uint32_t slot, uint64_t configuration)
{
	slots_change(slots, slot, CONFIGURATION, configuration | SLOT_CONFIGURE);
}

void slots_set_line(struct slots *slots, uint32_t slot, bool up)
{
	slots_change(slots, slot, SLOT_LINE, SLOT_SET_LINE | (up ? SLOT_LINE : 0));
}

void slots_set_pending(struct slots *slots, uint32_t slot, bool pending)
{
	slots_change(slots, slot, SLOT_PEND | SLOT_UNPEND, pending ? SLOT_PEND : SLOT_UNPEND);
}

void slots_set_active(struct slots *slots, uint32_t slot, bool active)
{
	slots_change(slots, slot, SLOT_ACTIVATE | SLOT_DEACTIVATE,
		     active ? SLOT_ACTIVATE : SLOT_DEACTIVATE);
}

/* Takes the first of the changes, if there is one. */
static uint32_t slots_take(struct slots *slots, uint64_t *change)
{
	uint32_t slot = (uint32_t)__builtin_ctzll(slots->changed);

	*change = slots->change[slot];
	slots->change[slot] = 0;
	slots->changed &= slots->changed - 1;
	return slot;
}

void slots_apply(struct slots *slots, cap_t vcpu)
{
	while (slots->changed) {
		uint64_t change;
		uint32_t slot = slots_take(slots, &change);

		vcpu_set_slot(vcpu, slot, change);
	}
}

bool slots_commit(struct slots *slots, struct vcpu_update *update)
{
	uint32_t count = 0;

	if (!slots->changed)
		return false;
	while (slots->changed) {
		uint64_t change;
		uint32_t slot = slots_take(slots, &change);

		update->slots[count++] = change | SLOT_INDEX((uint64_t)slot);
	}
	update->slot_changes = count;
	return true;
}
