/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel test task: a root task of its own that makes objects, uses them and judges what the
 * kernel answers, and says so as TAP on the kernel's console. It is written from idl/kernel.idl.
 *
 * Every test starts from the same state: all its objects are made from one Untyped, the arena, which
 * is revoked behind it. A test ends at its first wrong answer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cloister/counter.h>
#include <cloister/message.h>
#include <idl/kernel_client.h>
#include <idl/kernel_names.h>

#include "test_arch.h"

#define PAGE_SIZE     4096ULL
#define PAGE_BITS     12
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct test {
	const char *name;
	void (*run)(void);
};

/* One source file's tests. */
struct suite {
	const struct test *tests;
	size_t count;
};

#define SUITE(tests)                       \
	{                                  \
		(tests), ARRAY_SIZE(tests) \
	}

extern const struct suite untyped_suite, cnode_suite, frame_suite, table_suite, thread_suite;
extern const struct suite call_suite, chain_suite, notification_suite, time_suite, irq_suite,
	firmware_suite;
extern const struct suite fault_suite, register_suite, syscall_suite;
extern const struct suite exit_suite, access_suite, reply_suite, interrupt_suite, event_suite,
	vcpu_suite, window_suite, stage2_suite, device_suite, timer_suite, passed_suite, save_suite;
extern const struct suite deadline_suite, turn_suite;
/* Of hostile servers. */
extern const struct suite page_suite, answer_suite, change_suite, state_suite, server_suite,
	driver_suite, number_suite, leak_suite, walk_suite;
extern const struct suite share_suite, stretch_suite, crowd_suite, huge_suite;

/* suites.c: what server_main() does. */
void suites_run(const struct suite *const suites[], size_t suite_count);

/* report.c */

/* Prints one line on the console; a newline is added. */
void report_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Nothing is printed any more, or all is again. */
void report_quiet(bool is_quiet);

