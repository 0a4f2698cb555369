/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt slots. The list registers of a core belong to the VCpu whose state is on it; they are written only
 * when something changed (`dirty`), so most exits never touch them.
 *
 * The physical interrupt of a hardware slot is active, and so quiet, from its arrival until the guest ends it. Whatever
 * else takes the slot's interrupt away deactivates it (end_hardware()).
 */
#include <arch/irq.h>
#include <list_register.h>
#include <slots.h>
#include <vcpu.h>

/* A private one is this VCpu's only while its state is on the core. Apart, so that the usual way has nothing to save for it. */
static __attribute__((noinline)) void end_each(const struct slots *slots, uint64_t bits)
{
	const struct vcpu *vcpu = arch_vcpu_resident();
	bool on_core = vcpu && &vcpu->slots == slots;

	for (; bits; bits &= bits - 1) {
		uint32_t irq = slots->hardware.irq[__builtin_ctzll(bits)];

		if (on_core || !arch_irq_is_private(irq))
			arch_irq_complete(irq);
	}
}

/* The guest will not do it. */
static void end_hardware(const struct slots *slots, uint64_t bits)
{
	if (bits & slots->hardware.set)
		end_each(slots, bits & slots->hardware.set);
}

void slots_reset(struct slots *slots)
{
	BUG_ON(slots->resident);
	end_hardware(slots, slots->arrived | slots->active);
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

static bool is_valid(uint64_t change)
{
	return !(change & SLOT_CONFIGURE) || list_register_number_valid(SLOT_NUMBER_OF(change));
}

bool slots_read(uint64_t *changes, const uint64_t *page, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		changes[i] = __atomic_load_n(&page[i], __ATOMIC_RELAXED);
		if (!is_valid(changes[i]))
			return false;
	}
	return true;
}

static void set_bit(uint64_t *word, uint32_t bit, bool value)
{
	*word = (*word & ~BIT(bit)) | ((uint64_t)value << bit);
}

/* The guest is done with an interrupt that was active in no list register. One that came and waits is not done. */
static void deactivate(struct slots *slots, uint32_t slot)
{
	slots->active &= ~BIT(slot);
	end_hardware(slots, BIT(slot) & ~slots->arrived);
}

/* A line that is up stays so. */
static void unpend(struct slots *slots, uint32_t slot)
{
	end_hardware(slots, slots->arrived & ~slots->active & BIT(slot));
	slots->arrived &= ~BIT(slot);
	slots->latch &= ~BIT(slot);
}

/* In one piece: a reply can hold a change of each slot. */
#define INLINE static inline __attribute__((always_inline))

INLINE void configure(struct slots *slots, uint32_t slot, uint64_t change)
{
	/* What came while the slot was an edge is what the line says now. */
	if (slots_is_driven(slots, slot) && (change & SLOT_LEVEL) && !(slots->level & BIT(slot)))
		slots->latch &= ~BIT(slot);
	set_bit(&slots->group1, slot, change & SLOT_GROUP1);
	set_bit(&slots->enabled, slot, change & SLOT_ENABLED);
	set_bit(&slots->level, slot, change & SLOT_LEVEL);
	slots->number[slot] = (uint16_t)SLOT_NUMBER_OF(change);
	slots->priority[slot] = (uint8_t)SLOT_PRIORITY_OF(change);
}

/* The change is one that can be taken. What the list registers know of the slot came first: it would be lost otherwise. */
INLINE void apply(struct slots *slots, uint32_t slot, uint64_t change)
{
	if (change & SLOT_CONFIGURE)
		configure(slots, slot, change);
	if ((change & SLOT_SET_LINE) && !slots_is_driven(slots, slot))
		set_bit(&slots->line, slot, change & SLOT_LINE);
	if (change & SLOT_PEND)
		slots->latch |= BIT(slot);
	if (change & SLOT_UNPEND)
		unpend(slots, slot);
	if (change & SLOT_ACTIVATE)
		slots->active |= BIT(slot);
	if (change & SLOT_DEACTIVATE)
		deactivate(slots, slot);
}

