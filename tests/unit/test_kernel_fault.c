/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults of threads: who is told, and on whose time.
 */
#include "kernel_machine.h"

/* A client, and a server without time. */
static cap_t service;
static struct task client, server;

static void setup(void)
{
	machine_start();
	client = task_new();
	ck_assert_ok(thread_resume(client.cap));
	service = object_new(OBJECT_ENDPOINT, 0);
	server = task_new_passive();
	task_serve(&server, service);
}

static void teardown(void)
{
	machine_check();
}

static struct sched_context *time_of(const struct task *task)
{
	return task->thread->context.sc;
}

START_TEST(a_fault_is_a_message)
{
	struct task handler = task_new();
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t badged = minted(endpoint, RIGHT_WRITE, 31);
	uint64_t r[6];

	ck_assert_ok(thread_resume(handler.cap));
	ck_assert_ok(thread_suspend(client.cap));
	ck_assert_ok(thread_configure(client.cap, 0, 0, badged));
	ck_assert_ok(thread_start_at(client.cap, 0x1230, 0x4560, 7, 8));
	ck_assert_int_eq(client.thread->registers.x[0], 7);
	ck_assert_int_eq(client.thread->registers.x[1], 8);
	ck_assert_ok(thread_resume(client.cap));
	for (unsigned int i = 0; i < 2; i++) {
		/* With a handler that comes later, and with one that waits. */
		machine_run_task(&client);
		fake_fault(0x99, 0xbad);
		ck_assert_int_eq(client.thread->context.state, STATE_FAULTED);
		if (i == 0)
			ck_assert(task_recv(&handler, endpoint));
		ck_assert_uint_eq(task_label(&handler), LABEL_FAULT);
		ck_assert_uint_eq(task_badge(&handler), 31);
		ck_assert_uint_eq(task_word(&handler, 0), 0x99);
		ck_assert_uint_eq(task_word(&handler, 1), 0xbad);
		ck_assert_uint_eq(task_word(&handler, 2), 0x1230);
		/* No time is lent, and no answer is owed. */
		ck_assert_ptr_nonnull(time_of(&client));
		ck_assert(!task_reply_recv(&handler, endpoint, 0, 0));
		ck_assert_int_eq(client.thread->context.state, STATE_FAULTED);
		ck_assert_ok(thread_read_registers(client.cap, 31, &r[0], &r[1], &r[2], &r[3],
						   &r[4], &r[5]));
		ck_assert_uint_eq(r[0], 0x4560);
		ck_assert_uint_eq(r[1], 0x1230);
		ck_assert_uint_eq(r[5], 0);
		ck_assert_ok(thread_resume(client.cap));
		machine_check();
	}
}
END_TEST

START_TEST(a_fault_that_nobody_takes)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);

	/* Without an endpoint it just stops. */
	machine_run_task(&client);
	fake_fault(1, 2);
	ck_assert_int_eq(client.thread->context.state, STATE_STOPPED);
	ck_assert_ok(thread_configure(client.cap, 0, 0, endpoint));
	ck_assert_ok(thread_resume(client.cap));
	machine_run_task(&client);
	fake_fault(1, 2);
	ck_assert_int_eq(client.thread->context.state, STATE_FAULTED);
	machine_check();
	/* It can be resumed without a handler. */
	ck_assert_ok(thread_resume(client.cap));
	machine_run_task(&client);
	machine_check();
	fake_fault(1, 2);
	/* The end of the endpoint leaves it stopped. */
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, endpoint));
	ck_assert_int_eq(client.thread->context.state, STATE_STOPPED);
	machine_check();
	ck_assert_ok(thread_resume(client.cap));
	machine_run_task(&client);
	fake_fault(1, 2);
	ck_assert_int_eq(client.thread->context.state, STATE_STOPPED);
}
END_TEST

/* The server faults while the client waits for its answer; at this endpoint. */
static cap_t fault_in_a_call(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);

	ck_assert_ok(thread_suspend(server.cap));
	ck_assert_ok(thread_configure(server.cap, 0, 0, endpoint));
	task_serve(&server, service);
	ck_assert(!task_call(&client, service, 1, 0));
	machine_run_task(&server);
	fake_fault(3, 4);
	return endpoint;
}

