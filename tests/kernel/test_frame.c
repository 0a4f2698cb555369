/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames: mapping, its rights and its errors, as the task and as a second process see it. */
#include "test.h"

#define RW (RIGHT_READ | RIGHT_WRITE)
#define RX (RIGHT_READ | RIGHT_EXECUTE)
/* One past what an address space can hold. */
#define SPACE_END (1ULL << PROCESS_BITS)

static volatile uint64_t seen, done;

static void peek(uint64_t address, uint64_t unused)
{
	(void)unused;
	seen = *(volatile uint64_t *)(uintptr_t)address;
	done = 1;
	for (;;)
		thread_yield();
}

static enum status map(cap_t frame, uint64_t address, uint32_t rights)
{
	return frame_map(frame, ROOT_SLOT_ADDRESS_SPACE, address, rights, MEMORY_NORMAL);
}

static void map_and_unmap(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	volatile uint64_t *words = scratch_map(frame, 3);

	words[0] = 1;
	words[511] = 2;
	EXPECT_OK(frame_unmap(frame));
	EXPECT_STATUS(frame_unmap(frame), ERR_STATE);
	words = scratch_map(frame, 4);
	EXPECT_EQUAL(words[0], 1);
	EXPECT_EQUAL(words[511], 2);
}

static void two_mappings(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t copy = mint_new(frame, RIGHTS_ALL, 0);
	volatile uint64_t *a = scratch_map(frame, 0);
	volatile uint64_t *b = scratch_map(copy, 1);
	uint64_t first, second;

	*a = 77;
	EXPECT_EQUAL(*b, 77);
	EXPECT_REFUSED(map(frame, scratch_address(2), RW));
	EXPECT_OK(frame_address(frame, &first));
	EXPECT_OK(frame_address(copy, &second));
	EXPECT_EQUAL(first, second);
}

static void wrong_addresses(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t other = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t block = object_new(OBJECT_FRAME, 21);

	EXPECT_STATUS(map(frame, scratch_address(0) + 8, RW), ERR_ARGUMENT);
	EXPECT_STATUS(map(frame, SPACE_END, RW), ERR_ARGUMENT);
	EXPECT_STATUS(map(frame, 0xffffffc000000000, RW), ERR_ARGUMENT);
	EXPECT_STATUS(map(frame, 0x1000000000, RW), ERR_TABLE);
	EXPECT_STATUS(map(block, scratch_address(1), RW), ERR_ARGUMENT);
	EXPECT_OK(map(other, scratch_address(0), RW));
	EXPECT_STATUS(map(frame, scratch_address(0), RW), ERR_OCCUPIED);
	/* A whole table is in the way. */
	EXPECT_STATUS(map(block, ROOT_SCRATCH, RW), ERR_OCCUPIED);
	/* All of these left the frame unmapped. */
	EXPECT_OK(map(frame, scratch_address(1), RW));
}

static void wrong_arguments(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t weak = mint_new(ROOT_SLOT_ADDRESS_SPACE, RIGHT_READ, 0);
	uint64_t address = scratch_address(0);

	EXPECT_STATUS(map(frame, address, RIGHT_WRITE | RIGHT_EXECUTE), ERR_ARGUMENT);
	EXPECT_STATUS(map(frame, address, RW | RIGHT_EXECUTE), ERR_ARGUMENT);
	EXPECT_STATUS(map(frame, address, 0x10), ERR_ARGUMENT);
	EXPECT_STATUS(frame_map(frame, ROOT_SLOT_ADDRESS_SPACE, address, RW, (enum memory_type)2),
		      ERR_ARGUMENT);
	EXPECT_STATUS(frame_map(frame, frame, address, RW, MEMORY_NORMAL), ERR_TYPE);
	EXPECT_STATUS(frame_map(frame, slot_new(), address, RW, MEMORY_NORMAL), ERR_CAPABILITY);
	EXPECT_STATUS(frame_map(frame, weak, address, RW, MEMORY_NORMAL), ERR_RIGHTS);
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, weak));
}

