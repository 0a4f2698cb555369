/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls in circles: who would have to answer waits for the caller, by its own calls, taken or not, or for time that is away.
 */
#include "kernel_machine.h"

#include <exit.h>

static void teardown(void)
{
	machine_check();
}

/* A server that runs, with an endpoint of its own. */
static struct task running_server(cap_t *endpoint)
{
	struct task task = task_new();

	*endpoint = object_new(OBJECT_ENDPOINT, 0);
	task_serve(&task, *endpoint);
	ck_assert(task_syscall(&root, SYS_SEND, *endpoint, 1, (uint64_t[MESSAGE_WORDS]){ 0 }, 0));
	ck_assert_int_eq(task.thread->context.state, STATE_READY);
	return task;
}

/* One that waits, and lives on its callers' time. */
static struct task passive_server(cap_t *endpoint)
{
	struct task task = task_new_passive();

	*endpoint = object_new(OBJECT_ENDPOINT, 0);
	task_serve(&task, *endpoint);
	return task;
}

static void expect_refused(const struct task *client, cap_t endpoint)
{
	ck_assert(task_call(client, endpoint, 1, 0));
	ck_assert_int_eq(task_status(client), ERR_DEPTH);
	ck_assert_int_eq(client->thread->context.state, STATE_READY);
	machine_check();
}

/* All but the last have called the next, which has not taken it. */
static void queue_up(struct task task[], cap_t at[], unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		task[i] = running_server(&at[i]);
	for (unsigned int i = 0; i + 1 < count; i++)
		ck_assert(!task_call(&task[i], at[i + 1], 1, 0));
}

START_TEST(in_each_others_queues)
{
	struct task task[3];
	cap_t at[3];

	queue_up(task, at, 3);
	for (unsigned int i = 0; i < 3; i++)
		expect_refused(&task[2], at[i]);
	/* One that is taken is a link as well. */
	ck_assert(task_recv(&task[2], at[2]));
	expect_refused(&task[2], at[0]);
	ck_assert(!task_reply_recv(&task[2], at[2], 0, 0));
	ck_assert_int_eq(task_status(&task[1]), OK);
}
END_TEST

/* A look at queues behind queues has an end. */
START_TEST(queues_behind_queues)
{
	struct task task[CALL_WAITS_MAX + 1];
	cap_t at[CALL_WAITS_MAX + 1];
	struct task last = task_new();

	queue_up(task, at, CALL_WAITS_MAX + 1);
	ck_assert_ok(thread_resume(last.cap));
	expect_refused(&last, at[0]);
	ck_assert(!task_call(&last, at[1], 1, 0));
}
END_TEST

/* Who gave a call up waits for who has its time. */
START_TEST(time_of_a_call_that_was_given_up)
{
	struct task task[3];
	cap_t at[3];

	task[0] = running_server(&at[0]);
	task[1] = passive_server(&at[1]);
	task[2] = passive_server(&at[2]);
	ck_assert(!task_call_until(&task[0], at[1], 1, fake.clock + 1000));
	ck_assert(!task_call(&task[1], at[2], 1, 0));
	fake_pass(fake.clock + 2000);
	ck_assert_int_eq(task_status(&task[0]), ERR_DEADLINE);
	expect_refused(&task[2], at[0]);
	/* Also where it waits for messages again: it could not deal with them. */
	ck_assert_ok(thread_suspend(task[0].cap));
	expect_refused(&task[2], at[0]);
	task_serve(&task[0], at[0]);
	expect_refused(&task[2], at[0]);
	ck_assert(!task_reply_recv(&task[2], at[2], 0, 0));
	/* It still is away, and all others can call. */
	ck_assert(!task_call(&root, at[0], 1, 0));
	ck_assert(!task_reply_recv(&task[1], at[1], 0, 0));
	ck_assert(!task_reply_recv(&task[0], at[0], 0, 0));
	ck_assert_int_eq(task_status(&root), OK);
}
END_TEST

/* A guest's VMM ends in the middle of a call to a server, which has the guest's time still. The next VMM lives on that. */
START_TEST(time_of_a_caller)
{
	cap_t at, model_at;
	struct task vmm = passive_server(&at);
	struct task model = passive_server(&model_at);
	struct task next = task_new_passive();
	struct guest guest = guest_new(at);

	guest_start(&guest, &vmm, at);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert(!task_call(&vmm, model_at, 1, 0));
	ck_assert_ok(thread_suspend(vmm.cap));
	task_serve(&next, at);
	ck_assert_ptr_eq(next.thread->context.caller, &guest.vcpu->context);
	ck_assert_ptr_null(next.thread->context.sc);
	expect_refused(&model, at);
	ck_assert(!task_reply_recv(&model, model_at, 0, 0));
	ck_assert(!task_answer(&next, at, &guest, DISPOSITION_STEP, 0));
	ck_assert_ptr_nonnull(guest.vcpu->context.sc);
}
END_TEST

