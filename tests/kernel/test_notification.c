/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications between threads. Events and interrupt slots of VCpus are tested with those. */
#include "test.h"

#define SLOT_WAIT   1
#define SLOT_SIGNAL 2

static volatile uint64_t woken, bits_seen, status_seen;

static enum status wait_now(cap_t notification, uint64_t *bits)
{
	return notification_wait(notification, 0, bits);
}

static void waiter(uint64_t slot, uint64_t deadline)
{
	uint64_t bits;

	for (;;) {
		status_seen = notification_wait((cap_t)slot, deadline, &bits);
		bits_seen = bits;
		woken++;
		if (status_seen != OK)
			break;
	}
	for (;;)
		thread_yield();
}

static void signaller(uint64_t slot, uint64_t unused)
{
	(void)unused;
	status_seen = notification_signal((cap_t)slot);
	woken = 1;
	for (;;)
		thread_yield();
}

static void signal_and_wait(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t one = mint_new(notification, RIGHT_WRITE, 1);
	cap_t high = mint_new(notification, RIGHT_WRITE, 1ULL << 63);
	uint64_t bits;

	EXPECT_STATUS(wait_now(notification, &bits), ERR_DEADLINE);
	EXPECT_OK(notification_signal(one));
	EXPECT_OK(notification_signal(one));
	EXPECT_OK(notification_signal(high));
	EXPECT_OK(wait_now(notification, &bits));
	EXPECT_EQUAL(bits, 1ULL << 63 | 1);
	EXPECT_STATUS(wait_now(notification, &bits), ERR_DEADLINE);
}

static void only_the_badge(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t all = mint_new(notification, RIGHT_WRITE, 0xff);
	cap_t low = mint_new(notification, RIGHT_READ, 0x0f);
	uint64_t bits;

	EXPECT_OK(notification_signal(all));
	EXPECT_OK(wait_now(low, &bits));
	EXPECT_EQUAL(bits, 0x0f);
	EXPECT_STATUS(wait_now(low, &bits), ERR_DEADLINE);
	EXPECT_OK(wait_now(notification, &bits));
	EXPECT_EQUAL(bits, 0xf0);
}

static void clear(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t all = mint_new(notification, RIGHT_WRITE, 0xff);
	cap_t low = mint_new(notification, RIGHT_READ, 0x0f);
	cap_t writable = mint_new(notification, RIGHT_WRITE | RIGHT_CONTROL, 0x0f);
	uint64_t bits;

	EXPECT_OK(notification_signal(all));
	EXPECT_OK(notification_clear(low, &bits));
	EXPECT_EQUAL(bits, 0x0f);
	EXPECT_OK(notification_clear(low, &bits));
	EXPECT_EQUAL(bits, 0);
	EXPECT_STATUS(notification_clear(writable, &bits), ERR_RIGHTS);
	EXPECT_OK(notification_clear(notification, &bits));
	EXPECT_EQUAL(bits, 0xf0);
}

static void rights(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t readable = mint_new(notification, RIGHT_READ, 1);
	cap_t writable = mint_new(notification, RIGHT_WRITE, 1);
	struct message m = { .label = 1 };
	uint64_t bits;

	EXPECT_STATUS(notification_signal(readable), ERR_RIGHTS);
	EXPECT_STATUS(wait_now(writable, &bits), ERR_RIGHTS);
	EXPECT_STATUS(notification_signal(slot_new()), ERR_CAPABILITY);
	/* A call is an invocation here; this one there is not. */
	EXPECT_STATUS(message_call(notification, &m), ERR_TYPE);
}

static void wait_deadline(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t deadline = counter_after_us(3000);
	uint64_t bits;

	EXPECT_STATUS(notification_wait(notification, deadline, &bits), ERR_DEADLINE);
	EXPECT(counter_read() >= deadline);
	EXPECT(counter_read() < deadline + counter_frequency() / 20);
}

