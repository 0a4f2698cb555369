/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages between threads: what arrives, who waits for whom, and how a call ends that gets no answer.
 */
#include "kernel_machine.h"

static cap_t endpoint;
static struct task client, server;

static void setup(void)
{
	machine_start();
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	client = task_new();
	server = task_new();
	ck_assert_ok(thread_resume(client.cap));
	ck_assert_ok(thread_resume(server.cap));
}

static void teardown(void)
{
	machine_check();
}

static enum context_state state_of(const struct task *task)
{
	return task->thread->context.state;
}

START_TEST(a_call_and_its_answer)
{
	static const uint64_t question[MESSAGE_WORDS] = { 11, 12, 13, 14, 15, 16 };
	static const uint64_t answer[MESSAGE_WORDS] = { 21, 22, 23, 24, 25, 26 };
	cap_t badged = minted(endpoint, RIGHT_WRITE, 77);

	ck_assert(!task_recv(&server, endpoint));
	client.thread->registers.x[3] = 333;
	ck_assert(!task_syscall(&client, SYS_CALL, badged, 5, question, DEADLINE_NEVER));
	ck_assert_int_eq(state_of(&server), STATE_READY);
	ck_assert_int_eq(task_status(&server), OK);
	ck_assert_uint_eq(task_label(&server), 5);
	ck_assert_uint_eq(task_badge(&server), 77);
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		ck_assert_uint_eq(task_word(&server, i), question[i]);
	machine_check();
	ck_assert(!task_syscall(&server, SYS_REPLY_RECV, endpoint, 6, answer, DEADLINE_NEVER));
	ck_assert_int_eq(state_of(&client), STATE_READY);
	ck_assert_int_eq(task_status(&client), OK);
	ck_assert_uint_eq(task_label(&client), 6);
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		ck_assert_uint_eq(task_word(&client, i), answer[i]);
	ck_assert_uint_eq(client.thread->registers.x[3], 333);
}
END_TEST

START_TEST(callers_are_taken_in_their_order)
{
	struct task other = task_new();

	ck_assert_ok(thread_resume(other.cap));
	ck_assert(!task_call(&client, endpoint, 1, 0));
	ck_assert(!task_call(&other, endpoint, 2, 0));
	machine_check();
	ck_assert(task_recv(&server, endpoint));
	ck_assert_uint_eq(task_label(&server), 1);
	ck_assert(task_reply_recv(&server, endpoint, 10, 0));
	ck_assert_uint_eq(task_label(&server), 2);
	ck_assert_int_eq(state_of(&client), STATE_READY);
	ck_assert_int_eq(state_of(&other), STATE_CALLING);
	ck_assert(!task_reply_recv(&server, endpoint, 20, 0));
	ck_assert_uint_eq(task_label(&client), 10);
	ck_assert_uint_eq(task_label(&other), 20);
}
END_TEST

START_TEST(send_waits_for_nobody)
{
	cap_t badged = minted(endpoint, RIGHT_WRITE, 9);

	ck_assert(task_syscall(&client, SYS_SEND, badged, 1, (uint64_t[MESSAGE_WORDS]){ 0 }, 0));
	ck_assert_int_eq(task_status(&client), ERR_STATE);
	ck_assert(!task_recv(&server, endpoint));
	ck_assert(task_syscall(&client, SYS_SEND, badged, 2, (uint64_t[MESSAGE_WORDS]){ 42 }, 0));
	ck_assert_int_eq(task_status(&client), OK);
	ck_assert_int_eq(task_status(&server), OK);
	ck_assert_uint_eq(task_label(&server), 2);
	ck_assert_uint_eq(task_word(&server, 0), 42);
	ck_assert_uint_eq(task_badge(&server), 9);
	/* There is nobody to answer: it waits again, and the sender's registers are its own. */
	ck_assert(!task_reply_recv(&server, endpoint, 3, 0));
	ck_assert_uint_eq(task_label(&client), 2);
}
END_TEST

/* A server that nobody can give time to is not taken out of its wait by a message without any. */
START_TEST(send_to_a_server_without_time)
{
	struct task passive = task_new_passive();

	task_serve(&passive, endpoint);
	ck_assert(task_syscall(&client, SYS_SEND, endpoint, 1, (uint64_t[MESSAGE_WORDS]){ 0 }, 0));
	ck_assert_int_eq(task_status(&client), ERR_STATE);
	ck_assert(!task_call(&client, endpoint, 2, 0));
	machine_run_task(&passive);
	ck_assert_uint_eq(task_label(&passive), 2);
	ck_assert(!task_reply_recv(&passive, endpoint, 0, 0));
	ck_assert_int_eq(task_status(&client), OK);
}
END_TEST

