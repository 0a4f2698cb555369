/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long operations on capabilities: somebody more urgent runs all the while, every TICK_US microseconds, and what is done comes to
 * the same.
 */
#include "test.h"

#define TICK_US 20

/* Slots of the ticker's CNode. */
#define TICKER_NOBODY 1

#define CAPABILITIES  100000U
#define CNODE_BITS    16
#define HUGE_BITS     30
#define TABLE_ENTRIES 512U
#define TABLE_AT      0x40000000ULL

static volatile uint64_t ticks_seen;
static struct worker ticker;

static void tick(uint64_t period, uint64_t unused)
{
	uint64_t when = counter_read();
	uint64_t bits;

	(void)unused;
	for (;;) {
		when += period;
		notification_wait(TICKER_NOBODY, when, &bits);
		ticks_seen++;
	}
}

static void begin(void)
{
	struct process process;

	process_new(&process);
	process_give(&process, TICKER_NOBODY, NOBODY, RIGHTS_ALL, 0);
	ticker = worker_new(&process, tick, ticks(TICK_US), 0, PRIORITIES - 1);
	EXPECT_OK(thread_resume(ticker.thread));
}

/* Ticks come as often as they should between this and what it gives. */
struct stretch {
	uint64_t time, ticks;
};

static struct stretch start(void)
{
	return (struct stretch){ counter_read(), ticks_seen };
}

static void expect_ticks(struct stretch since, uint64_t least)
{
	uint64_t due = (counter_read() - since.time) / ticks(TICK_US);

	EXPECT(due >= least);
	EXPECT(ticks_seen - since.ticks + 1 >= due);
}

/* Memory that the arena has no room for: of the machine's. Given back by memory_end(). */
static cap_t memory_new(uint32_t size_bits)
{
	const struct boot_info *boot = (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;
	cap_t slot = slot_new();

	for (uint32_t i = 0; i < boot->untyped_count; i++)
		if (boot->untyped[i].flags == 0 &&
		    untyped_retype(ROOT_SLOT_UNTYPED + i, OBJECT_UNTYPED, size_bits,
				   ROOT_SLOT_CNODE, slot, 1, 0) == OK)
			return slot;
	test_fail(__FILE__, __LINE__, "no memory of 2^%u bytes", size_bits);
}

static void memory_end(cap_t memory)
{
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, memory));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, memory));
}

static uint32_t empty_slots(cap_t cnode, uint32_t first)
{
	uint32_t slots, empty = 0;

	EXPECT_OK(cnode_count(cnode, first, &slots, &empty));
	return empty;
}

static void revoke_of_many(void)
{
	cap_t memory = memory_new(24);
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t cnode[2] = { slot_new(), slot_new() };
	struct stretch since;

	begin();
	for (unsigned int i = 0; i < 2; i++)
		EXPECT_OK(untyped_retype(memory, OBJECT_CNODE, CNODE_BITS, ROOT_SLOT_CNODE,
					 cnode[i], 1, 0));
	for (uint32_t i = 0; i < CAPABILITIES; i++)
		EXPECT_OK(cnode_mint(ROOT_SLOT_CNODE, endpoint, cnode[i >> CNODE_BITS],
				     i & ((1U << CNODE_BITS) - 1), RIGHT_WRITE, 1 + i));
	EXPECT_EQUAL(empty_slots(cnode[0], 0), 0);
	since = start();
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	expect_ticks(since, 200);
	for (uint32_t i = 0; i < 1U << CNODE_BITS; i += CNODE_COUNT_MAX)
		EXPECT_EQUAL(empty_slots(cnode[i & CNODE_COUNT_MAX ? 1 : 0], i), CNODE_COUNT_MAX);
	/* Two CNodes of 65,536 empty slots end. */
	since = start();
	memory_end(memory);
	expect_ticks(since, 20);
}

static void end_of_a_full_cnode(void)
{
	cap_t memory = memory_new(22);
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t cnode = slot_new();
	struct stretch since;

	begin();
	EXPECT_OK(untyped_retype(memory, OBJECT_CNODE, CNODE_BITS, ROOT_SLOT_CNODE, cnode, 1, 0));
	/* Chains, as deep as they can be. */
	for (uint32_t i = 0; i < 1U << CNODE_BITS; i++)
		EXPECT_OK(i % 32 ? cnode_copy(cnode, i - 1, cnode, i) :
				   cnode_copy(ROOT_SLOT_CNODE, endpoint, cnode, i));
	since = start();
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, cnode));
	expect_ticks(since, 200);
	memory_end(memory);
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, endpoint));
}

static void retype_of_a_gib(void)
{
	cap_t memory = memory_new(HUGE_BITS);
	cap_t frame = slot_new();
	struct stretch since;

	begin();
	since = start();
	EXPECT_OK(untyped_retype(memory, OBJECT_FRAME, HUGE_BITS, ROOT_SLOT_CNODE, frame, 1, 0));
	expect_ticks(since, 1000);
	memory_end(memory);
}

/* Each entry of a table maps a page; the space is that of this task. */
static void full_table(cap_t space, cap_t table, cap_t copies)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);

	EXPECT_OK(page_table_map(table, space, TABLE_AT));
	for (uint32_t i = 0; i < TABLE_ENTRIES; i++) {
		EXPECT_OK(cnode_copy(ROOT_SLOT_CNODE, frame, ROOT_SLOT_CNODE, copies + i));
		EXPECT_OK(frame_map(copies + i, space, TABLE_AT + i * PAGE_SIZE, RIGHT_READ,
				    MEMORY_NORMAL));
	}
}

static void unmap_of_a_full_table(void)
{
	cap_t space = object_new(OBJECT_ADDRESS_SPACE, 0);
	cap_t table = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t copies = slots_new(TABLE_ENTRIES);

	EXPECT_OK(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), space, TABLE_AT));
	full_table(space, table, copies);
	EXPECT_OK(page_table_unmap(table));
	for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
		EXPECT_STATUS(frame_unmap(copies + i), ERR_STATE);
}

static void end_of_a_full_space(void)
{
	cap_t space = object_new(OBJECT_GUEST_SPACE, 0);
	cap_t table = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t copies = slots_new(TABLE_ENTRIES);

	begin();
	EXPECT_OK(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), space, TABLE_AT));
	full_table(space, table, copies);
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, space));
	for (uint32_t i = 0; i < TABLE_ENTRIES; i++)
		EXPECT_STATUS(frame_unmap(copies + i), ERR_STATE);
}

static const struct test tests[] = {
	{ "stretch: a revoke of 100,000 capabilities", revoke_of_many },
	{ "stretch: the end of a CNode of 65,536 capabilities", end_of_a_full_cnode },
	{ "stretch: a retype of 1 GiB", retype_of_a_gib },
	{ "stretch: unmapping a full table", unmap_of_a_full_table },
	{ "stretch: the end of an address space with 512 pages", end_of_a_full_space },
};

const struct suite stretch_suite = SUITE(tests);
