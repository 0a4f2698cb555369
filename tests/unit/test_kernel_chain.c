/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains of calls and the time that is lent along them, and back.
 */
#include "kernel_machine.h"

#define SERVERS 6

static cap_t endpoints[SERVERS];
static struct task servers[SERVERS];
static struct task client;

static void setup(void)
{
	machine_start();
	client = task_new();
	ck_assert_ok(thread_resume(client.cap));
	for (unsigned int i = 0; i < SERVERS; i++) {
		endpoints[i] = object_new(OBJECT_ENDPOINT, 0);
		servers[i] = task_new_passive();
		task_serve(&servers[i], endpoints[i]);
	}
}

static void teardown(void)
{
	machine_check();
}

static struct sched_context *time_of(const struct task *task)
{
	return task->thread->context.sc;
}

/* client -> servers[0] -> ... -> servers[count - 1] */
static void call_down(unsigned int count)
{
	ck_assert(!task_call(&client, endpoints[0], 1, 0));
	for (unsigned int i = 1; i < count; i++)
		ck_assert(!task_call(&servers[i - 1], endpoints[i], 1 + i, 0));
	machine_check();
}

START_TEST(time_goes_along_and_back)
{
	struct sched_context *sc = time_of(&client);

	call_down(3);
	ck_assert_ptr_eq(time_of(&servers[2]), sc);
	ck_assert_ptr_null(time_of(&client));
	machine_run_task(&servers[2]);
	fake_pass(fake.clock + 5000);
	ck_assert(!task_reply_recv(&servers[2], endpoints[2], 0, 0));
	ck_assert_ptr_eq(time_of(&servers[1]), sc);
	ck_assert(!task_reply_recv(&servers[1], endpoints[1], 0, 0));
	ck_assert(!task_reply_recv(&servers[0], endpoints[0], 0, 0));
	ck_assert_ptr_eq(time_of(&client), sc);
	ck_assert_int_eq(task_status(&client), OK);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_ptr_null(time_of(&servers[i]));
}
END_TEST

/* What a server without time uses is its client's. */
START_TEST(the_client_pays)
{
	uint64_t before = 0, after = 0;

	ck_assert_ok(sched_context_consumed(client.sc, &before));
	call_down(2);
	machine_run_task(&servers[1]);
	fake_pass(fake.clock + 12345);
	ck_assert_ok(sched_context_consumed(client.sc, &after));
	ck_assert_uint_eq(after - before, 12345);
}
END_TEST

/* A server with time of its own takes none. */
START_TEST(own_time_is_not_lent)
{
	struct task rich = task_new();
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);

	task_serve(&rich, endpoint);
	ck_assert(!task_call(&client, endpoint, 1, 0));
	ck_assert_ptr_nonnull(time_of(&client));
	ck_assert_ptr_ne(time_of(&client), time_of(&rich));
	ck_assert(!task_reply_recv(&rich, endpoint, 2, 0));
	ck_assert_uint_eq(task_label(&client), 2);
}
END_TEST

START_TEST(depth)
{
	call_down(CALL_DEPTH_MAX);
	ck_assert(task_call(&servers[CALL_DEPTH_MAX - 1], endpoints[CALL_DEPTH_MAX], 9, 0));
	ck_assert_int_eq(task_status(&servers[CALL_DEPTH_MAX - 1]), ERR_DEPTH);
}
END_TEST

/* Calls that are given up make no chain longer: the time that went along is away still, and each look for it walks there. */
START_TEST(depth_of_given_up_calls)
{
	const struct task *caller = &client;

	for (unsigned int i = 0; i < CALL_DEPTH_MAX; i++) {
		ck_assert(!task_call_until(caller, endpoints[i], 1, fake.clock + 1000));
		fake_pass(fake.clock + 2000);
		ck_assert_int_eq(task_status(caller), ERR_DEADLINE);
		caller = &servers[i];
	}
	ck_assert(task_call_until(caller, endpoints[CALL_DEPTH_MAX], 1, fake.clock + 1000));
	ck_assert_int_eq(task_status(caller), ERR_DEPTH);
}
END_TEST

START_TEST(cycles)
{
	call_down(3);
	for (unsigned int i = 0; i < 3; i++) {
		ck_assert(task_call(&servers[2], endpoints[i], 9, 0));
		ck_assert_int_eq(task_status(&servers[2]), ERR_DEPTH);
	}
	/* And nobody calls himself. */
	ck_assert(!task_reply_recv(&servers[2], endpoints[2], 0, 0));
	ck_assert(task_call(&servers[1], endpoints[1], 9, 0));
	ck_assert_int_eq(task_status(&servers[1]), ERR_DEPTH);
}
END_TEST

