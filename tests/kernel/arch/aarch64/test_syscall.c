/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that are none, made by the task itself: they end in an error, or as a fault of who made them. */
#include "test.h"

uint64_t raw_call(uint64_t number, uint64_t capability);
uint64_t other_supervisor_call(void);

static volatile uint64_t done;

static void unknown_numbers(void)
{
	static const uint64_t numbers[] = { SYS_YIELD + 1,          99,   0xffffffff, 1ULL << 32,
					    SYS_YIELD | 1ULL << 32, ~0ULL };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		EXPECT(raw_call(numbers[i], ROOT_SLOT_CNODE) != OK);
	EXPECT_EQUAL(raw_call(SYS_YIELD, 0), OK);
}

static void wide_capabilities(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits;

	/* No bit of the slot's number is dropped. */
	EXPECT_EQUAL(raw_call(SYS_SIGNAL, 1ULL << 32 | notification), ERR_CAPABILITY);
	EXPECT_EQUAL(raw_call(SYS_SIGNAL, 1ULL << 63 | notification), ERR_CAPABILITY);
	EXPECT_EQUAL(raw_call(SYS_SIGNAL, ~0ULL), ERR_CAPABILITY);
	EXPECT_STATUS(notification_wait(notification, 0, &bits), ERR_DEADLINE);
}

static void call_otherwise(uint64_t unused0, uint64_t unused1)
{
	(void)unused0;
	(void)unused1;
	other_supervisor_call();
	done = 1;
	for (;;)
		thread_yield();
}

static void other_immediate(void)
{
	struct process process;
	struct worker worker;
	struct message fault;

	done = 0;
	process_new(&process);
	worker = worker_new(&process, call_otherwise, 0, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	EXPECT_OK(message_recv(process.fault_endpoint, &fault, soon()));
	EXPECT_EQUAL(fault.label, LABEL_FAULT);
	/* The class of a supervisor call (Arm ARM D24.2.40). */
	EXPECT_EQUAL(fault.word[0] >> 26 & 0x3f, 0x15);
	EXPECT_EQUAL(done, 0);
}

static const struct test tests[] = {
	{ "syscall: unknown numbers", unknown_numbers },
	{ "syscall: capabilities of more than 32 bits", wide_capabilities },
	{ "syscall: another immediate", other_immediate },
};

const struct suite syscall_suite = SUITE(tests);