/* A server's fault keeps its caller waiting, until somebody decides. */
START_TEST(a_server_faults)
{
	fault_in_a_call();
	machine_check();
	ck_assert_int_eq(client.thread->context.state, STATE_CALLING);
	ck_assert_ok(thread_suspend(server.cap));
	ck_assert_int_eq(task_status(&client), ERR_ABORTED);
	ck_assert_ptr_nonnull(time_of(&client));
}
END_TEST

/* A thread whose faults go to the endpoint, in its fault. */
static struct task faulted(cap_t endpoint, uint64_t cause)
{
	struct task task = task_new();

	ck_assert_ok(thread_configure(task.cap, 0, 0, endpoint));
	ck_assert_ok(thread_resume(task.cap));
	machine_run_task(&task);
	fake_fault(cause, 0);
	machine_check();
	ck_assert_int_eq(task.thread->context.state, STATE_FAULTED);
	return task;
}

/* A fault lends no time: a server without leaves it to others, and is there for its callers all the while. */
START_TEST(a_server_without_time)
{
	struct task other = task_new();
	uint64_t cause = 7;

	ck_assert_ok(thread_resume(other.cap));
	faulted(service, cause);
	ck_assert_int_eq(server.thread->context.state, STATE_RECEIVING);
	ck_assert(!task_call(&client, service, 1, 5));
	ck_assert_uint_eq(task_word(&server, 0), 5);
	ck_assert(!task_reply_recv(&server, service, 2, 6));
	ck_assert_int_eq(task_status(&client), OK);
	ck_assert_uint_eq(task_word(&client, 0), 6);
	ck_assert_int_eq(server.thread->context.state, STATE_RECEIVING);
	/* Who has time takes it, though the other came before. */
	ck_assert(task_recv(&other, service));
	ck_assert_uint_eq(task_label(&other), LABEL_FAULT);
	ck_assert_uint_eq(task_word(&other, 0), cause);
	/* It waits there behind the other, and is told at once. */
	ck_assert(!task_recv(&other, service));
	faulted(service, cause + 1);
	ck_assert_int_eq(other.thread->context.state, STATE_READY);
	ck_assert_uint_eq(task_word(&other, 0), cause + 1);
	ck_assert_int_eq(server.thread->context.state, STATE_RECEIVING);
}
END_TEST

START_TEST(a_server_gets_time)
{
	faulted(service, 8);
	ck_assert_int_eq(server.thread->context.state, STATE_RECEIVING);
	time_new(server.cap, 1000000, 1000000);
	ck_assert_int_eq(server.thread->context.state, STATE_READY);
	ck_assert_uint_eq(task_label(&server), LABEL_FAULT);
	ck_assert_uint_eq(task_word(&server, 0), 8);
}
END_TEST

/* A message without a call is taken by who has time, though another came before. */
START_TEST(a_message_for_who_has_time)
{
	struct task other = task_new();

	ck_assert_ok(thread_resume(other.cap));
	ck_assert(task_syscall(&client, SYS_SEND, service, 1, (const uint64_t[MESSAGE_WORDS]){ 3 },
			       0));
	ck_assert_int_eq(task_status(&client), ERR_STATE);
	ck_assert(!task_recv(&other, service));
	ck_assert(task_syscall(&client, SYS_SEND, service, 1, (const uint64_t[MESSAGE_WORDS]){ 4 },
			       0));
	ck_assert_int_eq(task_status(&client), OK);
	ck_assert_uint_eq(task_word(&other, 0), 4);
	ck_assert_int_eq(server.thread->context.state, STATE_RECEIVING);
}
END_TEST

/* The end of the endpoint that a server's fault waits at is the end of its work: its caller does not wait on. */
START_TEST(the_endpoint_ends)
{
	cap_t endpoint = fault_in_a_call();

	ck_assert_int_eq(client.thread->context.state, STATE_CALLING);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, endpoint));
	ck_assert_int_eq(server.thread->context.state, STATE_STOPPED);
	ck_assert_int_eq(client.thread->context.state, STATE_READY);
	ck_assert_int_eq(task_status(&client), ERR_ABORTED);
	ck_assert_ptr_nonnull(time_of(&client));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("fault");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_fault_is_a_message);
	tcase_add_test(tcase, a_fault_that_nobody_takes);
	tcase_add_test(tcase, a_server_faults);
	tcase_add_test(tcase, a_server_without_time);
	tcase_add_test(tcase, a_server_gets_time);
	tcase_add_test(tcase, a_message_for_who_has_time);
	tcase_add_test(tcase, the_endpoint_ends);
	return machine_main("fault", &tcase, 1);
}