START_TEST(a_caller_left_without_answer)
{
	ck_assert(!task_call(&client, endpoint, 1, 0));
	ck_assert(task_recv(&server, endpoint));
	ck_assert(!task_recv(&server, endpoint));
	ck_assert_int_eq(state_of(&client), STATE_READY);
	ck_assert_int_eq(task_status(&client), ERR_ABORTED);
}
END_TEST

START_TEST(a_server_suspended_or_ended)
{
	for (unsigned int i = 0; i < 2; i++) {
		ck_assert(!task_call(&client, endpoint, 1, 0));
		ck_assert(task_recv(&server, endpoint));
		if (i == 0) {
			ck_assert_ok(thread_suspend(server.cap));
			ck_assert_int_eq(state_of(&server), STATE_STOPPED);
			ck_assert_ok(thread_resume(server.cap));
		} else {
			ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, server.sc));
			ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, server.cap));
			ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, server.cap));
			machine_forget(&server.thread->context);
		}
		ck_assert_int_eq(state_of(&client), STATE_READY);
		ck_assert_int_eq(task_status(&client), ERR_ABORTED);
		machine_check();
	}
}
END_TEST

/* Whatever a thread waits for when it is stopped is over, and it learns so when it goes on. */
START_TEST(a_wait_that_is_cancelled)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);

	for (unsigned int i = 0; i < 4; i++) {
		bool over;

		if (i == 0)
			over = task_call(&client, endpoint, 1, 0);
		else if (i == 1)
			over = task_call(&client, endpoint, 1, 0) || !task_recv(&server, endpoint);
		else if (i == 2)
			over = task_recv(&client, endpoint);
		else
			over = task_wait(&client, notification, fake.clock + 1000);
		ck_assert(!over);
		ck_assert_ok(thread_suspend(client.cap));
		machine_check();
		ck_assert_uint_eq(timeout_first(), DEADLINE_NEVER);
		ck_assert_ok(thread_resume(client.cap));
		machine_run_task(&client);
		ck_assert_int_eq(task_status(&client), ERR_ABORTED);
		/* The server's answer reaches nobody. */
		if (i == 1) {
			ck_assert(!task_reply_recv(&server, endpoint, 66, 0));
			ck_assert_int_eq(task_status(&client), ERR_ABORTED);
			ck_assert_uint_ne(task_label(&client), 66);
			ck_assert_ok(thread_suspend(server.cap));
			ck_assert_ok(thread_resume(server.cap));
		}
		machine_check();
	}
}
END_TEST

START_TEST(a_ready_thread_is_suspended)
{
	ck_assert_ok(thread_set_priority(client.cap, 7));
	ck_assert_ok(thread_suspend(client.cap));
	machine_check();
	ck_assert_ok(thread_suspend(client.cap));
	ck_assert_ok(thread_suspend(server.cap));
	machine_check();
	ck_assert_ok(thread_resume(client.cap));
	ck_assert_int_eq(thread_resume(client.cap), ERR_STATE);
}
END_TEST

START_TEST(the_end_of_the_endpoint)
{
	ck_assert(!task_call(&client, endpoint, 1, 0));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, endpoint));
	ck_assert_int_eq(task_status(&client), ERR_ABORTED);
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	ck_assert(!task_recv(&server, endpoint));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, endpoint));
	ck_assert_int_eq(task_status(&server), ERR_ABORTED);
	machine_check();
	/* A call under way is answered all the same. */
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	ck_assert(!task_call(&client, endpoint, 1, 0));
	ck_assert(task_recv(&server, endpoint));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, endpoint));
	machine_check();
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	ck_assert(!task_reply_recv(&server, endpoint, 8, 0));
	ck_assert_int_eq(task_status(&client), OK);
	ck_assert_uint_eq(task_label(&client), 8);
}
END_TEST

