/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt slots of a guest whose VMM changes them as it likes, with one to sixteen list registers: numbers that are used
 * twice, what is active made active again, ends of what never came. Whenever the guest is entered, no waiting slot is more
 * urgent than one in a list register; and what each slot is (pending, active) is what the changes, acknowledgements and ends
 * so far make of it. Two slots are physical interrupts: one that is active belongs to its slot.
 */
#include "fuzz.h"
#include "kernel_guest.h"

#define PASSED 2  /* the first slots: level, edge */
#define IRQ    40 /* of the first of them */

/* A slot as an interrupt controller without list registers would have it; physical ones are the kernel's own. */
static struct {
	bool latch, line, level, active;
} model[VCPU_SLOTS];

static cap_t handlers[PASSED];

static void make(void)
{
	static const uint32_t counts[] = { 1, 2, 4, 16 };

	for (unsigned int i = 0; i < PASSED; i++)
		fake_irq_line(IRQ + i, false);
	fake_list_registers_start();
	fake.list_registers = counts[input_below(ARRAY_SIZE(counts))];
	guest_make();
	ck_assert(!task_answer(&vmm, endpoint, &guest, DISPOSITION_START | REPLY_REGISTERS, 0));
	for (unsigned int i = 0; i < PASSED; i++) {
		handlers[i] = slot_new();
		ck_assert_ok(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ + i, i, ROOT_SLOT_CNODE,
					     handlers[i]));
		ck_assert_ok(irq_handler_bind_slot(handlers[i], guest.cap, i));
	}
	for (unsigned int i = 0; i < VCPU_SLOTS; i++)
		model[i].latch = model[i].line = model[i].level = model[i].active = false;
}

/* Handlers come from no Untyped. Without them nothing is left of what came. */
static void clear(void)
{
	for (unsigned int i = 0; i < PASSED; i++) {
		ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, handlers[i]));
		expect(!fake_irq_active(IRQ + i));
	}
	machine_clear();
}

static const struct slots *slots(void)
{
	return &guest.vcpu->slots;
}

static bool is_exact(unsigned int slot)
{
	return slot >= PASSED && slot != IRQ_VIRTUAL_TIMER;
}

/* Of a priority its five upper bits count. */
static bool is_before(unsigned int a, unsigned int b)
{
	unsigned int level_a = slots()->priority[a] / 8;
	unsigned int level_b = slots()->priority[b] / 8;

	return level_a != level_b ? level_a < level_b : a < b;
}

static bool is_in_register(unsigned int slot)
{
	for (unsigned int i = 0; i < slots()->filled; i++)
		if (slots()->in_register[i] == slot)
			return true;
	return false;
}

/* One with the same number is in a list register: then this one cannot be (IHI 0069, 12.4.7). */
static bool is_shadowed(unsigned int slot)
{
	for (unsigned int i = 0; i < VCPU_SLOTS; i++)
		if (i != slot && is_in_register(i) && slots()->number[i] == slots()->number[slot])
			return true;
	return false;
}

/* The list registers were filled just now. */
static void check_filled(void)
{
	uint64_t pending = (slots_pending(slots()) | slots()->latch_lent | slots()->arrived_lent) &
			   slots()->enabled;
	uint64_t waiting = pending | slots()->active;
	uint64_t ready = pending & ~slots()->active;
	bool single = fake.list_registers == 1 && ready;

	expect(slots()->resident && slots()->filled <= fake.list_registers);
	expect(fake_list_registers_used() == slots()->filled);
	for (unsigned int i = 0; i < VCPU_SLOTS; i++) {
		if (is_in_register(i)) {
			expect(waiting >> i & 1);
			expect(!single || ready >> i & 1);
			continue;
		}
		if (!((single ? ready : waiting) >> i & 1) || is_shadowed(i))
			continue;
		expect(slots()->filled == fake.list_registers);
		for (unsigned int r = 0; r < slots()->filled; r++)
			expect(is_before(slots()->in_register[r], i));
	}
}

static void check_states(void)
{
	uint64_t pending = 0;
	uint64_t active = 0;

	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	for (unsigned int i = 0; i < VCPU_SLOTS; i++) {
		if (!is_exact(i))
			continue;
		expect((pending >> i & 1) == (model[i].latch || (model[i].level && model[i].line)));
		expect((active >> i & 1) == model[i].active);
	}
	for (unsigned int i = 0; i < PASSED; i++)
		expect(!fake_irq_active(IRQ + i) || (pending | active) >> i & 1);
}