static void rights_of_the_capability(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t readable = mint_new(frame, RIGHT_READ | RIGHT_CONTROL, 0);
	cap_t data = mint_new(frame, RW | RIGHT_CONTROL, 0);

	EXPECT_STATUS(map(readable, scratch_address(0), RW), ERR_RIGHTS);
	EXPECT_STATUS(map(readable, scratch_address(0), RX), ERR_RIGHTS);
	EXPECT_STATUS(map(data, scratch_address(0), RX), ERR_RIGHTS);
	EXPECT_OK(map(readable, scratch_address(0), RIGHT_READ));
}

static void seen_by_a_process(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t copy = mint_new(frame, RIGHTS_ALL, 0);
	volatile uint64_t *words = scratch_map(frame, 0);
	struct process process;
	struct worker worker;

	done = 0;
	words[5] = 0x1234;
	process_new(&process);
	EXPECT_OK(frame_map(copy, process.space, PROCESS_SPARE, RIGHT_READ, MEMORY_NORMAL));
	worker = worker_new(&process, peek, PROCESS_SPARE + 40, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	WAIT_FOR(done, 1);
	EXPECT_EQUAL(seen, 0x1234);
}

static void expect_fault_at(struct process *process, uint64_t address)
{
	struct worker worker = worker_new(process, peek, address, 0, PRIORITY_LOW);
	struct message m;

	EXPECT_OK(thread_resume(worker.thread));
	EXPECT_OK(message_recv(process->fault_endpoint, &m, soon()));
	EXPECT_EQUAL(m.label, LABEL_FAULT);
	EXPECT_EQUAL(m.word[1], address);
}

static void gone_when_deleted(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t copy = mint_new(frame, RIGHTS_ALL, 0);
	struct process process;

	done = 0;
	process_new(&process);
	EXPECT_OK(frame_map(copy, process.space, PROCESS_SPARE, RIGHT_READ, MEMORY_NORMAL));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, copy));
	expect_fault_at(&process, PROCESS_SPARE);
	/* The place is free again. */
	EXPECT_OK(frame_map(frame, process.space, PROCESS_SPARE, RIGHT_READ, MEMORY_NORMAL));
	EXPECT_EQUAL(done, 0);
}

static void gone_when_revoked(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t copy = mint_new(frame, RIGHTS_ALL, 0);
	struct process process;

	done = 0;
	process_new(&process);
	EXPECT_OK(frame_map(copy, process.space, PROCESS_SPARE, RIGHT_READ, MEMORY_NORMAL));
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, frame));
	expect_fault_at(&process, PROCESS_SPARE);
	EXPECT_EQUAL(done, 0);
}

static void blocks(void)
{
	cap_t block = object_new(OBJECT_FRAME, 21);
	cap_t copy = mint_new(block, RIGHTS_ALL, 0);
	struct process process;
	struct worker worker;
	uint64_t address;

	done = 0;
	process_new(&process);
	EXPECT_OK(frame_address(block, &address));
	EXPECT_EQUAL(address % 0x200000, 0);
	/* A block needs no table of its own; a table is refused where one is. */
	EXPECT_OK(frame_map(block, process.space, 0x20000000, RW, MEMORY_NORMAL));
	EXPECT_STATUS(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), process.space, 0x20000000),
		      ERR_OCCUPIED);
	EXPECT_STATUS(frame_map(copy, process.space, 0x20100000, RW, MEMORY_NORMAL), ERR_ARGUMENT);
	EXPECT_STATUS(frame_map(object_new(OBJECT_FRAME, PAGE_BITS), process.space, 0x20001000, RW,
				MEMORY_NORMAL),
		      ERR_OCCUPIED);
	seen = 1;
	worker = worker_new(&process, peek, 0x201ffff8, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	WAIT_FOR(done, 1);
	EXPECT_EQUAL(seen, 0);
}

static const struct test tests[] = {
	{ "frame: map and unmap", map_and_unmap },
	{ "frame: two capabilities, two mappings", two_mappings },
	{ "frame: wrong addresses", wrong_addresses },
	{ "frame: wrong arguments, W^X", wrong_arguments },
	{ "frame: no more rights than the capability has", rights_of_the_capability },
	{ "frame: shared with a second process", seen_by_a_process },
	{ "frame: deleting the capability unmaps", gone_when_deleted },
	{ "frame: revoke unmaps", gone_when_revoked },
	{ "frame: blocks of 2 MiB", blocks },
};

const struct suite frame_suite = SUITE(tests);
