/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: configuration, start, stop, priorities and turns. */
#include "test.h"

static volatile uint64_t count, other_count, first_argument, second_argument;

static void note_arguments(uint64_t argument0, uint64_t argument1)
{
	first_argument = argument0;
	second_argument = argument1;
	count++;
	for (;;)
		count++;
}

static void spin(uint64_t counter, uint64_t unused)
{
	volatile uint64_t *word = (volatile uint64_t *)(uintptr_t)counter;

	(void)unused;
	for (;;)
		(*word)++;
}

static void runs_with_its_arguments(void)
{
	struct process process;
	struct worker worker;

	count = 0;
	process_new(&process);
	worker = worker_new(&process, note_arguments, 0x1122334455667788, 99, PRIORITY_LOW);
	task_sleep(1000);
	EXPECT_EQUAL(count, 0);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT(count > 0);
	EXPECT_EQUAL(first_argument, 0x1122334455667788);
	EXPECT_EQUAL(second_argument, 99);
}

static void suspend_and_resume(void)
{
	struct process process;
	struct worker worker;
	uint64_t before;

	count = 0;
	process_new(&process);
	worker = worker_new(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT_OK(thread_suspend(worker.thread));
	before = count;
	EXPECT(before > 0);
	task_sleep(1000);
	EXPECT_EQUAL(count, before);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT(count > before);
}

static void not_while_it_runs(void)
{
	struct process process;
	struct worker worker;
	uint64_t r;

	process_new(&process);
	worker = worker_new(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT_STATUS(thread_configure(worker.thread, process.cnode, 0, 0), ERR_STATE);
	EXPECT_STATUS(thread_start_at(worker.thread, 0, 0, 0, 0), ERR_STATE);
	EXPECT_STATUS(thread_read_registers(worker.thread, 0, &r, &r, &r, &r, &r, &r), ERR_STATE);
	EXPECT_STATUS(thread_serve(worker.thread, process.fault_endpoint), ERR_STATE);
	EXPECT_STATUS(thread_resume(worker.thread), ERR_STATE);
	EXPECT_OK(thread_suspend(worker.thread));
	EXPECT_OK(thread_configure(worker.thread, process.cnode, 0, 0));
	EXPECT_OK(thread_read_registers(worker.thread, 0, &r, &r, &r, &r, &r, &r));
}

static void wrong_arguments(void)
{
	cap_t thread = object_new(OBJECT_THREAD, 0);
	cap_t weak = mint_new(thread, RIGHT_READ | RIGHT_WRITE, 0);
	cap_t cnode = object_new(OBJECT_CNODE, 4);
	cap_t space = object_new(OBJECT_ADDRESS_SPACE, 0);
	cap_t guest_space = object_new(OBJECT_GUEST_SPACE, 0);
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	uint64_t r;

	EXPECT_STATUS(thread_configure(thread, space, space, endpoint), ERR_TYPE);
	EXPECT_STATUS(thread_configure(thread, cnode, cnode, endpoint), ERR_TYPE);
	EXPECT_STATUS(thread_configure(thread, cnode, guest_space, endpoint), ERR_TYPE);
	EXPECT_STATUS(thread_configure(thread, cnode, space, space), ERR_TYPE);
	EXPECT_STATUS(thread_configure(thread, slot_new(), space, endpoint), ERR_CAPABILITY);
	EXPECT_STATUS(thread_set_priority(thread, PRIORITIES), ERR_ARGUMENT);
	EXPECT_STATUS(thread_set_priority(thread, 0xffffffff), ERR_ARGUMENT);
	EXPECT_STATUS(thread_set_priority(weak, 1), ERR_RIGHTS);
	EXPECT_STATUS(thread_suspend(weak), ERR_RIGHTS);
	EXPECT_STATUS(thread_read_registers(thread, 1000, &r, &r, &r, &r, &r, &r), ERR_ARGUMENT);
	EXPECT_STATUS(thread_serve(thread, cnode), ERR_TYPE);
}

static void needs_its_parts(void)
{
	cap_t thread = object_new(OBJECT_THREAD, 0);
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);

	EXPECT_STATUS(thread_resume(thread), ERR_STATE);
	EXPECT_STATUS(thread_serve(thread, endpoint), ERR_STATE);
	/* Parts can be given one after the other. */
	EXPECT_OK(thread_configure(thread, object_new(OBJECT_CNODE, 4), 0, 0));
	EXPECT_STATUS(thread_resume(thread), ERR_STATE);
	EXPECT_OK(thread_configure(thread, 0, object_new(OBJECT_ADDRESS_SPACE, 0), 0));
	EXPECT_OK(thread_resume(thread));
}

static void needs_time(void)
{
	struct process process;
	struct worker worker;

	count = 0;
	process_new(&process);
	worker = worker_new_passive(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT_EQUAL(count, 0);
	time_new(worker.thread, 1000, 1000);
	task_sleep(1000);
	EXPECT(count > 0);
}

static void priorities(void)
{
	struct process process;
	struct worker low, high;
	uint64_t before;

	count = 0;
	other_count = 0;
	process_new(&process);
	low = worker_new(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	high = worker_new(&process, spin, (uintptr_t)&other_count, 0, PRIORITY_HIGH);
	EXPECT_OK(thread_resume(low.thread));
	task_sleep(1000);
	EXPECT(count > 0);
	EXPECT_OK(thread_resume(high.thread));
	before = count;
	task_sleep(30000);
	EXPECT(other_count > 0);
	EXPECT_EQUAL(count, before);
	/* The change of a waiting thread's priority takes effect at once. */
	EXPECT_OK(thread_set_priority(low.thread, PRIORITY_HIGH + 1));
	before = other_count;
	task_sleep(30000);
	EXPECT(count > 0);
	EXPECT_EQUAL(other_count, before);
}

static void turns(void)
{
	struct process process;
	struct worker a, b;
	uint64_t before;

	count = 0;
	other_count = 0;
	process_new(&process);
	a = worker_new(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	b = worker_new(&process, spin, (uintptr_t)&other_count, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(a.thread));
	EXPECT_OK(thread_resume(b.thread));
	/* Turns are their budgets of 10 ms. */
	task_sleep(25000);
	EXPECT(count > 0);
	EXPECT(other_count > 0);
	before = count;
	task_sleep(25000);
	EXPECT(count > before);
}

static void yielding(uint64_t mine, uint64_t unused)
{
	(void)unused;
	for (unsigned int i = 0; i < 50; i++) {
		/* The second keeps up only if the first runs once between its own turns. */
		if (mine == 0)
			count++;
		else if (count == other_count + 1)
			other_count++;
		thread_yield();
	}
	for (;;)
		thread_yield();
}

static void yields(void)
{
	struct process process;
	struct worker a, b;

	count = 0;
	other_count = 0;
	process_new(&process);
	a = worker_new(&process, yielding, 0, 0, PRIORITY_LOW);
	b = worker_new(&process, yielding, 1, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(a.thread));
	EXPECT_OK(thread_resume(b.thread));
	WAIT_FOR(other_count, 50);
	EXPECT_EQUAL(count, 50);
}

static void destroyed_while_it_runs(void)
{
	struct process process;
	struct worker worker;
	uint64_t before;

	count = 0;
	process_new(&process);
	worker = worker_new(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, worker.thread));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, worker.thread));
	before = count;
	EXPECT(before > 0);
	task_sleep(1000);
	EXPECT_EQUAL(count, before);
}

static void stops_without_its_space(void)
{
	struct process process;
	struct worker worker;
	uint64_t before;

	count = 0;
	process_new(&process);
	worker = worker_new(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, process.space));
	before = count;
	task_sleep(1000);
	EXPECT_EQUAL(count, before);
	EXPECT_STATUS(thread_resume(worker.thread), ERR_STATE);
}

