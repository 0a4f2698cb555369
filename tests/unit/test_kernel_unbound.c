/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time that is unbound while somebody lives on it: who goes on with what, who stands where it is, and what lets it go on.
 */
#include "kernel_machine.h"

#include <exit.h>

static cap_t endpoint, other_endpoint;
static struct task client, server, other;

static void setup(void)
{
	machine_start();
	client = task_new();
	ck_assert_ok(thread_resume(client.cap));
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	server = task_new_passive();
	task_serve(&server, endpoint);
	other_endpoint = object_new(OBJECT_ENDPOINT, 0);
	other = task_new_passive();
	task_serve(&other, other_endpoint);
}

static void teardown(void)
{
	machine_check();
}

static struct sched_context *time_of(const struct task *task)
{
	return task->thread->context.sc;
}

/* A notification of the server's, with time. */
static cap_t bell_new(cap_t *sc)
{
	cap_t bell = object_new(OBJECT_NOTIFICATION, 0);

	ck_assert_ok(notification_bind_thread(bell, server.cap));
	*sc = time_new(bell, 100000, 100000);
	return bell;
}

/* The server works on the time of a client that waits for it no more. */
static void give_up(void)
{
	ck_assert(!task_call_until(&client, endpoint, 1, fake.clock + 1000));
	fake_pass(fake.clock + 2000);
	ck_assert_int_eq(task_status(&client), ERR_DEADLINE);
	ck_assert_ptr_eq(time_of(&server), object_of(client.sc));
}

/* Who has no caller, and nothing else to live on, stands where it is; its next callers wait. */
START_TEST(nobody_lends_any)
{
	struct task next = task_new();

	give_up();
	ck_assert_ok(sched_context_unbind(client.sc));
	ck_assert_ptr_null(time_of(&server));
	ck_assert_int_eq(server.thread->context.state, STATE_READY);
	machine_check();
	ck_assert_ok(thread_resume(next.cap));
	ck_assert(!task_call(&next, endpoint, 2, 0));
	fake_pass(fake.clock + 100000);
	ck_assert_int_eq(next.thread->context.state, STATE_SENDING);
	if (_i == 0) {
		ck_assert_ok(sched_context_bind(client.sc, server.cap));
		ck_assert(task_reply_recv(&server, endpoint, 0, 0));
	} else {
		ck_assert_ok(thread_suspend(server.cap));
		task_serve(&server, endpoint);
		ck_assert_ptr_eq(time_of(&server), object_of(next.sc));
	}
	ck_assert_uint_eq(task_label(&server), 2);
	task_reply_recv(&server, endpoint, 3, 0);
	ck_assert_uint_eq(task_label(&next), 3);
	/* What was unbound is not given back. */
	ck_assert_ptr_null(time_of(&client));
}
END_TEST

/* Its notification's time is for what it does without a caller. */
START_TEST(its_notification_has_some)
{
	cap_t sc;

	bell_new(&sc);
	give_up();
	ck_assert(!task_call(&server, other_endpoint, 1, 0));
	ck_assert_ptr_eq(time_of(&other), object_of(client.sc));
	ck_assert_ok(sched_context_unbind(client.sc));
	ck_assert_ptr_eq(time_of(&other), object_of(sc));
	machine_check();
	ck_assert(!task_reply_recv(&other, other_endpoint, 0, 0));
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	ck_assert(!task_recv(&server, endpoint));
	ck_assert_ptr_null(time_of(&server));
}
END_TEST

/* The same of who had time of its own. */
START_TEST(its_own)
{
	cap_t sc;
	cap_t own = time_new(server.cap, 100000, 100000);
	cap_t bell = bell_new(&sc);

	ck_assert_ok(notification_signal(bell));
	ck_assert_ptr_eq(time_of(&server), object_of(own));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, own));
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	ck_assert(!task_recv(&server, endpoint));
	ck_assert_ptr_null(time_of(&server));
}
END_TEST

/* A notification's time comes back to who works, whatever that waits for meanwhile: a signal, or an answer. */
START_TEST(a_notifications)
{
	cap_t signal = object_new(OBJECT_NOTIFICATION, 0);
	cap_t sc;
	cap_t bell = bell_new(&sc);

	ck_assert_ok(notification_signal(bell));
	ck_assert(!task_wait(&server, signal, DEADLINE_NEVER));
	ck_assert_ok(sched_context_unbind(sc));
	machine_check();
	ck_assert_ok(sched_context_bind(sc, bell));
	ck_assert_ok(notification_signal(signal));
	ck_assert(!task_call(&server, other_endpoint, 1, 0));
	ck_assert_ok(sched_context_unbind(sc));
	ck_assert_ptr_null(time_of(&other));
	ck_assert_ok(sched_context_bind(sc, bell));
	machine_check();
	ck_assert(!task_reply_recv(&other, other_endpoint, 0, 0));
	ck_assert(!task_recv(&server, endpoint));
	ck_assert_ptr_null(time_of(&server));
}
END_TEST

/* A client ends in the middle of its call, its time first, as always. What it left to do is done on the notification's. */
START_TEST(client_ends)
{
	cap_t sc;
	cap_t bell = bell_new(&sc);

	ck_assert(!task_call(&client, endpoint, 1, 0));
	if (_i == 0) {
		machine_forget(&client.thread->context);
		while (cnode_delete(ROOT_SLOT_CNODE, client.cap) == ERR_DESCENDANTS)
			ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, client.cap));
	} else {
		ck_assert_ok(sched_context_unbind(client.sc));
		ck_assert_ok(thread_suspend(client.cap));
	}
	ck_assert_ok(notification_signal(bell));
	ck_assert_ptr_null(server.thread->context.caller);
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	ck_assert(task_recv(&server, endpoint));
	ck_assert_uint_eq(task_label(&server), LABEL_SIGNAL);
}
END_TEST

START_TEST(client_gives_up_without_time)
{
	cap_t sc;

	bell_new(&sc);
	ck_assert(!task_call_until(&client, endpoint, 1, fake.clock + 1000));
	ck_assert_ok(sched_context_unbind(client.sc));
	fake_pass(fake.clock + 2000);
	ck_assert_int_eq(task_status(&client), ERR_DEADLINE);
	ck_assert_ptr_null(server.thread->context.caller);
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
}
END_TEST

START_TEST(guest_ends)
{
	cap_t sc;
	struct guest guest = guest_new(endpoint);

	bell_new(&sc);
	guest_start(&guest, &server, endpoint);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_ptr_eq(server.thread->context.caller, &guest.vcpu->context);
	machine_forget(&guest.vcpu->context);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guest.cap));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, guest.cap));
	ck_assert_ptr_null(server.thread->context.caller);
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("unbound");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, nobody_lends_any, 0, 2);
	tcase_add_test(tcase, its_notification_has_some);
	tcase_add_test(tcase, its_own);
	tcase_add_test(tcase, a_notifications);
	tcase_add_loop_test(tcase, client_ends, 0, 2);
	tcase_add_test(tcase, client_gives_up_without_time);
	tcase_add_test(tcase, guest_ends);
	return machine_main("unbound", &tcase, 1);
}
