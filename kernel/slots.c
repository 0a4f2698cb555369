/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt slots. The list registers of a core belong to the VCpu whose state is on it; they are written only
 * when something changed (`dirty`), so most exits never touch them.
 *
 * The physical interrupt of a hardware slot is active, and so quiet, from its arrival until the guest ends it. Whatever
 * else takes the slot's interrupt away deactivates it (slots_end_hardware()).
 */
#include <arch/irq.h>
#include <list_register.h>
#include <slots.h>
#include <urgency.h>
#include <vcpu.h>

/* A private one is this VCpu's only while its state is on the core. Apart, so that the usual way has nothing to save for it. */
__attribute__((noinline)) void slots_end_each(const struct slots *slots, uint64_t bits)
{
	const struct vcpu *vcpu = vcpu_resident();
	bool on_core = vcpu && &vcpu->slots == slots;

	for (; bits; bits &= bits - 1) {
		uint32_t irq = slots->hardware.irq[__builtin_ctzll(bits)];

		if (on_core || !arch_irq_is_private(irq))
			arch_irq_complete(irq);
	}
}

void slots_reset(struct slots *slots)
{
	BUG_ON(slots->resident);
	slots_end_hardware(slots, slots->arrived | slots->active);
	*slots = (struct slots){ .line = slots->line,
				 .driven = slots->driven,
				 .hardware = slots->hardware };
	for (unsigned int i = 0; i < VCPU_SLOTS; i++)
		slots->number[i] = (uint16_t)i;
}

void slots_tie(struct slots *slots, uint32_t slot, uint32_t irq, bool level)
{
	slots->hardware.set |= BIT(slot);
	slots->hardware.level |= level ? BIT(slot) : 0;
	slots->hardware.irq[slot] = (uint16_t)irq;
}

bool slots_untie(struct slots *slots, uint32_t slot)
{
	bool in_flight;

	slots_fold(slots);
	in_flight = slots_in_flight(slots, slot);
	slots->hardware.set &= ~BIT(slot);
	slots->hardware.level &= ~BIT(slot);
	slots->arrived &= ~BIT(slot);
	return in_flight;
}

void slots_deactivate(struct slots *slots, uint64_t set)
{
	slots->active &= ~set;
	slots_end_hardware(slots, set & ~slots->arrived);
}

void slots_signal(struct slots *slots, uint32_t slot)
{
	slots->line |= BIT(slot);
	slots->latch |= BIT(slot) & ~slots->level;
	slots->dirty = true;
}

void slots_arrive(struct slots *slots, uint32_t slot)
{
	slots->arrived |= BIT(slot);
	slots->dirty = true;
}

void slots_lower(struct slots *slots, uint32_t slot)
{
	slots->line &= ~BIT(slot);
	slots->dirty = true;
}

void slots_drive(struct slots *slots, uint32_t slot)
{
	slots->driven |= BIT(slot);
	slots_lower(slots, slot);
}

void slots_release(struct slots *slots, uint32_t slot)
{
	slots->driven &= ~BIT(slot);
	slots_lower(slots, slot);
}

uint64_t slots_pending(const struct slots *slots)
{
	return slots->latch | slots->arrived | (slots->level & slots->line);
}

/*
 * The guest has ended what it does not handle, but for what it has not seen either. What it handled is ended although its slot
 * may pend again, by a line of the VMM's or a latch; not if the physical interrupt itself waits, in a list register or disabled.
 */
static void end_apart(const struct slots *slots, uint64_t handled, uint64_t pending,
		      uint64_t active)
{
	uint64_t unseen = slots->arrived | (pending & (slots->arrived_lent | ~handled));

	slots_end_each(slots, slots->apart & ~active & ~unseen);
}

/* EOIs of what is active in no list register: the hardware only counts them. */
static __attribute__((noinline)) void end_counted(struct slots *slots, uint32_t eois)
{
	struct by_urgency active;

	urgency_sort(&active, slots, slots->active);
	for (; eois && active.levels; eois--)
		slots_deactivate(slots, BIT(urgency_take(&active)));
}

void slots_fold(struct slots *slots)
{
	uint64_t handled = slots->active;
	uint64_t pending = 0;
	uint64_t active = 0;
	uint64_t taken = 0;
	uint32_t eois;

	if (!slots->resident)
		return;
	for (uint32_t i = 0; i < slots->filled; i++) {
		uint64_t bit = BIT(slots->in_register[i]);
		struct list_register state = list_register_take(i);

		taken |= bit;
		pending |= state.pending ? bit : 0;
		active |= state.active ? bit : 0;
	}
	slots->active &= ~taken;
	eois = list_register_eoi_count();
	if (eois && slots->active)
		end_counted(slots, eois);
	/* Empty registers would ask for more for ever. */
	list_register_overflow(false, false);
	slots->active |= active;
	if (slots->apart)
		end_apart(slots, handled, pending, active);
	/* A line speaks for itself; what else the guest has not acknowledged comes back. */
	slots->latch |= slots->latch_lent & pending;
	slots->arrived |= slots->arrived_lent & pending;
	slots->resident = false;
	slots->dirty = true;
}