/* A call that is cancelled ends the client's wait; the server finishes on the time that it has. */
START_TEST(cancelled_in_the_middle)
{
	struct sched_context *sc = time_of(&client);

	call_down(3);
	ck_assert_ok(thread_suspend(client.cap));
	machine_check();
	ck_assert_ok(thread_resume(client.cap));
	ck_assert_ptr_eq(time_of(&servers[2]), sc);
	ck_assert(!task_reply_recv(&servers[2], endpoints[2], 0, 0));
	ck_assert(!task_reply_recv(&servers[1], endpoints[1], 0, 0));
	ck_assert_ptr_eq(time_of(&servers[0]), sc);
	ck_assert_ptr_null(time_of(&client));
	ck_assert(!task_reply_recv(&servers[0], endpoints[0], 7, 0));
	ck_assert_ptr_eq(time_of(&client), sc);
	machine_run_task(&client);
	ck_assert_int_eq(task_status(&client), ERR_ABORTED);
}
END_TEST

START_TEST(deadline_in_the_middle)
{
	struct sched_context *sc = time_of(&client);

	ck_assert(!task_call_until(&client, endpoints[0], 1, fake.clock + 100));
	ck_assert(!task_call(&servers[0], endpoints[1], 1, 0));
	machine_run_task(&servers[1]);
	fake_pass(fake.clock + 100);
	ck_assert_int_eq(client.thread->context.state, STATE_READY);
	ck_assert_int_eq(task_status(&client), ERR_DEADLINE);
	machine_check();
	ck_assert(!task_reply_recv(&servers[1], endpoints[1], 0, 0));
	ck_assert(!task_reply_recv(&servers[0], endpoints[0], 0, 0));
	ck_assert_ptr_eq(time_of(&client), sc);
}
END_TEST

/* A server in the middle ends: its caller is told, and the chain closes over it. */
START_TEST(the_middle_ends)
{
	struct sched_context *sc = time_of(&client);

	call_down(3);
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, servers[1].cap));
	machine_forget(&servers[1].thread->context);
	machine_check();
	ck_assert_uint_eq(servers[1].thread->fp.value, FAKE_FP_GONE);
	ck_assert_int_eq(task_status(&servers[0]), ERR_ABORTED);
	ck_assert_int_eq(servers[0].thread->context.state, STATE_READY);
	/* Its own server finishes, and then the time goes to who lent it before. */
	ck_assert(!task_reply_recv(&servers[2], endpoints[2], 0, 0));
	ck_assert_ptr_eq(time_of(&servers[0]), sc);
	ck_assert(!task_reply_recv(&servers[0], endpoints[0], 5, 0));
	ck_assert_uint_eq(task_label(&client), 5);
	ck_assert_ptr_eq(time_of(&client), sc);
}
END_TEST

/* A server ends itself, on its caller's time. */
START_TEST(a_server_ends_itself)
{
	call_down(2);
	task_call(&servers[1], ROOT_SLOT_CNODE, CNODE_DELETE, servers[1].cap);
	machine_forget(&servers[1].thread->context);
	machine_check();
	ck_assert_int_eq(task_status(&servers[0]), ERR_ABORTED);
	machine_run_task(&servers[0]);
}
END_TEST

/* The first of a chain ends, with its time: nobody has any of it left. */
START_TEST(the_first_ends)
{
	call_down(2);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, client.cap));
	machine_check();
	ck_assert_ptr_null(time_of(&servers[1]));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, client.cap));
	machine_forget(&client.thread->context);
	machine_check();
	ck_assert_int_eq(servers[1].thread->context.state, STATE_READY);
}
END_TEST

/* The caller calls again while the server of a cancelled call still has its time: the new server gets it next. */
START_TEST(called_again_before_the_time_is_back)
{
	struct sched_context *sc = time_of(&client);
	cap_t other_time;

	call_down(2);
	ck_assert_ok(thread_suspend(servers[0].cap));
	ck_assert_int_eq(task_status(&client), ERR_ABORTED);
	/* The client has no time yet, so somebody else's use of the place shows whether that is known. */
	other_time = object_new(OBJECT_SCHED_CONTEXT, 0);
	ck_assert_ok(sched_context_configure(other_time, 1000000, 1000000));
	ck_assert_int_eq(sched_context_bind(other_time, client.cap), ERR_OCCUPIED);
	ck_assert(!task_reply_recv(&servers[1], endpoints[1], 0, 0));
	ck_assert_ptr_eq(time_of(&client), sc);
}
END_TEST

