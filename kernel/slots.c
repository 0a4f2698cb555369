/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt slots. The list registers of a core belong to the VCpu whose state is on it; they are written only
 * when something changed (`dirty`), so most exits never touch them.
 */
#include <list_register.h>
#include <slots.h>
#include <vcpu.h>

void slots_init(struct slots *slots)
{
	/* Lines are their devices', whatever the guest does. */
	*slots = (struct slots){ .line = slots->line };
	for (unsigned int i = 0; i < LIST_REGISTERS_MAX; i++)
		slots->in_register[i] = SLOT_NONE;
	for (unsigned int i = 0; i < VCPU_SLOTS; i++)
		slots->number[i] = (uint16_t)i;
}

enum status slots_check(uint32_t slot, uint64_t change)
{
	if (slot >= VCPU_SLOTS)
		return ERR_ARGUMENT;
	if ((change & SLOT_CONFIGURE) && !list_register_number_valid(SLOT_NUMBER_OF(change)))
		return ERR_ARGUMENT;
	return OK;
}

static void set_bit(uint64_t *word, uint32_t bit, bool value)
{
	*word = (*word & ~BIT(bit)) | ((uint64_t)value << bit);
}

/* The physical interrupt is this VCpu's only while its state is on the core. */
static void end_hardware(struct slots *slots, uint64_t bits)
{
	struct vcpu *vcpu = arch_vcpu_resident();

	if (vcpu && &vcpu->slots == slots)
		hardware_end(slots->hardware & bits);
}

/* The guest is done with an interrupt that was active in no list register. */
static void deactivate(struct slots *slots, uint32_t slot)
{
	slots->active &= ~BIT(slot);
	end_hardware(slots, BIT(slot));
}

enum status slots_change(struct slots *slots, uint32_t slot, uint64_t change)
{
	enum status status = slots_check(slot, change);

	if (status != OK)
		return status;
	/* What the list registers know of the slot comes first, or the change would be lost under it. */
	slots_fold(slots);
	if (change & SLOT_CONFIGURE) {
		slots->number[slot] = (uint16_t)SLOT_NUMBER_OF(change);
		slots->priority[slot] = (uint8_t)SLOT_PRIORITY_OF(change);
		set_bit(&slots->group1, slot, change & SLOT_GROUP1);
		set_bit(&slots->enabled, slot, change & SLOT_ENABLED);
		set_bit(&slots->level, slot, change & SLOT_LEVEL);
	}
	if (change & SLOT_SET_LINE)
		set_bit(&slots->line, slot, change & SLOT_LINE);
	if (change & SLOT_PEND)
		slots->latch |= BIT(slot);
	if (change & SLOT_UNPEND) {
		end_hardware(slots, slots->latch & ~slots->active & BIT(slot));
		slots->latch &= ~BIT(slot);
	}
	if (change & SLOT_ACTIVATE)
		slots->active |= BIT(slot);
	if (change & SLOT_DEACTIVATE)
		deactivate(slots, slot);
	slots->dirty = true;
	return OK;
}

void slots_pend(struct slots *slots, uint32_t slot)
{
	slots->latch |= BIT(slot);
	slots->dirty = true;
}

void slots_set_line(struct slots *slots, uint32_t slot, bool up)
{
	set_bit(&slots->line, slot, up);
	slots->dirty = true;
}

uint64_t slots_pending(const struct slots *slots)
{
	return slots->latch | (slots->level & slots->line);
}

/* The most urgent slot of a set: lowest priority value, then lowest number. */
static uint32_t most_urgent(const struct slots *slots, uint64_t set)
{
	uint32_t best = (uint32_t)__builtin_ctzll(set);

	for (set &= set - 1; set; set &= set - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(set);

		if (slots->priority[slot] < slots->priority[best])
			best = slot;
	}
	return best;
}

void slots_fold(struct slots *slots)
{
	uint64_t pending = 0;
	uint64_t active = 0;
	uint64_t taken = 0;

	if (!slots->resident)
		return;
	for (uint32_t i = 0; i < list_register_count(); i++) {
		uint32_t slot = slots->in_register[i];
		struct list_register state;

		if (slot == SLOT_NONE)
			continue;
		slots->in_register[i] = SLOT_NONE;
		state = list_register_take(i);
		taken |= BIT(slot);
		pending |= state.pending ? BIT(slot) : 0;
		active |= state.active ? BIT(slot) : 0;
	}
	/* EOIs of what is active in no list register: the hardware only counts them. */
	slots->active &= ~taken;
	for (uint32_t eois = list_register_eoi_count(); eois && slots->active; eois--)
		deactivate(slots, most_urgent(slots, slots->active));
	/* Empty registers would ask for more for ever. */
	list_register_overflow(false, false);
	slots->active |= active;
	/* A line speaks for itself; a latch that the guest has not acknowledged comes back. */
	slots->latch |= slots->latch_lent & pending;
	slots->latch_lent = 0;
	slots->resident = false;
	slots->dirty = true;
}

void slots_drop_quiet(struct slots *slots)
{
	uint64_t latched = slots->hardware & slots->latch & ~slots->active;

	if (latched) {
		uint64_t quiet = latched & ~hardware_lines(latched);

		hardware_end(quiet);
		slots->latch &= ~quiet;
	}
}

/* The slots of a set that have this number. */
static uint64_t with_number(const struct slots *slots, uint64_t set, uint16_t number)
{
	uint64_t found = 0;

	for (; set; set &= set - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(set);

		if (slots->number[slot] == number)
			found |= BIT(slot);
	}
	return found;
}

void slots_fill(struct slots *slots)
{
	uint64_t pending;
	uint64_t waiting;

	slots_drop_quiet(slots);
	pending = slots_pending(slots) & slots->enabled & ~(slots->hardware & slots->active);
	waiting = pending | slots->active;
	for (uint32_t i = 0; i < list_register_count() && waiting; i++) {
		uint32_t slot = most_urgent(slots, waiting);
		uint64_t bit = BIT(slot);

		/* Two list registers never hold the same number (IHI 0069, 12.4.7): later ones wait. */
		waiting &= ~with_number(slots, waiting, slots->number[slot]);
		slots->in_register[i] = (uint8_t)slot;
		list_register_put(i, &(struct list_register){
					     .number = slots->number[slot],
					     .priority = slots->priority[slot],
					     .group1 = slots->group1 & bit,
					     .hardware = slots->hardware & bit,
					     .pending = pending & bit,
					     .active = slots->active & bit,
					     .tell_eoi = slots->level & slots->line & bit,
				     });
		slots->latch_lent |= slots->latch & pending & bit;
	}
	slots->latch &= ~slots->latch_lent;
	list_register_overflow(waiting & pending, waiting & slots->active);
	slots->resident = true;
	slots->dirty = false;
}