static struct worker start_waiter(struct process *process, cap_t notification, uint64_t badge,
				  uint64_t deadline)
{
	struct worker worker;

	woken = 0;
	bits_seen = 0;
	status_seen = 0xff;
	process_new(process);
	process_give(process, SLOT_WAIT, notification, RIGHT_READ, badge);
	worker = worker_new(process, waiter, SLOT_WAIT, deadline, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	task_sleep(1000);
	return worker;
}

static void wakes_a_thread(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t three = mint_new(notification, RIGHT_WRITE, 3);
	struct process process;

	start_waiter(&process, notification, 0, DEADLINE_NEVER);
	EXPECT_EQUAL(woken, 0);
	for (uint64_t i = 1; i <= 3; i++) {
		EXPECT_OK(notification_signal(three));
		WAIT_FOR(woken, i);
		EXPECT_EQUAL(bits_seen, 3);
		EXPECT_EQUAL(status_seen, OK);
	}
}

static void wakes_for_its_bits_only(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t two = mint_new(notification, RIGHT_WRITE, 2);
	cap_t four = mint_new(notification, RIGHT_WRITE, 4);
	struct process process;
	uint64_t bits;

	start_waiter(&process, notification, 4, DEADLINE_NEVER);
	EXPECT_OK(notification_signal(two));
	task_sleep(1000);
	EXPECT_EQUAL(woken, 0);
	EXPECT_OK(notification_signal(four));
	WAIT_FOR(woken, 1);
	EXPECT_EQUAL(bits_seen, 4);
	EXPECT_OK(wait_now(notification, &bits));
	EXPECT_EQUAL(bits, 2);
}

static void wakes_the_task(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	struct process process;
	struct worker worker;
	uint64_t bits;

	woken = 0;
	process_new(&process);
	process_give(&process, SLOT_SIGNAL, notification, RIGHT_WRITE, 0x40);
	worker = worker_new(&process, signaller, SLOT_SIGNAL, 0, PRIORITY_LOW);
	EXPECT_OK(thread_resume(worker.thread));
	EXPECT_OK(notification_wait(notification, soon(), &bits));
	EXPECT_EQUAL(bits, 0x40);
	/* The task preempted it within its system call. */
	EXPECT_EQUAL(woken, 0);
}

static void bound_is_not_waited_for(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t vcpu = object_new(OBJECT_VCPU, 0);
	struct process process;
	uint64_t bits;

	EXPECT_OK(notification_bind_event(notification, vcpu));
	EXPECT_STATUS(notification_wait(notification, 0, &bits), ERR_STATE);
	EXPECT_OK(notification_unbind(notification));
	start_waiter(&process, notification, 0, DEADLINE_NEVER);
	EXPECT_REFUSED(notification_bind_event(notification, vcpu));
}

static void waiter_ends(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	struct process process;
	struct worker worker = start_waiter(&process, notification, 0, DEADLINE_NEVER);

	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, worker.thread));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, worker.thread));
	EXPECT_OK(notification_signal(mint_new(notification, RIGHT_WRITE, 1)));
	EXPECT_EQUAL(woken, 0);
}

static void notification_ends(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	struct process process;

	start_waiter(&process, notification, 0, DEADLINE_NEVER);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, notification));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, notification));
	WAIT_FOR(woken, 1);
	EXPECT_EQUAL(status_seen, ERR_ABORTED);
}

static const struct test tests[] = {
	{ "notification: bits gather until they are taken", signal_and_wait },
	{ "notification: waiting takes the badge's bits only", only_the_badge },
	{ "notification: clear", clear },
	{ "notification: rights", rights },
	{ "notification: deadline", wait_deadline },
	{ "notification: a signal wakes a thread", wakes_a_thread },
	{ "notification: a thread wakes for its bits only", wakes_for_its_bits_only },
	{ "notification: a more urgent thread wakes at once", wakes_the_task },
	{ "notification: bound or waited for, not both", bound_is_not_waited_for },
	{ "notification: the waiting thread ends", waiter_ends },
	{ "notification: the notification ends", notification_ends },
};

const struct suite notification_suite = SUITE(tests);
