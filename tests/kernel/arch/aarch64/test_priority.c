/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which interrupt a guest gets: by priority and group, one within the other, with more of them than list registers. There
 * are four in QEMU.
 */
#include "vm.h"

extern const char guest_nesting[], guest_holds[];

#define SPI       40
#define REGISTERS 4
/* An end of interrupt that the kernel takes part in takes more ticks than this, another one fewer. */
#define TICKS_ALONE 20

/* The guest stands at its first call, interrupts masked. */
static void boot(void)
{
	vm_boot(guest_nesting, GUEST_DATA, 0, EXIT_HYPERCALL);
	VM_EXPECT_CALL(0x10);
}

/* The other call: what was pending is in list registers, up to four of it. */
static void let_it_stand(void)
{
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(0x14);
}

static void pend(uint32_t slot, uint32_t priority)
{
	vm_set_slot(slot, slot_configured(SPI + slot, priority, SLOT_PEND));
}

static void pend_group0(uint32_t slot, uint32_t priority)
{
	vm_set_slot(slot,
		    slot_configured(SPI + slot, priority, SLOT_PEND) & ~(uint64_t)SLOT_GROUP1);
}

/* The first `count` slots, each less urgent than the one before. */
static void pend_row(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		pend(i, 0x80 + 8 * i);
}

/* The guest goes on, and then a handler begins. */
static void expect_begin(uint32_t slot)
{
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(0xe2);
	EXPECT_EQUAL(vm_register(GUEST_NUMBER), SPI + slot);
}

static void expect_end(uint32_t slot)
{
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(0xe3);
	EXPECT_EQUAL(vm_register(GUEST_NUMBER), SPI + slot);
}

static void expect_row(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		expect_begin(i);
		expect_end(i);
	}
}

static void expect_nothing(void)
{
	vm_reply_and_leave(DISPOSITION_STEP, 0, 1000);
	EXPECT_EQUAL(vm_pending() | vm_active(), 0);
}

/* The longest end of interrupt so far. */
static uint64_t longest_end(void)
{
	return vm_register(15);
}

/* What is more urgent interrupts a handler; what is less urgent, or as urgent, waits for its end. */
static void preemption(void)
{
	boot();
	pend(5, 0x80);
	let_it_stand();
	expect_begin(5);
	pend(6, 0x40);
	pend(7, 0x80);
	pend(8, 0xa0);
	expect_begin(6);
	EXPECT_EQUAL(vm_active(), 1ULL << 5 | 1ULL << 6);
	EXPECT_EQUAL(vm_pending(), 1ULL << 7 | 1ULL << 8);
	expect_end(6);
	expect_end(5);
	expect_begin(7);
	expect_end(7);
	expect_begin(8);
	expect_end(8);
	EXPECT(longest_end() < TICKS_ALONE);
	expect_nothing();
}

/* Group 0 comes as FIQ, group 1 as IRQ, and the more urgent first whatever its group. */
static void groups(void)
{
	static const struct {
		uint32_t slot;
		uint64_t group;
	} order[] = { { 7, 0 }, { 6, 1 }, { 5, 0 }, { 8, 1 } };

	boot();
	pend_group0(5, 0x80);
	pend(6, 0x40);
	pend_group0(7, 0x20);
	pend(8, 0xa0);
	let_it_stand();
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		expect_begin(order[i].slot);
		EXPECT_EQUAL(vm_register(GUEST_PC), order[i].group);
		expect_end(order[i].slot);
	}
	expect_nothing();
}

/* The list registers are full of what is pending; something more urgent takes the place of the least urgent. */
static void eviction(void)
{
	boot();
	pend_row(REGISTERS);
	let_it_stand();
	pend(9, 0x10);
	EXPECT_EQUAL(vm_pending(), 0x20f);
	expect_begin(9);
	expect_end(9);
	expect_row(REGISTERS);
	expect_nothing();
}

