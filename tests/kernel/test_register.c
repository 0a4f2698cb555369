/* SPDX-License-Identifier: BSD-2-Clause */
/* That a thread keeps its registers, general and floating-point, over preemption, and how they are read. */
#include "held.h"
#include "test.h"

#define REGISTER_PC    (offsetof(struct registers, pc) / sizeof(uint64_t))
#define LOOPS          3000000ULL
#define LOOPS_ENDLESS  (1ULL << 60)
#define REGISTER_WORDS (sizeof(struct registers) / sizeof(uint64_t))

extern const char registers_hold_loop[];

static struct held values[2], stored[2];
static volatile uint64_t finished[2];

static void hold(uint64_t which, uint64_t loops)
{
	registers_hold(&values[which], &stored[which], loops);
	finished[which] = 1;
	for (;;)
		thread_yield();
}

static void fill(unsigned int which)
{
	uint64_t *words = (uint64_t *)&values[which];

	finished[which] = 0;
	for (size_t i = 0; i < sizeof(values[which]) / sizeof(*words); i++)
		words[i] = (which + 1) * 0x1111111100000000 + i * 0x10001;
}

static void kept_over_preemption(void)
{
	struct process first, second;
	struct process *const processes[] = { &first, &second };

	for (unsigned int i = 0; i < 2; i++) {
		struct worker worker;

		fill(i);
		process_new(processes[i]);
		worker = worker_new_passive(processes[i], hold, i, LOOPS, PRIORITY_LOW);
		time_new(worker.thread, 500, 500);
		EXPECT_OK(thread_resume(worker.thread));
	}
	WAIT_FOR(finished[0], 1);
	WAIT_FOR(finished[1], 1);
	for (unsigned int i = 0; i < 2; i++) {
		for (unsigned int n = 0; n < HELD_WORDS; n++)
			if (held_keeps(n))
				EXPECT_EQUAL(held_word(&stored[i], n), held_word(&values[i], n));
	}
}

static void read_all(cap_t thread, uint64_t words[REGISTER_WORDS])
{
	for (uint32_t i = 0; i < REGISTER_WORDS; i += 6)
		EXPECT_OK(thread_read_registers(thread, i, &words[i], &words[i + 1], &words[i + 2],
						&words[i + 3], &words[i + 4], &words[i + 5]));
}

static void read_when_suspended(void)
{
	union {
		uint64_t words[REGISTER_WORDS];
		struct registers named;
	} r;
	struct process process;
	struct worker worker;
	uint64_t loop = (uintptr_t)registers_hold_loop;

	fill(0);
	process_new(&process);
	worker = worker_new(&process, hold, 0, LOOPS_ENDLESS, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT_OK(thread_suspend(worker.thread));
	read_all(worker.thread, r.words);
	EXPECT(r.named.x[HELD_COUNTER] < LOOPS_ENDLESS);
	for (unsigned int n = 0; n < ARRAY_SIZE(r.named.x); n++)
		if (held_keeps(n))
			EXPECT_EQUAL(r.named.x[n], values[0].x[n]);
	EXPECT(r.named.pc >= loop && r.named.pc <= loop + 4);
	EXPECT(r.words[REGISTER_STACK] > PROCESS_STACK && r.words[REGISTER_STACK] < PROCESS_SPARE);
	EXPECT(registers_are_users(&r.named));
	EXPECT(held_by(&values[0], &r.named));
}

/* Of a thread that was started but did not run, register `n` of the list. */
static uint64_t fresh_register(unsigned int n)
{
	switch (n) {
	case REGISTER_ARGUMENT:
		return 3;
	case REGISTER_ARGUMENT + 1:
		return 4;
	case REGISTER_STACK:
		return 0x2000;
	case REGISTER_PC:
		return 0x1000;
	default:
		return 0;
	}
}

static void fresh(void)
{
	uint64_t words[REGISTER_WORDS];
	cap_t thread = object_new(OBJECT_THREAD, 0);

	EXPECT_OK(thread_start_at(thread, 0x1000, 0x2000, 3, 4));
	read_all(thread, words);
	EXPECT(registers_are_users((const struct registers *)words));
	for (unsigned int n = 0; n < REGISTER_WORDS; n++)
		if (n != REGISTER_PC + 1)
			EXPECT_EQUAL(words[n], fresh_register(n));
}

static const struct test tests[] = {
	{ "registers: kept over preemption, also floating point", kept_over_preemption },
	{ "registers: read of a suspended thread", read_when_suspended },
	{ "registers: of a thread that never ran", fresh },
};

const struct suite register_suite = SUITE(tests);