enum status slots_change(struct slots *slots, uint32_t slot, uint64_t change)
{
	if (slot >= VCPU_SLOTS || !is_valid(change))
		return ERR_ARGUMENT;
	slots_fold(slots);
	apply(slots, slot, change);
	slots->dirty = true;
	return OK;
}

void slots_take(struct slots *slots, const uint64_t *changes, uint32_t count)
{
	slots_fold(slots);
	for (uint32_t i = 0; i < count; i++)
		apply(slots, SLOT_INDEX_OF(changes[i]), changes[i]);
	slots->dirty = true;
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

/*
 * The guest has ended what it does not handle, but for what it has not seen either. What it handled is ended although its slot
 * may pend again, by a line of the VMM's or a latch; not if the physical interrupt itself waits, in a list register or disabled.
 */
static void end_apart(const struct slots *slots, uint64_t handled, uint64_t pending,
		      uint64_t active)
{
	uint64_t unseen = slots->arrived | (pending & (slots->arrived_lent | ~handled));

	end_each(slots, slots->apart & ~active & ~unseen);
}

void slots_fold(struct slots *slots)
{
	uint64_t handled = slots->active;
	uint64_t pending = 0;
	uint64_t active = 0;
	uint64_t taken = 0;

	if (!slots->resident)
		return;
	for (uint32_t i = 0; i < slots->filled; i++) {
		uint64_t bit = BIT(slots->in_register[i]);
		struct list_register state = list_register_take(i);

		taken |= bit;
		pending |= state.pending ? bit : 0;
		active |= state.active ? bit : 0;
	}
	/* EOIs of what is active in no list register: the hardware only counts them. */
	slots->active &= ~taken;
	for (uint32_t eois = list_register_eoi_count(); eois && slots->active; eois--)
		deactivate(slots, most_urgent(slots, slots->active));
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
		end_each(slots, BIT(slot));
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

/* What is in no list register yet: these are pending and enabled. */
static void put(struct slots *slots, uint32_t slot, uint64_t pending)
{
	uint64_t bit = BIT(slot);

	slots->in_register[slots->filled] = (uint8_t)slot;
	list_register_put(slots->filled,
			  &(struct list_register){
				  .number = slots->number[slot],
				  .priority = slots->priority[slot],
				  .group1 = slots->group1 & bit,
				  .hardware = slots->hardware.set & ~slots->apart & bit,
				  .irq = slots->hardware.irq[slot],
				  .pending = pending & bit,
				  .active = slots->active & bit,
				  .tell_eoi = ((slots->level & slots->line) | slots->apart) & bit,
			  });
}

void slots_fill(struct slots *slots)
{
	uint32_t room = list_register_count();
	uint64_t pending;
	uint64_t waiting;
	uint64_t first;
	uint64_t put_in = 0;

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
	for (slots->filled = 0; slots->filled < room && waiting; slots->filled++) {
		uint32_t slot = most_urgent(slots, first);

		/* Two list registers never hold the same number (12.4.7): later ones wait. */
		waiting &= ~BIT(slot);
		waiting &= ~with_number(slots, waiting, slots->number[slot]);
		put(slots, slot, pending);
		put_in |= BIT(slot);
		first = waiting;
	}
	slots->apart &= put_in;
	slots->latch_lent = slots->latch & pending & put_in;
	slots->latch &= ~slots->latch_lent;
	slots->arrived_lent = slots->arrived & pending & put_in;
	slots->arrived &= ~slots->arrived_lent;
	/* What is active, too, can be taken after its end, which is told. */
	list_register_overflow(waiting & pending & ~slots->active, waiting & slots->active);
	slots->resident = true;
	slots->dirty = false;
}
