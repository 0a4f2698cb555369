/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of threads: cause (ESR_EL2), address and pc as they are told, and what becomes of the thread. */
#include "test.h"

#define BADGE_FIRST  0x100
#define CLASS(cause) ((cause) >> 26 & 0x3f)
/* Exception classes, Arm ARM D24.2.40. */
#define CLASS_UNKNOWN 0x00
#define CLASS_FETCH   0x20
#define CLASS_PC      0x22
#define CLASS_DATA    0x24
#define CLASS_BREAK   0x3c
/* The fault status code of an abort, and its write bit. */
#define FAULT(cause)      ((cause)&0x3f)
#define FAULT_TRANSLATION 0x04
#define FAULT_PERMISSION  0x0c
#define FAULT_ALIGNMENT   0x21
#define FAULT_WRITE       (1U << 6)
#define NOWHERE           0x300000000ULL

extern worker_entry fault_read, fault_write, fault_jump, fault_misaligned, fault_undefined;
extern worker_entry fault_break, fault_hypercall, fault_firmware, fault_register_read;
extern worker_entry fault_register_write, fault_return;

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

/* One fault of a new process; the expected cause without what differs by level. */
static uint64_t fault_of(worker_entry *entry, uint64_t argument, worker_entry *at, uint64_t class)
{
	struct process process;
	struct message fault;

	process_new(&process);
	run(&process, entry, argument, &fault);
	EXPECT_EQUAL(fault.badge, BADGE_FIRST);
	EXPECT_EQUAL(CLASS(fault.word[0]), class);
	if (at != NULL)
		EXPECT_EQUAL(fault.word[2], (uintptr_t)at);
	if (class == CLASS_DATA || class == CLASS_FETCH)
		EXPECT_EQUAL(fault.word[1], argument);
	return fault.word[0];
}

static void unmapped(void)
{
	uint64_t cause = fault_of(fault_read, NOWHERE, fault_read, CLASS_DATA);

	EXPECT_EQUAL(FAULT(cause) & ~3U, FAULT_TRANSLATION);
	EXPECT_EQUAL(cause & FAULT_WRITE, 0);
	cause = fault_of(fault_write, NOWHERE + 16, fault_write, CLASS_DATA);
	EXPECT_EQUAL(FAULT(cause) & ~3U, FAULT_TRANSLATION);
	EXPECT_EQUAL(cause & FAULT_WRITE, FAULT_WRITE);
}

static void kernel_memory(void)
{
	/* Where the kernel is linked, and the last address that there is. */
	fault_of(fault_read, 0xffffffffc0000000, fault_read, CLASS_DATA);
	fault_of(fault_write, 0xfffffffffffffff8, fault_write, CLASS_DATA);
	fault_of(fault_read, 0xffff000000000000, fault_read, CLASS_DATA);
}

static void read_only(void)
{
	uint64_t place = (uintptr_t)fault_write & ~7ULL;
	uint64_t cause = fault_of(fault_write, place, fault_write, CLASS_DATA);

	EXPECT_EQUAL(FAULT(cause) & ~3U, FAULT_PERMISSION);
}

static void not_executable(void)
{
	uint64_t cause = fault_of(fault_jump, (uintptr_t)&done, NULL, CLASS_FETCH);

	EXPECT_EQUAL(FAULT(cause) & ~3U, FAULT_PERMISSION);
	cause = fault_of(fault_jump, NOWHERE, NULL, CLASS_FETCH);
	EXPECT_EQUAL(FAULT(cause) & ~3U, FAULT_TRANSLATION);
}

static void jump_has_the_targets_pc(void)
{
	struct process process;
	struct message fault;

	process_new(&process);
	run(&process, fault_jump, NOWHERE, &fault);
	EXPECT_EQUAL(fault.word[2], NOWHERE);
}

/* Of the stack pointer it is not tested: QEMU does not check it. */
static void misaligned(void)
{
	/* Across 16 bytes: within those FEAT_LSE2 allows it. */
	uint64_t address = (uintptr_t)&done | 15;
	uint64_t cause = fault_of(fault_misaligned, address, fault_misaligned, CLASS_DATA);

	EXPECT_EQUAL(FAULT(cause), FAULT_ALIGNMENT);
	fault_of(fault_jump, (uintptr_t)fault_jump + 2, NULL, CLASS_PC);
}

static void not_allowed(void)
{
	fault_of(fault_undefined, 0, fault_undefined, CLASS_UNKNOWN);
	fault_of(fault_hypercall, 0, fault_hypercall, CLASS_UNKNOWN);
	fault_of(fault_firmware, 0, fault_firmware, CLASS_UNKNOWN);
	fault_of(fault_register_read, 0, fault_register_read, CLASS_UNKNOWN);
	fault_of(fault_register_write, 0, fault_register_write, CLASS_UNKNOWN);
	fault_of(fault_return, 0, fault_return, CLASS_UNKNOWN);
	fault_of(fault_break, 0, fault_break, CLASS_BREAK);
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
	{ "fault: misaligned access and pc", misaligned },
	{ "fault: instructions that are not allowed", not_allowed },
	{ "fault: resumed after the repair", resumed_after_repair },
	{ "fault: started again elsewhere", restarted_elsewhere },
	{ "fault: faults queue in order", queue_of_faults },
	{ "fault: without an endpoint the thread stops", without_endpoint },
	{ "fault: the thread ends while its fault waits", ends_while_it_waits },
};

const struct suite fault_suite = SUITE(tests);
