/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of threads: cause, address and pc as they are told, and what becomes of the thread. */
#include "fault.h"

#define BADGE_FIRST 0x100
#define NOWHERE     0x300000000ULL

static volatile uint64_t done;

/* Runs a worker at `entry` until its fault comes. */
static struct worker run(struct process *process, worker_entry *entry, uint64_t argument,
			 struct message *fault)
{
	struct worker worker = worker_new(process, entry, argument, 0, PRIORITY_LOW);

	EXPECT_OK(thread_resume(worker.thread));
	EXPECT_OK(message_recv(process->fault_endpoint, fault, soon()));
	EXPECT_EQUAL(fault->label, LABEL_FAULT);
	return worker;
}

/* One fault of a new process; with its pc, if `at` is not NULL. */
static void fault_of(worker_entry *entry, uint64_t argument, worker_entry *at,
		     enum thread_fault expected)
{
	const struct cause *cause = &thread_faults[expected];
	struct process process;
	struct message fault;

	process_new(&process);
	run(&process, entry, argument, &fault);
	EXPECT_EQUAL(fault.badge, BADGE_FIRST);
	EXPECT_EQUAL(fault.word[0] & cause->mask, cause->value);
	if (at != NULL)
		EXPECT_EQUAL(fault.word[2], (uintptr_t)at);
	if (entry == fault_read || entry == fault_write || entry == fault_jump ||
	    entry == fault_misaligned)
		EXPECT_EQUAL(fault.word[1], argument);
}

static void unmapped(void)
{
	fault_of(fault_read, NOWHERE, fault_read, FAULT_LOAD_NOWHERE);
	fault_of(fault_write, NOWHERE + 16, fault_write, FAULT_STORE_NOWHERE);
}

static void kernel_memory(void)
{
	/* Where the kernel is linked, the last address that there is, and one that is none in some processors. */
	fault_of(fault_read, 0xffffffffc0000000, fault_read, FAULT_LOAD);
	fault_of(fault_write, 0xfffffffffffffff8, fault_write, FAULT_STORE);
	fault_of(fault_read, 0xffff000000000000, fault_read, FAULT_LOAD);
}

static void read_only(void)
{
	fault_of(fault_write, (uintptr_t)fault_write & ~7ULL, fault_write, FAULT_STORE_RIGHT);
}

static void not_executable(void)
{
	fault_of(fault_jump, (uintptr_t)&done, NULL, FAULT_FETCH_RIGHT);
	fault_of(fault_jump, NOWHERE, NULL, FAULT_FETCH_NOWHERE);
}

static void jump_has_the_targets_pc(void)
{
	struct process process;
	struct message fault;

	process_new(&process);
	run(&process, fault_jump, NOWHERE, &fault);
	EXPECT_EQUAL(fault.word[2], NOWHERE);
}

static void not_allowed(void)
{
	fault_of(fault_undefined, 0, fault_undefined, FAULT_UNDEFINED);
	fault_of(fault_break, 0, fault_break, FAULT_BREAKPOINT);
	for (size_t i = 0; i < fault_attempt_count; i++) {
		const struct fault_attempt *attempt = &fault_attempts[i];

		fault_of(attempt->entry, attempt->argument,
			 attempt->entry == fault_jump ? NULL : attempt->entry, attempt->fault);
	}
}

static void read_and_note(uint64_t address, uint64_t unused)
{
	(void)unused;
	(void)*(volatile uint64_t *)(uintptr_t)address;
	done = 1;
	for (;;)
		thread_yield();
}

static void resumed_after_repair(void)
{
	struct process process;
	struct worker worker;
	struct message fault;

	done = 0;
	process_new(&process);
	worker = run(&process, read_and_note, PROCESS_SPARE, &fault);
	EXPECT_EQUAL(fault.word[1], PROCESS_SPARE);
	task_sleep(1000);
	EXPECT_EQUAL(done, 0);
	EXPECT_OK(frame_map(object_new(OBJECT_FRAME, PAGE_BITS), process.space, PROCESS_SPARE,
			    RIGHT_READ, MEMORY_NORMAL));
	EXPECT_OK(thread_resume(worker.thread));
	WAIT_FOR(done, 1);
}

static void restarted_elsewhere(void)
{
	struct process process;
	struct worker worker;
	struct message fault;

	done = 0;
	process_new(&process);
	worker = run(&process, read_and_note, NOWHERE, &fault);
	EXPECT_OK(thread_suspend(worker.thread));
	EXPECT_OK(thread_start_at(worker.thread, (uintptr_t)read_and_note,
				  PROCESS_STACK + PAGE_SIZE, (uintptr_t)&done, 0));
	EXPECT_OK(thread_resume(worker.thread));
	WAIT_FOR(done, 1);
}

static void queue_of_faults(void)
{
	struct process process;
	struct message fault;

	process_new(&process);
	for (uint32_t i = 0; i < 3; i++) {
		struct worker worker =
			worker_new(&process, fault_read, NOWHERE + i * 8, 0, PRIORITY_LOW);

		EXPECT_OK(thread_resume(worker.thread));
		task_sleep(1000);
	}
	for (uint32_t i = 0; i < 3; i++) {
		EXPECT_OK(message_recv(process.fault_endpoint, &fault, 0));
		EXPECT_EQUAL(fault.badge, BADGE_FIRST + i);
		EXPECT_EQUAL(fault.word[1], NOWHERE + i * 8);
	}
	EXPECT_STATUS(message_recv(process.fault_endpoint, &fault, 0), ERR_DEADLINE);
}

static void without_endpoint(void)
{
	struct process process;
	struct worker faulting, other;

	done = 0;
	process_new(&process);
	faulting = worker_new(&process, fault_read, NOWHERE, 0, PRIORITY_MIDDLE);
	other = worker_new(&process, read_and_note, (uintptr_t)&done, 0, PRIORITY_LOW);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, process.fault_endpoint));
	EXPECT_OK(thread_resume(faulting.thread));
	EXPECT_OK(thread_resume(other.thread));
	WAIT_FOR(done, 1);
}

static void ends_while_it_waits(void)
{
	struct process process;
	struct worker worker;
	struct message fault;

	process_new(&process);
	worker = worker_new(&process, fault_read, NOWHERE, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, worker.thread));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, worker.thread));
	EXPECT_STATUS(message_recv(process.fault_endpoint, &fault, 0), ERR_DEADLINE);
}

static const struct test tests[] = {
	{ "fault: unmapped memory", unmapped },
	{ "fault: the kernel's memory", kernel_memory },
	{ "fault: read-only memory", read_only },
	{ "fault: memory that is not executable", not_executable },
	{ "fault: a wild jump", jump_has_the_targets_pc },
	{ "fault: what a process may not do", not_allowed },
	{ "fault: resumed after the repair", resumed_after_repair },
	{ "fault: started again elsewhere", restarted_elsewhere },
	{ "fault: faults queue in order", queue_of_faults },
	{ "fault: without an endpoint the thread stops", without_endpoint },
	{ "fault: the thread ends while its fault waits", ends_while_it_waits },
};

const struct suite fault_suite = SUITE(tests);
