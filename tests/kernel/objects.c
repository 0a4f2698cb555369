/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The task's memory and slots. One large Untyped, the arena, is cut from the machine's memory; what a
 * test makes comes from there, and is gone when it is revoked. Behind the arena's slot are frames of
 * the program's own pages, for the address spaces of second processes.
 */
#include "test.h"

#include <idl/manifest.h>

#define PROGRAM_PAGES_MAX 512

static struct {
	uint64_t address;
	uint64_t physical;
	uint32_t rights;
	cap_t frame;
} program[PROGRAM_PAGES_MAX];
static uint32_t program_pages;
static cap_t first_slot = NOBODY + 1;
static cap_t next_slot = NOBODY + 1;

static const struct boot_info *boot(void)
{
	return (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;
}

static const struct manifest *manifest(void)
{
	return (const struct manifest *)(uintptr_t)boot()->manifest;
}

/* One object that outlives the tests, from wherever there is memory. */
static bool open_object(enum object_type type, uint32_t size_bits, cap_t slot)
{
	for (uint32_t i = 0; i < boot()->untyped_count; i++)
		if (boot()->untyped[i].flags == 0 &&
		    untyped_retype(ROOT_SLOT_UNTYPED + i, type, size_bits, ROOT_SLOT_CNODE, slot, 1,
				   0) == OK)
			return true;
	report_line("# no memory for the tests' %s", object_type_name(type));
	return false;
}

/* The frame of the image at a physical address. */
static bool open_page(uint64_t address, uint64_t physical, uint32_t rights)
{
	for (uint32_t i = 0; i < boot()->untyped_count; i++) {
		const struct boot_untyped *untyped = &boot()->untyped[i];
		uint64_t offset = physical - untyped->address;

		if (!(untyped->flags & UNTYPED_IMAGE) || physical < untyped->address ||
		    offset >> untyped->size_bits != 0)
			continue;
		if (program_pages == PROGRAM_PAGES_MAX ||
		    untyped_retype(ROOT_SLOT_UNTYPED + i, OBJECT_FRAME, PAGE_BITS, ROOT_SLOT_CNODE,
				   next_slot, 1, offset) != OK)
			break;
		program[program_pages].address = address;
		program[program_pages].physical = physical;
		program[program_pages].rights = rights;
		program[program_pages].frame = next_slot++;
		program_pages++;
		return true;
	}
	report_line("# no frame for the program's own page at 0x%lx", (unsigned long)address);
	return false;
}

bool objects_open(void)
{
	if (!open_object(OBJECT_UNTYPED, ARENA_BITS, ARENA) ||
	    !open_object(OBJECT_NOTIFICATION, 0, NOBODY))
		return false;
	for (uint32_t s = 0; s < manifest()->root_segment_count; s++) {
		const struct segment *segment = &manifest()->root_segments[s];

		for (uint64_t at = 0; at < segment->size; at += PAGE_SIZE)
			if (!open_page(segment->address + at, segment->physical + at,
				       segment->rights))
				return false;
	}
	first_slot = next_slot;
	return true;
}

void objects_clear(void)
{
	if (cnode_revoke(ROOT_SLOT_CNODE, ARENA) != OK ||
	    cnode_revoke(ROOT_SLOT_CNODE, ROOT_SLOT_IRQ_CONTROL) != OK)
		report_line("# what the test made cannot be revoked");
	for (uint32_t i = 0; i < program_pages; i++)
		cnode_revoke(ROOT_SLOT_CNODE, program[i].frame);
	/* What was derived from the task's own first capabilities; most slots are empty. */
	while (next_slot > first_slot)
		cnode_delete(ROOT_SLOT_CNODE, --next_slot);
}

cap_t slots_new(uint32_t count)
{
	cap_t slot = next_slot;

	if (count > (1U << manifest()->root_cnode_bits) - next_slot)
		test_fail(__FILE__, __LINE__, "the task's CNode has 2^%u slots, too few",
			  manifest()->root_cnode_bits);
	next_slot += count;
	return slot;
}

cap_t slot_new(void)
{
	return slots_new(1);
}

cap_t object_new(enum object_type type, uint32_t size_bits)
{
	cap_t slot = slot_new();

	EXPECT_OK(untyped_retype(ARENA, type, size_bits, ROOT_SLOT_CNODE, slot, 1, 0));
	return slot;
}

cap_t mint_new(cap_t source, uint32_t rights, uint64_t badge)
{
	cap_t slot = slot_new();

	EXPECT_OK(cnode_mint(ROOT_SLOT_CNODE, source, ROOT_SLOT_CNODE, slot, rights, badge));
	return slot;
}

cap_t time_new(cap_t context, uint64_t budget, uint64_t period)
{
	cap_t time = object_new(OBJECT_SCHED_CONTEXT, 0);

	EXPECT_OK(sched_context_configure(time, ticks(budget), ticks(period)));
	if (context != 0)
		EXPECT_OK(sched_context_bind(time, context));
	return time;
}

uint64_t time_consumed(cap_t time)
{
	uint64_t value = 0;

	EXPECT_OK(sched_context_consumed(time, &value));
	return value;
}

void *scratch_map(cap_t frame, uint32_t n)
{
	uint64_t address = scratch_address(n);

	EXPECT_OK(frame_map(frame, ROOT_SLOT_ADDRESS_SPACE, address, RIGHT_READ | RIGHT_WRITE,
			    MEMORY_NORMAL));
	return (void *)(uintptr_t)address;
}

static uint32_t program_page(const void *address)
{
	for (uint32_t i = 0; i < program_pages; i++)
		if ((uintptr_t)address - program[i].address < PAGE_SIZE)
			return i;
	test_fail(__FILE__, __LINE__, "%p is not in the program", address);
}

cap_t program_frame(const void *address)
{
	return program[program_page(address)].frame;
}

uint64_t program_physical(const void *address)
{
	return program[program_page(address)].physical + (uintptr_t)address % PAGE_SIZE;
}

void program_map(cap_t space)
{
	for (uint32_t i = 0; i < program_pages; i++) {
		cap_t copy = slot_new();

		EXPECT_OK(cnode_copy(ROOT_SLOT_CNODE, program[i].frame, ROOT_SLOT_CNODE, copy));
		EXPECT_OK(frame_map(copy, space, program[i].address, program[i].rights,
				    MEMORY_NORMAL));
	}
}