/* As many as there are list registers: all is done without the kernel. One more: it comes to put that in. */
static void maintenance_only_if_needed(void)
{
	boot();
	pend_row(REGISTERS);
	let_it_stand();
	expect_row(REGISTERS);
	EXPECT(longest_end() < TICKS_ALONE);
	pend_row(REGISTERS + 1);
	expect_row(REGISTERS + 1);
	EXPECT(longest_end() > TICKS_ALONE);
	expect_nothing();
}

/* Handlers within handlers, more than list registers: the ends of those that are in none are counted, and told. */
static void nested_deeper(void)
{
	const uint32_t depth = 2 * REGISTERS;

	boot();
	pend(0, 0xf0);
	let_it_stand();
	for (uint32_t i = 0; i < depth; i++) {
		expect_begin(i);
		EXPECT_EQUAL(vm_active(), (1ULL << (i + 1)) - 1);
		if (i + 1 < depth)
			pend(i + 1, 0xe0 - 0x10 * i);
	}
	/* And one that is as urgent as the first, while every list register is active. */
	pend(20, 0xf4);
	for (uint32_t i = depth; i > 0; i--)
		expect_end(i - 1);
	EXPECT_EQUAL(vm_active(), 0);
	EXPECT_EQUAL(vm_pending(), 1ULL << 20);
	EXPECT(longest_end() > TICKS_ALONE);
	expect_begin(20);
	expect_end(20);
	expect_nothing();
}

/* Lines among them: one whose handler was out of the list registers is pending again after its end. */
static void nested_lines(void)
{
	const uint32_t depth = REGISTERS + 2;

	boot();
	for (uint32_t i = 0; i < depth; i++) {
		vm_set_slot(i, slot_configured(SPI + i, 0xf0 - 0x10 * i,
					       SLOT_LEVEL | SLOT_SET_LINE | SLOT_LINE));
		if (i == 0)
			let_it_stand();
		expect_begin(i);
	}
	for (uint32_t i = depth; i > 0; i--) {
		expect_end(i - 1);
		expect_begin(i - 1);
		vm_set_slot(i - 1, SLOT_SET_LINE);
		expect_end(i - 1);
	}
	expect_nothing();
}

/* The guest's handler, which has made no exit, lets go of what it holds. */
static void let_go(uint64_t next)
{
	vm.data[1] = 1;
	task_sleep(500);
	EXPECT_EQUAL(vm.data[0], next);
}

/* While the guest is in its handler, and has not exited: what is in the list registers is told. */
static void query_in_flight(void)
{
	vm_boot(guest_holds, GUEST_DATA, 0, EXIT_HYPERCALL);
	VM_EXPECT_CALL(0x10);
	pend(5, 0x80);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 500);
	EXPECT_EQUAL(vm.data[0], SPI + 5);
	EXPECT_EQUAL(vm_active(), 1ULL << 5);
	EXPECT_EQUAL(vm_pending(), 0);
	/* Once more, and another one. */
	vm_set_slot(5, SLOT_PEND);
	pend(6, 0x40);
	task_sleep(500);
	EXPECT_EQUAL(vm.data[0], SPI + 5);
	EXPECT_EQUAL(vm_active(), 1ULL << 5);
	EXPECT_EQUAL(vm_pending(), 1ULL << 5 | 1ULL << 6);
	let_go(SPI + 6);
	EXPECT_EQUAL(vm_active(), 1ULL << 6);
	EXPECT_EQUAL(vm_pending(), 1ULL << 5);
	let_go(SPI + 5);
	let_go(0);
	EXPECT_EQUAL(vm_active() | vm_pending(), 0);
}

static const struct test tests[] = {
	{ "priority: one handler within the other", preemption },
	{ "priority: groups 0 and 1, as FIQ and IRQ", groups },
	{ "priority: the least urgent gives way", eviction },
	{ "priority: no maintenance where nothing waits", maintenance_only_if_needed },
	{ "priority: handlers deeper than list registers", nested_deeper },
	{ "priority: lines in handlers deeper than list registers", nested_lines },
	{ "priority: a query while a handler runs", query_in_flight },
};

const struct suite priority_suite = SUITE(tests);
