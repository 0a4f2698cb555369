/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages between a client and a server: call, reply, receive, send, deadlines, and ends. */
#include "test.h"

/* What workers find in their CNode. */
#define SLOT_ENDPOINT 1

static volatile uint64_t step, status_seen;
static struct message got;

/* Calls until it is told `label` 0; each time with words that count up. */
static void client(uint64_t slot, uint64_t deadline)
{
	struct message m = { .label = 0x77, .word = { 1, 2, 3, 4, 5, 6 } };

	do {
		status_seen = message_call_until((cap_t)slot, &m, deadline);
		got = m;
		step++;
	} while (status_seen == OK && m.label != 0);
	for (;;)
		thread_yield();
}

/* Answers each message with its words plus one and the badge in word 5. */
static void server(uint64_t slot, uint64_t unused)
{
	struct message m;
	enum status status = message_recv((cap_t)slot, &m, DEADLINE_NEVER);

	(void)unused;
	while (status == OK) {
		for (unsigned int i = 0; i < 5; i++)
			m.word[i]++;
		m.word[5] = m.badge;
		status = message_reply_recv((cap_t)slot, &m, DEADLINE_NEVER);
	}
	status_seen = status;
	for (;;)
		thread_yield();
}

static struct worker start_client(struct process *process, cap_t endpoint, uint64_t badge,
				  uint64_t deadline)
{
	struct worker worker;

	step = 0;
	status_seen = 0xff;
	process_new(process);
	process_give(process, SLOT_ENDPOINT, endpoint, RIGHT_WRITE, badge);
	worker = worker_new(process, client, SLOT_ENDPOINT, deadline, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	return worker;
}

static void call_and_reply(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;
	struct message m;

	start_client(&process, endpoint, 0x123456789a, DEADLINE_NEVER);
	EXPECT_OK(message_recv(endpoint, &m, soon()));
	EXPECT_EQUAL(m.label, 0x77);
	EXPECT_EQUAL(m.badge, 0x123456789a);
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		EXPECT_EQUAL(m.word[i], i + 1);
	m = (struct message){ .label = 0x99, .word = { 10, 20, 30, 40, 50, 60 } };
	/* It calls again at once, with what it was answered. */
	EXPECT_OK(message_reply_recv(endpoint, &m, soon()));
	EXPECT_EQUAL(step, 1);
	EXPECT_EQUAL(status_seen, OK);
	EXPECT_EQUAL(m.label, 0x99);
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		EXPECT_EQUAL(m.word[i], 10 * (i + 1));
	m.label = 0;
	EXPECT_STATUS(message_reply_recv(endpoint, &m, counter_after_us(1000)), ERR_DEADLINE);
	EXPECT_EQUAL(step, 2);
}

static void call_a_server(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t badged = mint_new(endpoint, RIGHT_WRITE, 0xbad9e);
	struct process process;
	struct worker worker;

	process_new(&process);
	process_give(&process, SLOT_ENDPOINT, endpoint, RIGHT_READ, 0);
	worker = worker_new(&process, server, SLOT_ENDPOINT, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	for (uint64_t round = 0; round < 100; round++) {
		struct message m = { .label = round, .word = { round, 2, 3, 4, 5, 6 } };

		EXPECT_OK(message_call_until(badged, &m, soon()));
		EXPECT_EQUAL(m.label, round);
		EXPECT_EQUAL(m.word[0], round + 1);
		EXPECT_EQUAL(m.word[4], 6);
		EXPECT_EQUAL(m.word[5], 0xbad9e);
	}
}

static void receive_deadline(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	uint64_t deadline = counter_after_us(2000);
	struct message m;

	EXPECT_STATUS(message_recv(endpoint, &m, deadline), ERR_DEADLINE);
	EXPECT(counter_read() >= deadline);
	EXPECT(counter_read() < deadline + ticks(50000));
	/* One that has passed only looks whether there is something. */
	EXPECT_STATUS(message_recv(endpoint, &m, 0), ERR_DEADLINE);
	EXPECT_STATUS(message_reply_recv(endpoint, &m, deadline), ERR_DEADLINE);
}

static void call_deadline(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct message m = { .label = 1 };
	uint64_t deadline = counter_after_us(2000);

	/* Nobody takes it. */
	EXPECT_STATUS(message_call_until(endpoint, &m, deadline), ERR_DEADLINE);
	EXPECT(counter_read() >= deadline);
	/* It is not in the queue any more. */
	EXPECT_STATUS(message_recv(endpoint, &m, 0), ERR_DEADLINE);
}

static void call_deadline_taken(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;
	struct message m;

	start_client(&process, endpoint, 1, counter_after_us(5000));
	EXPECT_OK(message_recv(endpoint, &m, soon()));
	WAIT_FOR(step, 1);
	EXPECT_EQUAL(status_seen, ERR_DEADLINE);
	/* The answer comes too late: it goes nowhere. */
	m.label = 0;
	EXPECT_STATUS(message_reply_recv(endpoint, &m, counter_after_us(1000)), ERR_DEADLINE);
	EXPECT_EQUAL(step, 1);
}

static void unanswered(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;
	struct message m;

	start_client(&process, endpoint, 1, DEADLINE_NEVER);
	EXPECT_OK(message_recv(endpoint, &m, soon()));
	EXPECT_STATUS(message_recv(endpoint, &m, counter_after_us(1000)), ERR_DEADLINE);
	EXPECT_EQUAL(step, 1);
	EXPECT_EQUAL(status_seen, ERR_ABORTED);
}

static void order_of_callers(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;
	struct message m;

	process_new(&process);
	for (uint32_t i = 0; i < 4; i++) {
		struct worker worker;

		process_give(&process, SLOT_ENDPOINT + i, endpoint, RIGHT_WRITE, i + 1);
		worker = worker_new(&process, client, SLOT_ENDPOINT + i, DEADLINE_NEVER,
				    PRIORITY_LOW);
		EXPECT_OK(thread_resume(worker.thread));
		task_sleep(1000);
	}
	for (uint32_t i = 0; i < 4; i++) {
		EXPECT_OK(message_recv(endpoint, &m, 0));
		EXPECT_EQUAL(m.badge, i + 1);
	}
}

static void send_needs_a_waiting_server(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct message m = { .label = 0x55, .word = { 7 } };

	EXPECT_STATUS(message_send(endpoint, &m), ERR_STATE);
}

static void sender(uint64_t slot, uint64_t unused)
{
	struct message m = { .label = 0x55, .word = { 7, 0, 0, 0, 0, 9 } };

	(void)unused;
	status_seen = message_send((cap_t)slot, &m);
	step = 1;
	for (;;)
		thread_yield();
}

static void send_to_a_waiting_server(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;
	struct worker worker;
	struct message m;

	step = 0;
	process_new(&process);
	process_give(&process, SLOT_ENDPOINT, endpoint, RIGHT_WRITE, 0x31);
	worker = worker_new(&process, sender, SLOT_ENDPOINT, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	EXPECT_OK(message_recv(endpoint, &m, soon()));
	EXPECT_EQUAL(m.label, 0x55);
	EXPECT_EQUAL(m.word[0], 7);
	EXPECT_EQUAL(m.word[5], 9);
	EXPECT_EQUAL(m.badge, 0x31);
	/* The sender does not wait: there is nobody to answer. */
	EXPECT_STATUS(message_reply_recv(endpoint, &m, counter_after_us(1000)), ERR_DEADLINE);
	EXPECT_EQUAL(step, 1);
	EXPECT_EQUAL(status_seen, OK);
}

static void rights(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t readable = mint_new(endpoint, RIGHT_READ, 0);
	cap_t writable = mint_new(endpoint, RIGHT_WRITE, 0);
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	struct message m = { .label = 1 };
	uint64_t bits;

	EXPECT_STATUS(message_call_until(readable, &m, 0), ERR_RIGHTS);
	EXPECT_STATUS(message_send(readable, &m), ERR_RIGHTS);
	EXPECT_STATUS(message_recv(writable, &m, 0), ERR_RIGHTS);
	EXPECT_STATUS(message_reply_recv(writable, &m, 0), ERR_RIGHTS);
	EXPECT_STATUS(message_recv(notification, &m, 0), ERR_TYPE);
	EXPECT_STATUS(message_send(notification, &m), ERR_TYPE);
	EXPECT_STATUS(notification_signal(endpoint), ERR_TYPE);
	EXPECT_STATUS(notification_wait(endpoint, 0, &bits), ERR_TYPE);
	EXPECT_STATUS(message_recv(slot_new(), &m, 0), ERR_CAPABILITY);
	EXPECT_STATUS(message_recv(0xffffffff, &m, 0), ERR_CAPABILITY);
}

/* Takes a call and never answers it. */
static void hold(uint64_t slot, uint64_t unused)
{
	struct message m;

	(void)unused;
	message_recv((cap_t)slot, &m, DEADLINE_NEVER);
	for (;;)
		thread_yield();
}

static struct worker start_holder(struct process *process, cap_t endpoint)
{
	struct worker worker;

	process_new(process);
	process_give(process, SLOT_ENDPOINT, endpoint, RIGHT_READ, 0);
	worker = worker_new(process, hold, SLOT_ENDPOINT, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	return worker;
}

static void server_suspended(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process, serving;
	struct worker worker = start_holder(&serving, endpoint);

	start_client(&process, endpoint, 1, DEADLINE_NEVER);
	task_sleep(1000);
	EXPECT_EQUAL(step, 0);
	EXPECT_OK(thread_suspend(worker.thread));
	WAIT_FOR(step, 1);
	EXPECT_EQUAL(status_seen, ERR_ABORTED);
}

static void server_destroyed(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process, serving;
	struct worker worker = start_holder(&serving, endpoint);

	start_client(&process, endpoint, 1, DEADLINE_NEVER);
	task_sleep(1000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, worker.thread));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, worker.thread));
	WAIT_FOR(step, 1);
	EXPECT_EQUAL(status_seen, ERR_ABORTED);
}

static void endpoint_deleted(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;

	start_client(&process, endpoint, 1, DEADLINE_NEVER);
	task_sleep(1000);
	EXPECT_EQUAL(step, 0);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, endpoint));
	WAIT_FOR(step, 1);
	EXPECT_EQUAL(status_seen, ERR_ABORTED);
}