/* A thread that a signal woke was stopped in the middle of a call: whom it called has the notification's time. */
START_TEST(time_of_a_notification)
{
	cap_t at, model_at;
	struct task worker = passive_server(&at);
	struct task model = passive_server(&model_at);
	cap_t bell = object_new(OBJECT_NOTIFICATION, 0);

	ck_assert_ok(notification_bind_thread(bell, worker.cap));
	time_new(bell, 100000, 100000);
	ck_assert_ok(notification_signal(bell));
	ck_assert(!task_call(&worker, model_at, 1, 0));
	ck_assert_ok(thread_suspend(worker.cap));
	ck_assert_ok(thread_resume(worker.cap));
	ck_assert_ptr_null(worker.thread->context.sc);
	expect_refused(&model, at);
	ck_assert(!task_reply_recv(&model, model_at, 0, 0));
	ck_assert_ptr_nonnull(worker.thread->context.sc);
}
END_TEST

/* Who has no time, and nobody has any of it, waits for nobody: whether it owes an answer or not. */
START_TEST(time_that_nobody_has)
{
	cap_t at;
	struct task server = passive_server(&at);
	struct task first = task_new();
	struct task others[2] = { task_new(), task_new() };

	ck_assert_ok(notification_bind_thread(object_new(OBJECT_NOTIFICATION, 0), server.cap));
	ck_assert_ok(thread_resume(first.cap));
	ck_assert(!task_call(&first, at, 1, 0));
	ck_assert_ok(sched_context_unbind(first.sc));
	for (unsigned int i = 0; i < 2; i++) {
		ck_assert_ok(thread_resume(others[i].cap));
		ck_assert(!task_call(&others[i], at, 1, 0));
		ck_assert_int_eq(others[i].thread->context.state, STATE_SENDING);
		ck_assert_ok(thread_suspend(first.cap));
	}
}
END_TEST

/* Of several servers of one endpoint another can answer. */
START_TEST(another_waits)
{
	cap_t at = object_new(OBJECT_ENDPOINT, 0);
	struct task first = task_new();
	struct task second = task_new();
	const uint64_t none[MESSAGE_WORDS] = { 0 };

	task_serve(&first, at);
	ck_assert_ok(thread_resume(second.cap));
	ck_assert(!task_syscall(&second, SYS_RECV, at, 0, none, fake.clock + 1000));
	fake_pass(fake.clock + 2000);
	ck_assert_int_eq(task_status(&second), ERR_DEADLINE);
	ck_assert(!task_call(&second, at, 1, 0));
	/* The last that waited is who is known to serve it. */
	ck_assert(!task_reply_recv(&first, at, 0, 0));
	ck_assert(!task_call(&root, at, 1, 0));
	expect_refused(&first, at);
}
END_TEST

/* A caller's caller has only its notification's time to come, and who calls has that. */
START_TEST(time_of_a_callers_notification)
{
	cap_t at, model_at, low_at;
	struct task worker = passive_server(&at);
	struct task model = passive_server(&model_at);
	struct task low = passive_server(&low_at);
	cap_t bell = object_new(OBJECT_NOTIFICATION, 0);
	cap_t own;

	ck_assert_ok(notification_bind_thread(bell, worker.cap));
	time_new(bell, 100000, 100000);
	ck_assert_ok(notification_signal(bell));
	ck_assert(!task_call(&worker, model_at, 1, 0));
	ck_assert_ok(thread_suspend(worker.cap));
	own = time_new(worker.cap, 100000, 100000);
	ck_assert_ok(thread_resume(worker.cap));
	ck_assert(!task_call(&worker, low_at, 1, 0));
	ck_assert_ok(sched_context_unbind(own));
	ck_assert_ptr_null(low.thread->context.sc);
	ck_assert_ptr_eq(low.thread->context.caller, &worker.thread->context);
	expect_refused(&model, low_at);
}
END_TEST

/* A guest without time waits for nobody, and nor does its VMM. */
START_TEST(guest_without_time)
{
	cap_t at;
	struct task vmm = passive_server(&at);
	struct task other = task_new();
	struct guest guest = guest_new(at);

	guest_start(&guest, &vmm, at);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_ok(sched_context_unbind(guest.sc));
	ck_assert_ptr_null(vmm.thread->context.sc);
	ck_assert_ok(thread_resume(other.cap));
	ck_assert(!task_call(&other, at, 1, 0));
	ck_assert_int_eq(other.thread->context.state, STATE_SENDING);
}
END_TEST

int main(void)
{
	TCase *tcase = machine_case("cycle");

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, in_each_others_queues);
	tcase_add_test(tcase, queues_behind_queues);
	tcase_add_test(tcase, time_of_a_call_that_was_given_up);
	tcase_add_test(tcase, time_of_a_caller);
	tcase_add_test(tcase, time_of_a_notification);
	tcase_add_test(tcase, time_that_nobody_has);
	tcase_add_test(tcase, guest_without_time);
	tcase_add_test(tcase, another_waits);
	tcase_add_test(tcase, time_of_a_callers_notification);
	return machine_main("cycle", (TCase *[]){ tcase }, 1);
}
