/* SPDX-License-Identifier: BSD-2-Clause */
/* Second processes, their threads, and waiting for them. */
#include "test.h"

/* Two pages of stack, one unmapped page between. */
#define STACK_PAGES  2
#define STACK_STRIDE ((STACK_PAGES + 1) * PAGE_SIZE)
/* Of the fault capabilities, so that they differ from all others' badges. */
#define BADGE_FAULT 0x100

#define REGION_1G   0
#define CNODE_SLOTS (1U << PROCESS_SLOT_BITS)

static void map_table(cap_t space, uint64_t address)
{
	EXPECT_OK(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), space, address));
}

void process_new(struct process *process)
{
	process->space = object_new(OBJECT_ADDRESS_SPACE, 0);
	process->cnode = object_new(OBJECT_CNODE, PROCESS_SLOT_BITS);
	process->fault_endpoint = object_new(OBJECT_ENDPOINT, 0);
	process->threads = 0;
	map_table(process->space, REGION_1G);
	map_table(process->space, ROOT_PROGRAM);
	map_table(process->space, PROCESS_STACK);
	program_map(process->space);
}

void process_give(const struct process *process, uint32_t slot, cap_t source, uint32_t rights,
		  uint64_t badge)
{
	EXPECT(slot < CNODE_SLOTS);
	EXPECT_OK(cnode_mint(ROOT_SLOT_CNODE, source, process->cnode, slot, rights, badge));
}

/* Maps the stack of thread number `n`; gives its top. */
static uint64_t map_stack(const struct process *process, uint32_t n)
{
	uint64_t bottom = PROCESS_STACK + n * STACK_STRIDE;

	for (uint32_t i = 0; i < STACK_PAGES; i++)
		EXPECT_OK(frame_map(object_new(OBJECT_FRAME, PAGE_BITS), process->space,
				    bottom + i * PAGE_SIZE, RIGHT_READ | RIGHT_WRITE,
				    MEMORY_NORMAL));
	return bottom + STACK_PAGES * PAGE_SIZE;
}

static cap_t thread_new(struct process *process, uintptr_t entry, uint64_t argument0,
			uint64_t argument1, uint32_t priority)
{
	cap_t thread = object_new(OBJECT_THREAD, 0);
	uint32_t n = process->threads++;
	cap_t fault = mint_new(process->fault_endpoint, RIGHT_WRITE, BADGE_FAULT + n);

	EXPECT_OK(thread_configure(thread, process->cnode, process->space, fault));
	EXPECT_OK(thread_set_priority(thread, priority));
	EXPECT_OK(thread_start_at(thread, entry, map_stack(process, n), argument0, argument1));
	return thread;
}

struct worker worker_new_passive(struct process *process, worker_entry *entry, uint64_t argument0,
				 uint64_t argument1, uint32_t priority)
{
	return (struct worker){
		.thread = thread_new(process, (uintptr_t)entry, argument0, argument1, priority),
	};
}

struct worker worker_new_served(struct process *process, served_entry *entry, cap_t endpoint,
				uint32_t priority)
{
	struct worker worker = {
		.thread = thread_new(process, (uintptr_t)entry, 0, 0, priority),
	};

	EXPECT_OK(thread_serve(worker.thread, endpoint));
	return worker;
}

struct worker worker_new(struct process *process, worker_entry *entry, uint64_t argument0,
			 uint64_t argument1, uint32_t priority)
{
	struct worker worker = worker_new_passive(process, entry, argument0, argument1, priority);

	worker.time = time_new(worker.thread, 10000, 10000);
	return worker;
}

void task_sleep(uint64_t microseconds)
{
	uint64_t bits;

	EXPECT_STATUS(notification_wait(NOBODY, counter_after_us(microseconds), &bits),
		      ERR_DEADLINE);
}

void wait_for_word(const volatile uint64_t *word, uint64_t value, const char *file, int line)
{
	for (unsigned int i = 0; i < 1000 && *word != value; i++)
		task_sleep(1000);
	if (*word != value)
		test_fail(file, line, "the word is still 0x%lx, expected 0x%lx",
			  (unsigned long)*word, (unsigned long)value);
}