/* The guest is entered anew. */
static void enter(void)
{
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, 0));
	machine_run_guest(&guest);
	fake_interrupt();
	if (slots()->dirty || !slots()->resident)
		return;
	expect(!fake_maintenance());
	check_filled();
}

/* Steps. */

static void note_change(unsigned int slot, uint64_t change)
{
	if (change & SLOT_CONFIGURE)
		model[slot].level = change & SLOT_LEVEL;
	if (change & SLOT_SET_LINE)
		model[slot].line = change & SLOT_LINE;
	model[slot].latch = (model[slot].latch || change & SLOT_PEND) && !(change & SLOT_UNPEND);
	model[slot].active = (model[slot].active || change & SLOT_ACTIVATE) &&
			     !(change & SLOT_DEACTIVATE);
}

/* Few numbers and priorities, so that they meet; now and then any. */
static void change(void)
{
	unsigned int slot = input_below(VCPU_SLOTS + 1);
	uint8_t how = input_8();
	uint64_t change = (uint64_t)input_16() << 24;
	bool good;

	if (how & 1)
		change |= SLOT_CONFIGURE | SLOT_ENABLED | SLOT_PEND;
	change |= SLOT_PRIORITY((uint64_t)(how >> 1 & 3) << 4);
	change |= SLOT_NUMBER(how & 0xe0 ? 100U + slot : 100U + (how >> 3 & 3));
	if (how == 0xff)
		change = input_64();
	good = slot < VCPU_SLOTS && !(change >> 34) && !(change & 0xe000) &&
	       !(change & SLOT_CONFIGURE && SLOT_NUMBER_OF(change) >= 1020);
	expect((vcpu_set_slot(guest.cap, slot, change) == OK) == good);
	if (good)
		note_change(slot, change);
}

static unsigned int register_with(uint32_t number)
{
	for (unsigned int i = 0; i < slots()->filled; i++)
		if (slots()->number[slots()->in_register[i]] == number)
			return slots()->in_register[i];
	return VCPU_SLOTS;
}

/* The most urgent of those in list registers that can be taken, if it is more urgent than what the guest handles. */
static void acknowledge(void)
{
	uint32_t number;
	unsigned int slot;

	enter();
	if (guest.vcpu->arch.handled == VCPU_SLOTS)
		return;
	number = fake_guest_acknowledge();
	if (number == FAKE_SPURIOUS)
		return;
	slot = register_with(number);
	expect(slot < VCPU_SLOTS && slots()->enabled >> slot & 1);
	expect(!is_exact(slot) || !model[slot].active);
	for (unsigned int i = 0; i < slots()->filled; i++) {
		unsigned int other = slots()->in_register[i];

		if (is_exact(other) && slots()->enabled >> other & 1 && !model[other].active &&
		    (model[other].latch || (model[other].level && model[other].line)))
			expect(slots()->priority[slot] / 8 <= slots()->priority[other] / 8);
	}
	model[slot].latch = false;
	model[slot].active = true;
}

/* An end of what is in no list register is one of the most urgent active slot that is in none. */
static void end(void)
{
	unsigned int ended = VCPU_SLOTS;
	uint64_t active = 0;
	uint64_t pending;
	uint32_t number;

	enter();
	if (!guest.vcpu->arch.handled)
		return;
	number = input_below(8) ? 100U + input_below(VCPU_SLOTS) : input_16();
	ended = register_with(number);
	active = slots()->active;
	if (ended == VCPU_SLOTS || !(active >> ended & 1)) {
		ended = VCPU_SLOTS;
		for (unsigned int i = 0; i < VCPU_SLOTS; i++)
			if (active >> i & 1 && !is_in_register(i) &&
			    (ended == VCPU_SLOTS || is_before(i, ended)))
				ended = i;
	}
	fake_guest_eoi(number);
	if (ended < VCPU_SLOTS)
		model[ended].active = false;
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	fake_interrupt();
}

static void device(void)
{
	unsigned int which = input_below(PASSED);

	fake_irq_line(IRQ + which, input_8() & 1);
	enter();
}

static void step(void)
{
	switch (input_below(8)) {
	case 0:
		device();
		break;
	case 1:
	case 2:
		acknowledge();
		break;
	case 3:
		end();
		break;
	case 4:
		enter();
		break;
	default:
		change();
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_begin(data, size);
	if (!root.thread)
		machine_start();
	make();
	while (input_more()) {
		step();
		if (input_8() & 1)
			check_states();
	}
	enter();
	check_states();
	machine_check();
	clear();
	return 0;
}
