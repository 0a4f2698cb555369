/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory is zeroed in steps when interrupts come, and what others can do between two of them.
 */
#include "kernel_rival.h"

#include <arch/mmu.h>

static void setup(void)
{
	machine_start();
	rival_make();
}

static void teardown(void)
{
	machine_check();
}

static bool is_zero(uint64_t address, uint64_t size)
{
	const uint64_t *word = phys_to_virt(address);

	for (uint64_t i = 0; i < size / sizeof(*word); i++)
		if (word[i])
			return false;
	return true;
}

static cap_t memory, first;

/* What another gets meanwhile is zero too, and comes first. */
static void retype_between(void)
{
	if (rival_steps++ != 100)
		return;
	expect(rival_retypes(memory, OBJECT_FRAME, PAGE_BITS, first) == OK);
	expect(is_zero(slot_of(first)->object, PAGE_SIZE));
	memset(phys_to_virt(slot_of(first)->object), 0x77, PAGE_SIZE);
}

START_TEST(zeroing)
{
	cap_t block = slot_new();

	memory = MACHINE_UNTYPED;
	first = 3000;
	machine_between = retype_between;
	ck_assert_ok(
		untyped_retype(memory, OBJECT_FRAME, BLOCK_BITS, ROOT_SLOT_CNODE, block, 1, 0));
	ck_assert(is_zero(slot_of(block)->object, BLOCK_SIZE));
	/* It took the place that was meant for the block, which lies behind it now. */
	ck_assert_uint_lt(slot_of(first)->object, slot_of(block)->object);
	ck_assert_uint_eq(rival_steps, 101 + BLOCK_SIZE / PAGE_SIZE);
}
END_TEST

/* Without anybody else each page costs one step. */
START_TEST(zeroing_goes_on)
{
	cap_t block = slot_new();

	machine_between = rival_watches;
	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, OBJECT_FRAME, BLOCK_BITS, ROOT_SLOT_CNODE,
				    block, 1, 0));
	ck_assert_uint_eq(rival_steps, BLOCK_SIZE / PAGE_SIZE);
	ck_assert(is_zero(slot_of(block)->object, BLOCK_SIZE));
}
END_TEST

/* A revoke in the middle: what was zero is used, and dirty, before the zeroing goes on. */
static void revoke_between(void)
{
	if (rival_steps++ != 300)
		return;
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_REVOKE, memory) == OK);
	expect(rival_retypes(memory, OBJECT_FRAME, PAGE_BITS, first) == OK);
	memset(phys_to_virt(slot_of(first)->object), 0x77, PAGE_SIZE);
	expect(rival_retypes(memory, OBJECT_UNTYPED, 20, first + 1) == OK);
	expect(rival_retypes(first + 1, OBJECT_FRAME, PAGE_BITS, first + 2) == OK);
	memset(phys_to_virt(slot_of(first + 1)->object), 0x77, BIT(20));
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_REVOKE, memory) == OK);
}

START_TEST(zeroing_after_a_revoke)
{
	cap_t block = slot_new();

	memory = object_new(OBJECT_UNTYPED, BLOCK_BITS);
	first = 3000;
	machine_between = revoke_between;
	ck_assert_ok(
		untyped_retype(memory, OBJECT_FRAME, BLOCK_BITS, ROOT_SLOT_CNODE, block, 1, 0));
	ck_assert_uint_eq(rival_steps, 301 + BLOCK_SIZE / PAGE_SIZE);
	ck_assert(is_zero(slot_of(block)->object, BLOCK_SIZE));
}
END_TEST

/* One that is given up leaves what it has zeroed to the next, whatever that makes. */
START_TEST(zeroing_given_up)
{
	cap_t frame = slot_new();
	uint64_t used = slot_of(MACHINE_UNTYPED)->data;

	machine_between = rival_stops;
	ck_assert(!task_syscall(&rival, SYS_CALL, MACHINE_UNTYPED, UNTYPED_RETYPE,
				(const uint64_t[MESSAGE_WORDS]){ OBJECT_FRAME, BLOCK_BITS,
								 ROOT_SLOT_CNODE, frame, 1, 0 },
				DEADLINE_NEVER));
	ck_assert_int_eq(slot_of(frame)->type, OBJECT_NULL);
	ck_assert_uint_ge(slot_of(MACHINE_UNTYPED)->data, used);
	machine_between = rival_watches;
	rival_steps = 0;
	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, OBJECT_FRAME, PAGE_BITS, ROOT_SLOT_CNODE,
				    frame, 1, 0));
	ck_assert_uint_eq(rival_steps, 0);
	ck_assert(is_zero(slot_of(frame)->object, PAGE_SIZE));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("zeroing");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, zeroing);
	tcase_add_test(tcase, zeroing_goes_on);
	tcase_add_test(tcase, zeroing_after_a_revoke);
	tcase_add_test(tcase, zeroing_given_up);
	return machine_main("zeroing", &tcase, 1);
}