/* A server with time of its own that lent it: what it borrows meanwhile must not get mixed up with that. */
START_TEST(a_server_that_lent_its_own)
{
	struct task rich = task_new();
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct sched_context *own = time_of(&rich);
	struct sched_context *sc = time_of(&client);

	ck_assert_ok(thread_resume(rich.cap));
	ck_assert(!task_call(&rich, endpoints[0], 1, 0));
	ck_assert_ok(thread_suspend(rich.cap));
	task_serve(&rich, endpoint);
	ck_assert(!task_call(&client, endpoint, 2, 0));
	machine_check();
	ck_assert(!task_reply_recv(&servers[0], endpoints[0], 0, 0));
	machine_check();
	ck_assert(!task_reply_recv(&rich, endpoint, 3, 0));
	ck_assert_ptr_eq(time_of(&rich), own);
	ck_assert_ptr_eq(time_of(&client), sc);
	ck_assert_uint_eq(task_label(&client), 3);
}
END_TEST

/* The time ends, or is taken away, while it is lent. */
START_TEST(lent_time_ends)
{
	for (unsigned int i = 0; i < 2; i++) {
		call_down(2);
		if (i == 0)
			ck_assert_ok(sched_context_unbind(client.sc));
		else
			ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, client.sc));
		machine_check();
		ck_assert_ptr_null(time_of(&servers[1]));
		for (unsigned int j = 0; j < 2; j++) {
			ck_assert_ok(thread_suspend(servers[j].cap));
			task_serve(&servers[j], endpoints[j]);
		}
		ck_assert_int_eq(task_status(&client), ERR_ABORTED);
		machine_check();
		if (i == 0)
			ck_assert_ok(sched_context_bind(client.sc, client.cap));
	}
	ck_assert_int_eq(sched_context_unbind(client.sc), ERR_CAPABILITY);
}
END_TEST

/* Who loses its own time in the middle of its work does the rest on its caller's, and so does who works for it. */
START_TEST(own_time_is_taken_away)
{
	struct sched_context *sc = time_of(&client);
	cap_t own = time_new(servers[0].cap, 500000, 1000000);

	call_down(2);
	ck_assert_ptr_eq(time_of(&client), sc);
	ck_assert_ptr_eq(time_of(&servers[1]), object_of(own));
	ck_assert_ok(sched_context_unbind(own));
	machine_check();
	ck_assert_ptr_eq(time_of(&servers[1]), sc);
	ck_assert(!task_reply_recv(&servers[1], endpoints[1], 0, 0));
	ck_assert(!task_reply_recv(&servers[0], endpoints[0], 0, 0));
	ck_assert_ptr_eq(time_of(&client), sc);
}
END_TEST

/* Time that comes in the middle of a call goes to who works, however far away that is. */
START_TEST(time_comes_in_the_middle)
{
	struct sched_context *sc = time_of(&client);

	call_down(3);
	ck_assert_ok(sched_context_unbind(client.sc));
	ck_assert_ptr_null(time_of(&servers[2]));
	ck_assert_ok(sched_context_bind(client.sc, client.cap));
	machine_check();
	ck_assert_ptr_eq(time_of(&servers[2]), sc);
	ck_assert(!task_reply_recv(&servers[2], endpoints[2], 0, 0));
	ck_assert(!task_reply_recv(&servers[1], endpoints[1], 0, 0));
	ck_assert(!task_reply_recv(&servers[0], endpoints[0], 0, 0));
	ck_assert_ptr_eq(time_of(&client), sc);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("chain");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, time_goes_along_and_back);
	tcase_add_test(tcase, the_client_pays);
	tcase_add_test(tcase, own_time_is_not_lent);
	tcase_add_test(tcase, depth);
	tcase_add_test(tcase, depth_of_given_up_calls);
	tcase_add_test(tcase, cycles);
	tcase_add_test(tcase, cancelled_in_the_middle);
	tcase_add_test(tcase, deadline_in_the_middle);
	tcase_add_test(tcase, the_middle_ends);
	tcase_add_test(tcase, a_server_ends_itself);
	tcase_add_test(tcase, the_first_ends);
	tcase_add_test(tcase, called_again_before_the_time_is_back);
	tcase_add_test(tcase, a_server_that_lent_its_own);
	tcase_add_test(tcase, lent_time_ends);
	tcase_add_test(tcase, own_time_is_taken_away);
	tcase_add_test(tcase, time_comes_in_the_middle);
	return machine_main("chain", &tcase, 1);
}