static void caller_destroyed(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct process process;
	struct worker worker = start_client(&process, endpoint, 1, DEADLINE_NEVER);
	struct message m;

	EXPECT_OK(message_recv(endpoint, &m, soon()));
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, worker.thread));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, worker.thread));
	EXPECT_STATUS(message_reply_recv(endpoint, &m, counter_after_us(1000)), ERR_DEADLINE);
	/* And one that waits in the queue. */
	worker = start_client(&process, endpoint, 1, DEADLINE_NEVER);
	task_sleep(1000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, worker.thread));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, worker.thread));
	EXPECT_STATUS(message_recv(endpoint, &m, 0), ERR_DEADLINE);
}

static const struct test tests[] = {
	{ "call: both ways, all words, badge", call_and_reply },
	{ "call: a server's answers", call_a_server },
	{ "call: deadline of receive", receive_deadline },
	{ "call: deadline of a call that nobody takes", call_deadline },
	{ "call: deadline of a call that is not answered", call_deadline_taken },
	{ "call: a server that receives again aborts its caller", unanswered },
	{ "call: callers are taken in order", order_of_callers },
	{ "call: send needs a waiting server", send_needs_a_waiting_server },
	{ "call: send to a waiting server", send_to_a_waiting_server },
	{ "call: rights and types", rights },
	{ "call: the server is suspended", server_suspended },
	{ "call: the server is destroyed", server_destroyed },
	{ "call: the endpoint is deleted", endpoint_deleted },
	{ "call: the caller is destroyed", caller_destroyed },
};

const struct suite call_suite = SUITE(tests);