static void stops_without_its_cnode(void)
{
	struct process process;
	struct worker worker;
	uint64_t before;

	count = 0;
	process_new(&process);
	worker = worker_new(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, process.cnode));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, process.cnode));
	before = count;
	task_sleep(1000);
	EXPECT_EQUAL(count, before);
	EXPECT_STATUS(thread_resume(worker.thread), ERR_STATE);
	/* With another one it goes on. */
	EXPECT_OK(thread_configure(worker.thread, object_new(OBJECT_CNODE, 4), 0, 0));
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT(count > before);
}

static const struct test tests[] = {
	{ "thread: starts with its arguments", runs_with_its_arguments },
	{ "thread: suspend and resume", suspend_and_resume },
	{ "thread: what a running thread refuses", not_while_it_runs },
	{ "thread: wrong arguments", wrong_arguments },
	{ "thread: needs CNode and address space", needs_its_parts },
	{ "thread: runs only with time", needs_time },
	{ "thread: the higher priority runs", priorities },
	{ "thread: equal priorities take turns", turns },
	{ "thread: yield lets the others run", yields },
	{ "thread: destroyed while it runs", destroyed_while_it_runs },
	{ "thread: stops without its address space", stops_without_its_space },
	{ "thread: stops without its CNode", stops_without_its_cnode },
};

const struct suite thread_suite = SUITE(tests);
