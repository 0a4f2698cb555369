/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers without time of their own: they run on their callers', in chains of bounded depth. */
#include "test.h"

#define BUSY_US 3000

/*
 * Server k of a chain waits at the endpoint in slot k of its CNode. Word 0 of a message is k, word 1 the last
 * server of the chain, which answers at once; the others call the next first.
 */
static volatile uint64_t finished, known, status_seen, served_label, served_words[2];
static volatile bool busy_servers;

static void chain_server(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1)
{
	struct message m = { .label = label, .word = { word0, word1 } };
	cap_t own = (cap_t)word0;

	while (status == OK) {
		uint64_t last = m.word[1];

		if (busy_servers)
			busy(BUSY_US);
		if (own < last) {
			m.word[0] = own + 1;
			status = message_call(own + 1, &m);
			if (status != OK)
				m.label = status;
		}
		status = message_reply_recv(own, &m, DEADLINE_NEVER);
	}
}

/* Calls the server in slot 1 with a chain up to `last`; the answer's label tells what the last call came to. */
static void chain_client(uint64_t last, uint64_t rounds)
{
	struct message m;

	for (uint64_t i = 0; i < rounds; i++) {
		m = (struct message){ .label = OK, .word = { 1, last } };
		status_seen = message_call(1, &m);
		if (status_seen == OK)
			status_seen = m.label;
		finished++;
	}
	for (;;)
		thread_yield();
}

/* A process with `servers` passive servers and a client that calls through `last` of them. */
static struct worker chain_new(struct process *process, uint32_t servers, uint64_t last,
			       uint64_t rounds)
{
	struct worker worker;

	finished = 0;
	status_seen = 0xff;
	process_new(process);
	for (uint32_t k = 1; k <= servers; k++) {
		cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);

		process_give(process, k, endpoint, RIGHTS_ALL, 0);
		worker_new_served(process, chain_server, endpoint, PRIORITY_MIDDLE);
	}
	worker = worker_new(process, chain_client, last, rounds, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	return worker;
}

static void note_first(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1)
{
	status_seen = status;
	served_label = label;
	served_words[0] = word0;
	served_words[1] = word1;
	finished = 1;
	for (;;)
		thread_yield();
}

static void call_once(uint64_t word0, uint64_t word1)
{
	struct message m = { .label = 0xabc, .word = { word0, word1 } };

	message_call(1, &m);
	for (;;)
		thread_yield();
}

static void starts_with_the_first_message(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;
	struct worker client;

	finished = 0;
	process_new(&process);
	process_give(&process, 1, endpoint, RIGHT_WRITE, 0);
	worker_new_served(&process, note_first, endpoint, PRIORITY_LOW);
	client = worker_new(&process, call_once, 11, 12, PRIORITY_LOW);
	task_sleep(1000);
	EXPECT_EQUAL(finished, 0);
	EXPECT_OK(thread_resume(client.thread));
	WAIT_FOR(finished, 1);
	EXPECT_EQUAL(status_seen, OK);
	EXPECT_EQUAL(served_label, 0xabc);
	EXPECT_EQUAL(served_words[0], 11);
	EXPECT_EQUAL(served_words[1], 12);
}

static void runs_on_the_callers_time(void)
{
	struct process process;
	struct worker client;

	busy_servers = true;
	client = chain_new(&process, 1, 1, 4);
	WAIT_FOR(finished, 4);
	busy_servers = false;
	EXPECT_EQUAL(status_seen, OK);
	EXPECT(time_consumed(client.time) >= ticks(4 * BUSY_US));
}

static void a_caller_without_budget_waits(void)
{
	struct process process;
	struct worker client;
	uint64_t start = counter_read();

	busy_servers = true;
	client = chain_new(&process, 1, 1, 4);
	/* Of a tenth of the core no more than that is used, and it is enough. */
	EXPECT_OK(sched_context_configure(client.time, ticks(1000), ticks(10000)));
	WAIT_FOR(finished, 4);
	busy_servers = false;
	EXPECT_EQUAL(status_seen, OK);
	EXPECT(time_consumed(client.time) <= (counter_read() - start) / 10 + ticks(1000));
}

static void deepest(void)
{
	struct process process;

	chain_new(&process, CALL_DEPTH_MAX, CALL_DEPTH_MAX, 3);
	WAIT_FOR(finished, 3);
	EXPECT_EQUAL(status_seen, OK);
}

