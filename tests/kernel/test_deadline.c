/* SPDX-License-Identifier: BSD-2-Clause */
/* Deadlines: each system call that waits comes back when its deadline passes, whatever its partner does or lacks. */
#include "test.h"

#define SLOT_ENDPOINT 1
#define WAIT_US       3000
/* What a wake-up and the switches to who waited may take. */
#define LATE_US 50

static volatile uint64_t ready, finished, status_seen, woken_at;

#define EXPECT_AT(time, deadline)                             \
	do {                                                  \
		EXPECT((time) >= (deadline));                 \
		EXPECT((time) < (deadline) + ticks(LATE_US)); \
	} while (0)

/* Takes one call after `before`, does not answer it, and works for ever. */
static void silent(uint64_t before, uint64_t unused)
{
	struct message m;

	(void)unused;
	busy(before);
	message_recv(SLOT_ENDPOINT, &m, DEADLINE_NEVER);
	ready = m.label;
	for (;;)
		continue;
}

static struct worker silent_new(struct process *process, cap_t endpoint, uint64_t before,
				uint64_t budget, uint64_t period)
{
	struct worker worker;

	ready = 0;
	process_new(process);
	process_give(process, SLOT_ENDPOINT, endpoint, RIGHTS_ALL, 0);
	worker = worker_new_passive(process, silent, before, 0, PRIORITY_LOW);
	worker.time = time_new(worker.thread, budget, period);
	EXPECT_OK(thread_resume(worker.thread));
	return worker;
}

static void call_in_vain(cap_t endpoint)
{
	struct message m = { .label = 1 };
	uint64_t deadline = counter_after_us(WAIT_US);

	EXPECT_STATUS(message_call_until(endpoint, &m, deadline), ERR_DEADLINE);
	EXPECT_AT(counter_read(), deadline);
}

static void call_nobody_there(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct message m;

	call_in_vain(endpoint);
	EXPECT_STATUS(message_recv(endpoint, &m, 0), ERR_DEADLINE);
}

static void call_never_taken(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;

	silent_new(&process, endpoint, 10000000, 10000, 10000);
	call_in_vain(endpoint);
	EXPECT_EQUAL(ready, 0);
}

static void call_never_answered(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;

	silent_new(&process, endpoint, 0, 10000, 10000);
	call_in_vain(endpoint);
	EXPECT_EQUAL(ready, 1);
}

/* The server's own budget ends before it takes the call, or when it has taken it. */
static void call_out_of_budget(void)
{
	for (uint64_t before = 0; before <= 2000; before += 2000) {
		cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
		struct process process;
		struct worker worker = silent_new(&process, endpoint, before, 1000, 1000000);

		call_in_vain(endpoint);
		EXPECT_EQUAL(ready, before == 0);
		EXPECT(time_consumed(worker.time) >= ticks(1000));
		EXPECT(time_consumed(worker.time) < ticks(1000 + LATE_US));
	}
}

static void caller(uint64_t wait, uint64_t unused)
{
	struct message m = { .label = 1 };
	uint64_t deadline = counter_after_us(wait);

	(void)unused;
	status_seen = message_call_until(SLOT_ENDPOINT, &m, deadline);
	woken_at = counter_read();
	ready = deadline;
	finished++;
	for (;;)
		thread_yield();
}

static void slow_server(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1)
{
	struct message m = { .label = label, .word = { word0, word1 } };

	if (status == OK)
		busy(30000);
	message_reply_recv(SLOT_ENDPOINT, &m, DEADLINE_NEVER);
	for (;;)
		thread_yield();
}

/*
 * On lent time: the deadline is no end of what the server does on it. The client's wait is over then, and it runs when
 * the budget that both have is there again and the server has given it back.
 */
static void call_lent_budget_ends(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	uint64_t start = counter_read();
	struct process process;
	struct worker client;

	finished = 0;
	process_new(&process);
	process_give(&process, SLOT_ENDPOINT, endpoint, RIGHTS_ALL, 0);
	worker_new_served(&process, slow_server, endpoint, PRIORITY_MIDDLE);
	client = worker_new_passive(&process, caller, WAIT_US, 0, PRIORITY_LOW);
	client.time = time_new(client.thread, 2000, 20000);
	EXPECT_OK(thread_resume(client.thread));
	task_sleep(25000);
	EXPECT_EQUAL(finished, 0);
	EXPECT(time_consumed(client.time) < ticks(4000 + LATE_US));
	WAIT_FOR(finished, 1);
	EXPECT_EQUAL(status_seen, ERR_DEADLINE);
	EXPECT(woken_at >= start + ticks(40000));
	EXPECT(woken_at < start + ticks(41000));
}

static void receive(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	uint64_t deadline = counter_after_us(WAIT_US);
	struct message m;

	EXPECT_STATUS(message_recv(endpoint, &m, deadline), ERR_DEADLINE);
	EXPECT_AT(counter_read(), deadline);
}

static void reply_and_receive(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;
	struct worker client;
	struct message m;
	uint64_t deadline;

	finished = 0;
	process_new(&process);
	process_give(&process, SLOT_ENDPOINT, endpoint, RIGHTS_ALL, 0);
	client = worker_new(&process, caller, WAIT_US, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(client.thread));
	EXPECT_OK(message_recv(endpoint, &m, soon()));
	deadline = counter_after_us(2 * WAIT_US);
	EXPECT_STATUS(message_reply_recv(endpoint, &m, deadline), ERR_DEADLINE);
	EXPECT_AT(counter_read(), deadline);
	/* Its call was answered, long before the deadline of either. */
	EXPECT_EQUAL(finished, 1);
	EXPECT_EQUAL(status_seen, OK);
	EXPECT(woken_at < ready);
}

static void wait_for_signals(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t deadline = counter_after_us(WAIT_US);
	uint64_t bits;

	EXPECT_STATUS(notification_wait(notification, deadline, &bits), ERR_DEADLINE);
	EXPECT_AT(counter_read(), deadline);
}

static const struct test tests[] = {
	{ "deadline: of a call, nobody is there", call_nobody_there },
	{ "deadline: of a call, the server never takes it", call_never_taken },
	{ "deadline: of a call, the server never answers", call_never_answered },
	{ "deadline: of a call, the server's budget ends", call_out_of_budget },
	{ "deadline: of a call, the lent budget ends in the server", call_lent_budget_ends },
	{ "deadline: of receive", receive },
	{ "deadline: of reply and receive", reply_and_receive },
	{ "deadline: of wait", wait_for_signals },
};

const struct suite deadline_suite = SUITE(tests);
