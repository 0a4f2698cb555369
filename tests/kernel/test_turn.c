/* SPDX-License-Identifier: BSD-2-Clause */
/* Who runs of several that could: priorities up to the ends of their range, and turns. Workers write down when they run. */
#include "test.h"

#define SLOT_WAIT 1
#define RECORDS   64
#define WORKERS   3
/* The root server's own. */
#define PRIORITY_TASK 250
#define PRIORITY_TOP  (PRIORITIES - 1)
#define LATE_US       50

static volatile struct {
	uint64_t who, when;
} records[RECORDS];
static volatile uint64_t count, owner;

static void record(uint64_t who)
{
	if (count < RECORDS) {
		records[count].who = who;
		records[count].when = counter_read();
	}
	count++;
}

static _Noreturn void wait_for_ever(void)
{
	uint64_t bits;

	for (;;)
		notification_wait(SLOT_WAIT, DEADLINE_NEVER, &bits);
}

/* Waits up to a time, works for a while, and writes both ends of that down. */
static void burst(uint64_t who, uint64_t deadline)
{
	uint64_t bits;

	notification_wait(SLOT_WAIT, deadline, &bits);
	record(who);
	busy(1000);
	record(who);
	wait_for_ever();
}

static void start(struct process *process)
{
	count = 0;
	owner = 0;
	process_new(process);
	process_give(process, SLOT_WAIT, object_new(OBJECT_NOTIFICATION, 0), RIGHT_READ, 0);
}

static struct worker started(struct process *process, worker_entry *entry, uint64_t who,
			     uint64_t argument, uint32_t priority)
{
	struct worker worker = worker_new(process, entry, who, argument, priority);

	EXPECT_OK(thread_resume(worker.thread));
	return worker;
}

/* Ready at one time, the less urgent first: the more urgent runs, and then the other. */
static void the_more_urgent(void)
{
	static const uint32_t order[] = { PRIORITY_TOP, PRIORITY_TOP - 1, 1, 0 };
	uint64_t deadline = counter_after_us(100000);
	struct process process;

	start(&process);
	for (unsigned int i = ARRAY_SIZE(order); i > 0; i--)
		started(&process, burst, order[i - 1], deadline, order[i - 1]);
	task_sleep(120000);
	EXPECT_EQUAL(count, 2 * ARRAY_SIZE(order));
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(order); i++)
		EXPECT_EQUAL(records[i].who, order[i / 2]);
	EXPECT(records[0].when >= deadline);
	EXPECT(records[0].when < deadline + ticks(LATE_US));
}

/* Ready while the less urgent runs: it is preempted, and goes on afterwards. */
static void preemption(void)
{
	static const uint32_t pairs[][2] = { { 0, 1 }, { PRIORITY_TOP - 1, PRIORITY_TOP } };

	for (unsigned int i = 0; i < ARRAY_SIZE(pairs); i++) {
		uint64_t begin = counter_after_us(100000);
		struct process process;

		start(&process);
		started(&process, burst, 0, begin, pairs[i][0]);
		started(&process, burst, 1, begin + ticks(500), pairs[i][1]);
		task_sleep(120000);
		EXPECT_EQUAL(count, 4);
		for (unsigned int j = 0; j < 4; j++)
			EXPECT_EQUAL(records[j].who, j == 1 || j == 2);
		EXPECT(records[1].when >= begin + ticks(500));
		EXPECT(records[1].when < begin + ticks(500 + LATE_US));
	}
}

/* Before the next instruction of who changed it: another's, and its own. */
static void a_change_at_once(void)
{
	struct process process;
	struct worker worker;
	uint64_t after_own;

	start(&process);
	worker = started(&process, burst, 1, 0, 0);
	EXPECT_EQUAL(count, 0);
	EXPECT_OK(thread_set_priority(worker.thread, PRIORITY_TOP));
	EXPECT_EQUAL(count, 2);
	started(&process, burst, 2, 0, 1);
	EXPECT_EQUAL(count, 2);
	EXPECT_OK(thread_set_priority(ROOT_SLOT_THREAD, 0));
	after_own = count;
	EXPECT_OK(thread_set_priority(ROOT_SLOT_THREAD, PRIORITY_TASK));
	EXPECT_EQUAL(after_own, 4);
}

/* Runs, and writes down each time that somebody else did in between. */
static void turning(uint64_t who, uint64_t unused)
{
	(void)unused;
	for (;;)
		if (owner != who) {
			owner = who;
			record(who);
		}
}

/* Turns are as long as the budgets. */
static void three_take_turns(void)
{
	struct process process;
	struct worker workers[WORKERS];

	start(&process);
	for (unsigned int i = 0; i < WORKERS; i++) {
		workers[i] = worker_new_passive(&process, turning, i + 1, 0, PRIORITY_LOW);
		time_new(workers[i].thread, 1000 * (i + 1), 1000 * (i + 1));
		EXPECT_OK(thread_resume(workers[i].thread));
	}
	task_sleep(40000);
	EXPECT(count > 18);
	for (unsigned int i = 0; i < 18; i++) {
		uint64_t length = records[i + 1].when - records[i].when;
		uint64_t turn = ticks(1000 * records[i].who);

		EXPECT_EQUAL(records[i].who, i % WORKERS + 1);
		EXPECT(length + ticks(LATE_US) >= turn);
		EXPECT(length <= turn + ticks(LATE_US));
	}
}

static void passing_on(uint64_t who, uint64_t unused)
{
	(void)unused;
	for (;;) {
		record(who);
		thread_yield();
	}
}

/* Long before their turns are over. */
static void yield_passes_the_turn(void)
{
	struct process process;

	start(&process);
	for (unsigned int i = 0; i < WORKERS; i++)
		started(&process, passing_on, i + 1, 0, PRIORITY_LOW);
	/* Less urgent: nobody passes a turn to it. */
	started(&process, passing_on, WORKERS + 1, 0, PRIORITY_LOW - 1);
	task_sleep(5000);
	EXPECT(count > RECORDS);
	for (unsigned int i = 0; i < RECORDS; i++)
		EXPECT_EQUAL(records[i].who, i % WORKERS + 1);
	EXPECT(records[RECORDS - 1].when - records[0].when < ticks(5000));
}

static const struct test tests[] = {
	{ "turn: the more urgent runs first, 255, 254, 1, 0", the_more_urgent },
	{ "turn: the more urgent preempts, 1 and 0, 255 and 254", preemption },
	{ "turn: a change of priority takes effect at once", a_change_at_once },
	{ "turn: three equals have turns as long as their budgets", three_take_turns },
	{ "turn: yield passes the turn on, in order", yield_passes_the_turn },
};

const struct suite turn_suite = SUITE(tests);