static void too_deep(void)
{
	struct process process;

	chain_new(&process, CALL_DEPTH_MAX + 1, CALL_DEPTH_MAX + 1, 3);
	WAIT_FOR(finished, 3);
	EXPECT_EQUAL(status_seen, ERR_DEPTH);
}

/* Server 2 of the chain calls the endpoint in slot 3, which is server 1's. */
static void cycle(void)
{
	cap_t first = object_new(OBJECT_ENDPOINT, 0);
	cap_t second = object_new(OBJECT_ENDPOINT, 0);
	struct process process;
	struct worker client;

	finished = 0;
	status_seen = 0xff;
	process_new(&process);
	process_give(&process, 1, first, RIGHTS_ALL, 0);
	process_give(&process, 2, second, RIGHTS_ALL, 0);
	process_give(&process, 3, first, RIGHTS_ALL, 0);
	worker_new_served(&process, chain_server, first, PRIORITY_MIDDLE);
	worker_new_served(&process, chain_server, second, PRIORITY_MIDDLE);
	client = worker_new(&process, chain_client, 3, 1, PRIORITY_LOW);
	EXPECT_OK(thread_resume(client.thread));
	WAIT_FOR(finished, 1);
	EXPECT_EQUAL(status_seen, ERR_DEPTH);
}

/* Each has received at its own endpoint, and calls the other, which has not taken that. The second call is refused. */
static void call_the_other(uint64_t own, uint64_t other)
{
	struct message m;

	message_recv((cap_t)own, &m, counter_read());
	known++;
	while (known < 2)
		thread_yield();
	m = (struct message){ .label = 1 };
	if (message_call((cap_t)other, &m) == ERR_DEPTH) {
		status_seen = message_recv((cap_t)own, &m, DEADLINE_NEVER);
		m.label = 2;
		message_reply_recv((cap_t)own, &m, DEADLINE_NEVER);
	}
	served_label = m.label;
	finished = 1;
	for (;;)
		thread_yield();
}

static void cycle_of_callers(void)
{
	struct process process;

	finished = 0;
	known = 0;
	status_seen = 0xff;
	served_label = 0;
	process_new(&process);
	for (uint32_t i = 1; i <= 2; i++) {
		struct worker worker;

		process_give(&process, i, object_new(OBJECT_ENDPOINT, 0), RIGHTS_ALL, 0);
		worker = worker_new(&process, call_the_other, i, 3 - i, PRIORITY_LOW);
		EXPECT_OK(thread_resume(worker.thread));
	}
	WAIT_FOR(finished, 1);
	EXPECT_EQUAL(status_seen, OK);
	EXPECT_EQUAL(served_label, 2);
}

/* The server in the middle ends while the last one works on the client's time. */
static void middle_suspended(void)
{
	cap_t first = object_new(OBJECT_ENDPOINT, 0);
	cap_t second = object_new(OBJECT_ENDPOINT, 0);
	struct process process;
	struct worker middle, client;

	finished = 0;
	status_seen = 0xff;
	busy_servers = true;
	process_new(&process);
	process_give(&process, 1, first, RIGHTS_ALL, 0);
	process_give(&process, 2, second, RIGHTS_ALL, 0);
	middle = worker_new_served(&process, chain_server, first, PRIORITY_MIDDLE);
	worker_new_served(&process, chain_server, second, PRIORITY_MIDDLE);
	client = worker_new(&process, chain_client, 2, 1, PRIORITY_LOW);
	EXPECT_OK(thread_resume(client.thread));
	/* In the second's turn of BUSY_US. */
	task_sleep(BUSY_US + BUSY_US / 2);
	EXPECT_EQUAL(finished, 0);
	EXPECT_OK(thread_suspend(middle.thread));
	WAIT_FOR(finished, 1);
	busy_servers = false;
	EXPECT_EQUAL(status_seen, ERR_ABORTED);
}

static const struct test tests[] = {
	{ "chain: a server starts with its first message", starts_with_the_first_message },
	{ "chain: a server without time runs on its caller's", runs_on_the_callers_time },
	{ "chain: with the lent budget spent the server waits", a_caller_without_budget_waits },
	{ "chain: as deep as it may be", deepest },
	{ "chain: one call too deep is refused", too_deep },
	{ "chain: a cycle is refused", cycle },
	{ "chain: a cycle of calls that nobody has taken is refused", cycle_of_callers },
	{ "chain: the server in the middle is suspended", middle_suspended },
};

const struct suite chain_suite = SUITE(tests);