START_TEST(deadlines_of_calls)
{
	/* Nobody takes it. */
	ck_assert(!task_call_until(&client, endpoint, 1, fake.clock + 100));
	fake_pass(fake.clock + 99);
	ck_assert_int_eq(state_of(&client), STATE_SENDING);
	fake_pass(fake.clock + 1);
	ck_assert_int_eq(task_status(&client), ERR_DEADLINE);
	/* It is gone from the queue. */
	ck_assert(!task_recv(&server, endpoint));
	/* It is taken, and not answered in time: the answer comes to nobody. */
	ck_assert(!task_call_until(&client, endpoint, 2, fake.clock + 100));
	machine_run_task(&server);
	fake_pass(fake.clock + 100);
	ck_assert_int_eq(state_of(&client), STATE_READY);
	ck_assert_int_eq(task_status(&client), ERR_DEADLINE);
	machine_check();
	ck_assert(!task_reply_recv(&server, endpoint, 3, 0));
	ck_assert_int_eq(task_status(&client), ERR_DEADLINE);
	/* It is answered in time: the deadline is no more. */
	ck_assert(!task_call_until(&client, endpoint, 4, fake.clock + 100));
	ck_assert(!task_reply_recv(&server, endpoint, 5, 0));
	machine_run_task(&client);
	fake_pass(fake.clock + 200);
	ck_assert_int_eq(task_status(&client), OK);
	/* A wait for messages. */
	ck_assert_ok(thread_suspend(server.cap));
	ck_assert_ok(thread_resume(server.cap));
	ck_assert(!task_syscall(&server, SYS_RECV, endpoint, 0, (uint64_t[MESSAGE_WORDS]){ 0 },
				fake.clock + 100));
	machine_run_task(&client);
	fake_pass(fake.clock + 100);
	ck_assert_int_eq(task_status(&server), ERR_DEADLINE);
}
END_TEST

START_TEST(what_a_capability_allows)
{
	static const struct {
		enum syscall number;
		uint32_t right;
	} calls[] = { { SYS_CALL, RIGHT_WRITE },
		      { SYS_SEND, RIGHT_WRITE },
		      { SYS_RECV, RIGHT_READ },
		      { SYS_REPLY_RECV, RIGHT_READ } };
	static const uint64_t words[MESSAGE_WORDS];

	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		cap_t weak = minted(endpoint, RIGHTS_ALL & ~calls[i].right, 0);

		ck_assert(task_syscall(&client, calls[i].number, weak, 0, words, 0));
		ck_assert_int_eq(task_status(&client), ERR_RIGHTS);
		ck_assert(task_syscall(&client, calls[i].number, slot_new(), 0, words, 0));
		ck_assert_int_eq(task_status(&client), ERR_CAPABILITY);
		ck_assert(task_syscall(&client, calls[i].number, ROOT_SLOT_NULL, 0, words, 0));
		ck_assert_int_eq(task_status(&client), ERR_CAPABILITY);
		ck_assert(task_syscall(&client, calls[i].number, ~0U, 0, words, 0));
		ck_assert_int_eq(task_status(&client), ERR_CAPABILITY);
		ck_assert(task_syscall(&client, calls[i].number, ROOT_SLOT_THREAD, 99, words, 0));
		ck_assert_int_eq(task_status(&client), ERR_TYPE);
	}
	ck_assert(task_syscall(&client, (enum syscall)99, endpoint, 0, words, 0));
	ck_assert_int_eq(task_status(&client), ERR_ARGUMENT);
	/* A number beyond 32 bits is no slot, whatever its low half says. */
	client.thread->registers.x[FAKE_SYSCALL] = SYS_CALL;
	client.thread->registers.x[FAKE_CAP] = BIT(32) + endpoint;
	fake_syscall();
	ck_assert_int_eq(task_status(&client), ERR_CAPABILITY);
}
END_TEST

/* Invocations need CONTROL, on what is invoked and on what they name, but for a notification's clear. */
START_TEST(invocations_need_control)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits = 1, physical;

	ck_assert_int_eq(thread_suspend(minted(client.cap, RIGHTS_ALL & ~RIGHT_CONTROL, 0)),
			 ERR_RIGHTS);
	ck_assert_int_eq(sched_context_bind(object_new(OBJECT_SCHED_CONTEXT, 0),
					    minted(client.cap, RIGHT_READ, 0)),
			 ERR_RIGHTS);
	ck_assert_ok(notification_clear(minted(notification, RIGHT_READ, 0), &bits));
	ck_assert_uint_eq(bits, 0);
	ck_assert_int_eq(notification_clear(minted(notification, RIGHT_CONTROL, 0), &bits),
			 ERR_RIGHTS);
	ck_assert_int_eq(frame_address(notification, &physical), ERR_TYPE);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("ipc");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_call_and_its_answer);
	tcase_add_test(tcase, callers_are_taken_in_their_order);
	tcase_add_test(tcase, send_waits_for_nobody);
	tcase_add_test(tcase, send_to_a_server_without_time);
	tcase_add_test(tcase, a_caller_left_without_answer);
	tcase_add_test(tcase, a_server_suspended_or_ended);
	tcase_add_test(tcase, a_wait_that_is_cancelled);
	tcase_add_test(tcase, a_ready_thread_is_suspended);
	tcase_add_test(tcase, the_end_of_the_endpoint);
	tcase_add_test(tcase, deadlines_of_calls);
	tcase_add_test(tcase, what_a_capability_allows);
	tcase_add_test(tcase, invocations_need_control);
	return machine_main("ipc", &tcase, 1);
}