/* Ends the test that runs as failed, with what was wrong and where. */
_Noreturn void test_fail(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

_Noreturn void status_fail(enum status got, enum status expected, const char *what,
			   const char *file, int line);

/* Inline, so that the compiler sees that what a call gives is used only after it succeeded. */
static inline void expect_status(enum status got, enum status expected, const char *what,
				 const char *file, int line)
{
	if (got != expected)
		status_fail(got, expected, what, file, line);
}

void expect_equal(uint64_t got, uint64_t expected, const char *what, const char *file, int line);
void expect_refused(enum status got, const char *what, const char *file, int line);
void expect_true(bool condition, const char *what, const char *file, int line);

/* A status is exactly this one. */
#define EXPECT_STATUS(call, status) expect_status((call), (status), #call, __FILE__, __LINE__)
#define EXPECT_OK(call)             EXPECT_STATUS(call, OK)
/* A status is an error, the interface leaves open which. */
#define EXPECT_REFUSED(call)        expect_refused((call), #call, __FILE__, __LINE__)
#define EXPECT_EQUAL(got, expected) expect_equal((got), (expected), #got, __FILE__, __LINE__)
#define EXPECT(condition)           expect_true((condition), #condition, __FILE__, __LINE__)

/* The cause of a fault or an exception, as the architecture's register has it: the value under the mask. */
struct cause {
	uint64_t mask;
	uint64_t value;
};

/* arch/<a>/run.S */

/* Runs a test; false if test_abort() ended it. A test can run others. */
bool test_run(void (*run)(void));
_Noreturn void test_abort(void);

/* objects.c */

/* The Untyped that tests make their objects from. */
#define ARENA      (ROOT_SLOT_FREE + 128) /* below are slots for hostile threads: random.h */
#define ARENA_BITS 23
/* A notification that nobody signals: to sleep at. It outlives the tests. */
#define NOBODY (ARENA + 1)

/* Makes the arena and finds the pages of this program. Before the first test; false if it cannot be. */
bool objects_open(void);

/* Ends all that the last test made. */
void objects_clear(void);

/* An empty slot (`count` consecutive ones) of the task's own CNode, for this test. */
cap_t slot_new(void);
cap_t slots_new(uint32_t count);

/* A new object from the arena, with all rights. */
cap_t object_new(enum object_type type, uint32_t size_bits);

/* A copy with these rights and badge. */
cap_t mint_new(cap_t source, uint32_t rights, uint64_t badge);

/* A SchedContext of this share, in microseconds; bound if `context` is not 0. */
cap_t time_new(cap_t context, uint64_t budget, uint64_t period);

/* Ticks of the counter that it has used. */
uint64_t time_consumed(cap_t time);

static inline uint64_t ticks(uint64_t microseconds)
{
	return microseconds * counter_frequency() / 1000000;
}

static inline void busy(uint64_t microseconds)
{
	uint64_t end = counter_after_us(microseconds);

	while (counter_read() < end)
		continue;
}

/* Virtual address in the task's space for mapping page `n` of its own, n below SCRATCH_PAGES. */
#define SCRATCH_PAGES 256
static inline uint64_t scratch_address(uint32_t n)
{
	return ROOT_SCRATCH + n * PAGE_SIZE;
}

/* Maps a 4 KiB frame readable and writable in the task's space at scratch page `n`. */
void *scratch_map(cap_t frame, uint32_t n);

/* Maps all pages of this program, with the rights that they have here. */
void program_map(cap_t space);

/* The Frame of the page of this program that holds `address`. */
cap_t program_frame(const void *address);

/* Physical address of the page of this program that holds `address`. */
uint64_t program_physical(const void *address);

/*
 * narrow.c: of each type but Endpoint an invocation whose first word has 32 bits. With a wider one it is ERR_ARGUMENT for a capability of
 * this type, and does nothing.
 */
extern const uint64_t narrow_invocations[OBJECT_TYPES];

/* process.c */

/*
 * A second process: this program's own pages in an address space of its own, so its variables are
 * shared with the task, and a CNode of PROCESS_SLOTS slots. Stacks are private.
 */
#define PROCESS_SLOT_BITS 4
#define PROCESS_STACK     0x800000ULL
/* Free addresses behind the stacks, with their translation table. */
#define PROCESS_SPARE 0x900000ULL

struct process {
	cap_t space;
	cap_t cnode;
	/* Faults of its threads; badge of the next thread's fault capability. */
	cap_t fault_endpoint;
	uint32_t threads;
};

/* What a thread of a process is given. */
struct worker {
	cap_t thread;
	/* 0 for a thread without time of its own. */
	cap_t time;
};

typedef void worker_entry(uint64_t argument0, uint64_t argument1);

/* Below the task's own priority, so that workers run only while the task waits. */
#define PRIORITY_LOW    20
#define PRIORITY_MIDDLE 100
#define PRIORITY_HIGH   150

void process_new(struct process *process);

/* Puts a copy of `source` into slot `slot` of the process's CNode. */
void process_give(const struct process *process, uint32_t slot, cap_t source, uint32_t rights,
		  uint64_t badge);

/*
 * A thread with its own stack and a whole core's time, ready to be resumed at `entry`. Its faults come to
 * process->fault_endpoint with the badge 0x100 + the number of the thread.
 */
struct worker worker_new(struct process *process, worker_entry *entry, uint64_t argument0,
			 uint64_t argument1, uint32_t priority);

/* The same without time of its own. */
struct worker worker_new_passive(struct process *process, worker_entry *entry, uint64_t argument0,
				 uint64_t argument1, uint32_t priority);

/*
 * A server without time of its own, which waits at `endpoint` and begins at `entry` with the first
 * message in its registers.
 */
typedef void served_entry(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1);
struct worker worker_new_served(struct process *process, served_entry *entry, cap_t endpoint,
				uint32_t priority);

/* Lets the others run for so many microseconds. */
void task_sleep(uint64_t microseconds);

/* Waits up to a second until *word is `value`. */
void wait_for_word(const volatile uint64_t *word, uint64_t value, const char *file, int line);
#define WAIT_FOR(word, value) wait_for_word(&(word), (value), __FILE__, __LINE__)

/* uart.c */

/* A frame of the machine's UART, its registers in the task's space, and a handler of its interrupt. */
cap_t uart_frame(void);
uart_register *uart_map(cap_t frame);
cap_t uart_irq(uint32_t edge);

/* A deadline far enough for whatever should happen soon. */
static inline uint64_t soon(void)
{
	return counter_after_us(1000000);
}
