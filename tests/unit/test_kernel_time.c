/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timeouts: the list against an array, and deadlines of threads to the tick; time that is configured anew.
 */
#include "kernel_machine.h"

#define TIMEOUTS 32
#define STEPS    20000
#define TASKS    12

static struct timeout timeouts[TIMEOUTS];
static uint64_t model[TIMEOUTS]; /* DEADLINE_NEVER: not armed */

static uint64_t model_first(void)
{
	uint64_t first = DEADLINE_NEVER;

	for (unsigned int i = 0; i < TIMEOUTS; i++)
		if (model[i] < first)
			first = model[i];
	return first;
}

static void init_timeouts(void)
{
	for (unsigned int i = 0; i < TIMEOUTS; i++) {
		timeout_init(&timeouts[i], TIMEOUT_REFILL);
		model[i] = DEADLINE_NEVER;
	}
}

START_TEST(first_is_first)
{
	init_timeouts();
	for (unsigned int step = 0; step < STEPS; step++) {
		unsigned int i = random_below(TIMEOUTS);

		switch (random_below(4)) {
		case 0:
			timeout_cancel(&timeouts[i]);
			model[i] = DEADLINE_NEVER;
			break;
		case 1:
			timeout_set(&timeouts[i], DEADLINE_NEVER);
			model[i] = DEADLINE_NEVER;
			break;
		default:
			/* Few values: many of the same time. */
			model[i] = 1000000 + random_below(40);
			timeout_set(&timeouts[i], model[i]);
			break;
		}
		expect(timeout_first() == model_first());
	}
}
END_TEST

START_TEST(first_is_armed_again)
{
	init_timeouts();
	timeout_set(&timeouts[0], 2000);
	timeout_set(&timeouts[0], 3000);
	ck_assert_uint_eq(timeout_first(), 3000);
	timeout_set(&timeouts[1], 4000);
	timeout_set(&timeouts[0], 5000);
	ck_assert_uint_eq(timeout_first(), 4000);
	timeout_set(&timeouts[1], 4000);
	ck_assert_uint_eq(timeout_first(), 4000);
	timeout_cancel(&timeouts[1]);
	ck_assert_uint_eq(timeout_first(), 5000);
	timeout_cancel(&timeouts[0]);
	timeout_cancel(&timeouts[0]);
	ck_assert_uint_eq(timeout_first(), DEADLINE_NEVER);
}
END_TEST

/* Each waits until its deadline and not longer, whoever else waits. */
START_TEST(deadlines_in_their_order)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	struct task tasks[TASKS];
	uint64_t deadline[TASKS];
	uint64_t start;

	for (unsigned int i = 0; i < TASKS; i++) {
		tasks[i] = task_new();
		ck_assert_ok(thread_resume(tasks[i].cap));
	}
	start = fake.clock;
	for (unsigned int i = 0; i < TASKS; i++) {
		deadline[i] = start + 100 + random_below(20);
		ck_assert(!task_wait(&tasks[i], notification, deadline[i]));
	}
	for (uint64_t now = start; now < start + 130; now++) {
		fake_pass(now);
		for (unsigned int i = 0; i < TASKS; i++) {
			if (deadline[i] > now) {
				ck_assert_uint_eq(tasks[i].thread->context.state, STATE_WAITING);
				continue;
			}
			ck_assert_uint_eq(tasks[i].thread->context.state, STATE_READY);
			ck_assert_int_eq(task_status(&tasks[i]), ERR_DEADLINE);
		}
		machine_check();
	}
	ck_assert_uint_eq(timeout_first(), DEADLINE_NEVER);
}
END_TEST

/* A deadline that has passed already ends the wait at once, and one of 0 only polls. */
START_TEST(deadline_in_the_past)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	struct task task = task_new();

	ck_assert_ok(thread_resume(task.cap));
	ck_assert(!task_wait(&task, notification, 0));
	fake_pass(fake.clock);
	ck_assert_int_eq(task_status(&task), ERR_DEADLINE);
	ck_assert_ok(notification_signal(notification));
	ck_assert(task_wait(&task, notification, 0));
	ck_assert_int_eq(task_status(&task), OK);
	machine_check();
}
END_TEST

/* What came in time leaves no deadline behind. */
START_TEST(deadline_of_a_wait_that_is_over)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	struct task task = task_new();

	ck_assert_ok(thread_resume(task.cap));
	ck_assert(!task_wait(&task, notification, fake.clock + 1000));
	ck_assert_ok(notification_signal(notification));
	ck_assert_uint_eq(timeout_first(), DEADLINE_NEVER);
	machine_run_task(&task);
	fake_pass(fake.clock + 2000);
	ck_assert_int_eq(task_status(&task), OK);
	ck_assert_uint_eq(task_word(&task, 0), 1);
	machine_check();
}
END_TEST

/* A budget becomes a turn while who has it sleeps, and a budget again while it waits for the core: it is wanted by then. */
START_TEST(configured_while_it_is_wanted)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	struct task task = task_new();
	struct task other = task_new();

	ck_assert_ok(thread_resume(task.cap));
	ck_assert_ok(thread_resume(other.cap));
	ck_assert_ok(sched_context_configure(task.sc, 100000, 1000000));
	ck_assert(!task_wait(&task, notification, DEADLINE_NEVER));
	machine_run_task(&other);
	fake_pass(fake.clock + 20000);
	ck_assert_ok(sched_context_configure(task.sc, 1000000, 1000000));
	ck_assert_ok(notification_signal(notification));
	ck_assert_ok(sched_context_configure(task.sc, 100000, 1000000));
	machine_check();
}
END_TEST

/* Many deadlines at one time: the timer's interrupt comes until all have been told. */
START_TEST(deadlines_at_once)
{
	struct task sleepers[20];
	struct task busy = task_new();
	uint64_t when = fake.clock + 10000;
	unsigned int awake = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(sleepers); i++) {
		sleepers[i] = task_new();
		ck_assert_ok(thread_resume(sleepers[i].cap));
		ck_assert(!task_wait(&sleepers[i], object_new(OBJECT_NOTIFICATION, 0), when));
	}
	ck_assert_ok(thread_resume(busy.cap));
	machine_run_task(&busy);
	fake.clock = when;
	fake_interrupt();
	for (unsigned int i = 0; i < ARRAY_SIZE(sleepers); i++)
		awake += sleepers[i].thread->context.state == STATE_READY;
	ck_assert_uint_gt(awake, 0);
	ck_assert_uint_le(awake, 8);
	ck_assert_uint_eq(fake.timer, when);
	fake_pass(when);
	for (unsigned int i = 0; i < ARRAY_SIZE(sleepers); i++) {
		ck_assert_int_eq(sleepers[i].thread->context.state, STATE_READY);
		ck_assert_int_eq(task_status(&sleepers[i]), ERR_DEADLINE);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = machine_case("time");

	tcase_add_test(tcase, first_is_first);
	tcase_add_test(tcase, first_is_armed_again);
	tcase_add_test(tcase, deadlines_in_their_order);
	tcase_add_test(tcase, deadlines_at_once);
	tcase_add_test(tcase, deadline_in_the_past);
	tcase_add_test(tcase, deadline_of_a_wait_that_is_over);
	tcase_add_test(tcase, configured_while_it_is_wanted);
	return machine_main("time", &tcase, 1);
}
