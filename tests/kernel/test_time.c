/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling contexts: their limits, what they count, and that a share is a share. */
#include "test.h"

static volatile uint64_t count, other_count;

static void spin(uint64_t counter, uint64_t unused)
{
	volatile uint64_t *word = (volatile uint64_t *)(uintptr_t)counter;

	(void)unused;
	for (;;)
		(*word)++;
}

static void limits(void)
{
	cap_t time = object_new(OBJECT_SCHED_CONTEXT, 0);

	EXPECT_STATUS(sched_context_configure(time, 0, ticks(1000)), ERR_ARGUMENT);
	EXPECT_STATUS(sched_context_configure(time, ticks(9), ticks(1000)), ERR_ARGUMENT);
	EXPECT_STATUS(sched_context_configure(time, ticks(1001), ticks(1000)), ERR_ARGUMENT);
	EXPECT_STATUS(sched_context_configure(time, ticks(1000), (1ULL << 40) + 1), ERR_ARGUMENT);
	EXPECT_STATUS(sched_context_configure(time, ticks(1000), ~0ULL), ERR_ARGUMENT);
	EXPECT_STATUS(sched_context_configure(time, ~0ULL, ~0ULL), ERR_ARGUMENT);
	EXPECT_OK(sched_context_configure(time, ticks(10), 1ULL << 40));
	EXPECT_OK(sched_context_configure(time, ticks(10), ticks(10)));
	EXPECT_EQUAL(time_consumed(time), 0);
}

static void binding(void)
{
	cap_t thread = object_new(OBJECT_THREAD, 0);
	cap_t vcpu = object_new(OBJECT_VCPU, 0);
	cap_t time = time_new(0, 1000, 1000);
	cap_t other = time_new(0, 1000, 1000);

	EXPECT_STATUS(sched_context_unbind(time), ERR_STATE);
	EXPECT_STATUS(sched_context_bind(time, time), ERR_TYPE);
	EXPECT_STATUS(sched_context_bind(time, slot_new()), ERR_CAPABILITY);
	EXPECT_STATUS(sched_context_bind(time, mint_new(thread, RIGHT_READ, 0)), ERR_RIGHTS);
	EXPECT_OK(sched_context_bind(time, thread));
	EXPECT_STATUS(sched_context_bind(other, thread), ERR_OCCUPIED);
	EXPECT_STATUS(sched_context_bind(time, vcpu), ERR_OCCUPIED);
	EXPECT_OK(sched_context_unbind(time));
	EXPECT_OK(sched_context_bind(time, vcpu));
	EXPECT_OK(sched_context_bind(other, thread));
}

static void counts(void)
{
	struct process process;
	struct worker worker;
	uint64_t before;

	process_new(&process);
	worker = worker_new(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	EXPECT_EQUAL(time_consumed(worker.time), 0);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(20000);
	EXPECT(time_consumed(worker.time) >= ticks(18000));
	EXPECT(time_consumed(worker.time) <= ticks(22000));
	EXPECT_OK(thread_suspend(worker.thread));
	before = time_consumed(worker.time);
	task_sleep(5000);
	EXPECT_EQUAL(time_consumed(worker.time), before);
	/* The task's own time runs while it asks. */
	before = time_consumed(ROOT_SLOT_SCHED_CONTEXT);
	EXPECT(time_consumed(ROOT_SLOT_SCHED_CONTEXT) > before);
}

static void unbound_stops(void)
{
	struct process process;
	struct worker worker;
	uint64_t before;

	count = 0;
	process_new(&process);
	worker = worker_new(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	EXPECT_OK(sched_context_unbind(worker.time));
	before = count;
	EXPECT(before > 0);
	task_sleep(2000);
	EXPECT_EQUAL(count, before);
	EXPECT_OK(sched_context_bind(worker.time, worker.thread));
	task_sleep(1000);
	EXPECT(count > before);
	/* And so does the end of the SchedContext. */
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, worker.time));
	before = count;
	task_sleep(2000);
	EXPECT_EQUAL(count, before);
}

static void share(void)
{
	struct process process;
	struct worker worker;
	uint64_t used;

	process_new(&process);
	worker = worker_new_passive(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	worker.time = time_new(worker.thread, 2000, 10000);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(100000);
	used = time_consumed(worker.time);
	EXPECT(used >= ticks(18000));
	EXPECT(used <= ticks(22500));
}

static void shares_of_two(void)
{
	struct process process;
	struct worker a, b;

	process_new(&process);
	a = worker_new_passive(&process, spin, (uintptr_t)&count, 0, PRIORITY_LOW);
	b = worker_new_passive(&process, spin, (uintptr_t)&other_count, 0, PRIORITY_MIDDLE);
	a.time = time_new(a.thread, 6000, 10000);
	b.time = time_new(b.thread, 3000, 10000);
	EXPECT_OK(thread_resume(a.thread));
	EXPECT_OK(thread_resume(b.thread));
	task_sleep(100000);
	/* Who waits for the more urgent one comes to its share too. */
	EXPECT(time_consumed(b.time) >= ticks(29700));
	EXPECT(time_consumed(b.time) <= ticks(30300));
	EXPECT(time_consumed(a.time) >= ticks(59400));
	EXPECT(time_consumed(a.time) <= ticks(60600));
}

/* Runs in short bursts: what it uses comes back a period later, never earlier. */
static void bursts(uint64_t slot, uint64_t unused)
{
	uint64_t bits;

	(void)unused;
	for (;;) {
		uint64_t end = counter_after_us(300);

		while (counter_read() < end)
			count++;
		notification_wait((cap_t)slot, counter_after_us(100), &bits);
	}
}

static void share_in_bursts(void)
{
	struct process process;
	struct worker worker;

	process_new(&process);
	process_give(&process, 1, object_new(OBJECT_NOTIFICATION, 0), RIGHT_READ, 0);
	worker = worker_new_passive(&process, bursts, 1, 0, PRIORITY_LOW);
	worker.time = time_new(worker.thread, 2000, 10000);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(100000);
	EXPECT(time_consumed(worker.time) >= ticks(10000));
	EXPECT(time_consumed(worker.time) <= ticks(22500));
}

static const struct test tests[] = {
	{ "time: limits of budget and period", limits },
	{ "time: bind and unbind", binding },
	{ "time: what is consumed is counted", counts },
	{ "time: without it a thread stops", unbound_stops },
	{ "time: a share is kept", share },
	{ "time: two shares are kept", shares_of_two },
	{ "time: a share in bursts is not exceeded", share_in_bursts },
};

const struct suite time_suite = SUITE(tests);