void slots_drop_quiet(struct slots *slots)
{
	uint64_t set = slots->hardware.level & slots->arrived & ~slots->active;

	for (; set; set &= set - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(set);

		if (arch_irq_line(slots->hardware.irq[slot]))
			continue;
		slots->arrived &= ~BIT(slot);
		slots_end_each(slots, BIT(slot));
	}
}

/* Puts a slot that waits into a list register; its bit. In one piece, as most often there is one to put. */
static inline __attribute__((always_inline)) uint64_t put(struct slots *slots, uint32_t index,
							  uint32_t slot, uint64_t pending)
{
	uint64_t bit = BIT(slot);

	slots->in_register[index] = (uint8_t)slot;
	list_register_put(index,
			  &(struct list_register){
				  .number = slots->number[slot],
				  .priority = (uint8_t)(urgency_level(slots, slot) * URGENCY_STEP),
				  .group1 = slots->group1 & bit,
				  .hardware = slots->hardware.set & ~slots->apart & bit,
				  .irq = slots->hardware.irq[slot],
				  .pending = pending & bit,
				  .active = slots->active & bit,
				  .tell_eoi = ((slots->level & slots->line) | slots->apart) & bit,
			  });
	return bit;
}

static __attribute__((noinline)) uint64_t put_most_urgent(struct slots *slots, uint64_t set,
							  uint32_t room, uint64_t pending)
{
	uint64_t taken[(LIST_REGISTER_NUMBERS + 63) / 64] = { 0 };
	struct by_urgency waiting;
	uint64_t put_in = 0;
	uint32_t count = 0;

	urgency_sort(&waiting, slots, set);
	while (count < room && waiting.levels) {
		uint32_t slot = urgency_take(&waiting);
		uint64_t *word = &taken[slots->number[slot] / 64];
		uint64_t bit = BIT(slots->number[slot] % 64);

		if (!(*word & bit))
			put_in |= put(slots, count++, slot, pending);
		*word |= bit;
	}
	slots->filled = (uint8_t)count;
	return put_in;
}

static bool has_number(const struct slots *slots, uint32_t count, uint16_t number)
{
	for (uint32_t i = 0; i < count; i++)
		if (slots->number[slots->in_register[i]] == number)
			return true;
	return false;
}

static bool fits(uint64_t set, uint32_t room)
{
	while (set && room--)
		set &= set - 1;
	return !set;
}

/* With more, it is better to sort them than to look for each one's number among the others'. */
#define FEW 16

static inline uint32_t few(uint32_t room)
{
	return LIST_REGISTERS_MAX > FEW && room > FEW ? FEW : room;
}

/*
 * Put the most urgent of a set into list registers; which these are. Two never hold the same number (12.4.7): of several with one
 * number only one goes in, the others wait.
 */
static uint64_t put_some(struct slots *slots, uint64_t set, uint32_t room, uint64_t pending)
{
	uint64_t put_in = 0;
	uint32_t count = 0;

	if (!fits(set, few(room)))
		return put_most_urgent(slots, set, room, pending);
	for (; set; set &= set - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(set);

		if (!has_number(slots, count, slots->number[slot]))
			put_in |= put(slots, count++, slot, pending);
	}
	slots->filled = (uint8_t)count;
	return put_in;
}

void slots_fill(struct slots *slots)
{
	uint32_t room = list_register_count();
	uint64_t pending;
	uint64_t waiting;
	uint64_t first;
	uint64_t put_in;

	slots_drop_quiet(slots);
	pending = slots_pending(slots) & slots->enabled;
	waiting = pending | slots->active;
	/*
	 * A list register that names a physical interrupt cannot be pending and active at once, nor tell of its EOI (IHI
	 * 0069, 12.4.7), and its EOI would end one that waits, disabled, behind an active state that the VMM made up. What
	 * needs either is ended by slots_fold().
	 */
	slots->apart =
		slots->hardware.set & waiting &
		(((pending | slots->arrived) & slots->active) | (slots->level & slots->line));
	first = waiting;
	/* A single one is for what can be taken: the end of what is active is told all the same. */
	if (room == 1 && (pending & ~slots->active))
		first = pending & ~slots->active;
	put_in = put_some(slots, first, room, pending);
	waiting &= ~put_in;
	slots->apart &= put_in;
	slots->latch_lent = slots->latch & pending & put_in;
	slots->latch &= ~slots->latch_lent;
	slots->arrived_lent = slots->arrived & pending & put_in;
	slots->arrived &= ~slots->arrived_lent;
	/*
	 * What is active, too, can be taken after its end, which is told. And what waits while there is room has the number of
	 * one that is in: no room helps it.
	 */
	list_register_overflow(slots->filled == room && (waiting & pending & ~slots->active),
			       waiting & slots->active);
	slots->resident = true;
	slots->dirty = false;
}
