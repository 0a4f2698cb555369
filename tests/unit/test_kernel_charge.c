/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who pays for the kernel's own work: here it takes time behind each entry, for a switch, and before each return. What a
 * context is charged is compared with how long it really ran.
 */
#include "kernel_machine.h"

#include <budget.h>
#include <charge.h>

#define WORK 100UL
#define MS   1000000UL

static struct task low, high, passive;
static cap_t never; /* a notification that nobody signals */

static struct task task_at(uint8_t priority)
{
	struct task task = task_new();

	ck_assert_ok(thread_set_priority(task.cap, priority));
	ck_assert_ok(thread_resume(task.cap));
	return task;
}

/* The root server steps aside, and nobody has done anything yet. */
static void setup(void)
{
	machine_start();
	never = object_new(OBJECT_NOTIFICATION, 0);
	low = task_at(20);
	high = task_at(40);
	passive = task_new_passive();
	ck_assert(!task_wait(&root, never, DEADLINE_NEVER));
	ck_assert_ptr_eq(core.current, &high.thread->context);
	fake.work = WORK;
}

static struct task equal, server;
static cap_t bell, service;

/* The same with an equal of `low`, a server less urgent than all, and a kernel that takes no time. */
static void setup_turns(void)
{
	machine_start();
	never = object_new(OBJECT_NOTIFICATION, 0);
	bell = object_new(OBJECT_NOTIFICATION, 0);
	low = task_at(20);
	equal = task_at(20);
	service = object_new(OBJECT_ENDPOINT, 0);
	server = task_new_passive();
	ck_assert_ok(thread_set_priority(server.cap, 10));
	task_serve(&server, service);
	high = task_at(40);
	ck_assert(!task_wait(&root, never, DEADLINE_NEVER));
}

static uint64_t used(const struct task *task)
{
	return charge_consumed(object_of(task->sc));
}

static bool runs(const struct task *task)
{
	return !fake.idle && core.current == &task->thread->context;
}

/* From the interrupt's entry on time is the more urgent one's, and so is the way back when it waits again. */
START_TEST(an_interrupt_for_the_more_urgent)
{
	uint64_t when = fake.clock + 10000;
	uint64_t start, low_before, high_before;

	ck_assert(!task_wait(&high, never, when));
	ck_assert(runs(&low));
	start = fake.clock;
	low_before = used(&low);
	high_before = used(&high);
	fake_pass(when);
	ck_assert(runs(&high));
	ck_assert_uint_eq(fake.clock, when + 3 * WORK);
	ck_assert_uint_eq(used(&low) - low_before, when - start);
	ck_assert(!task_wait(&high, never, DEADLINE_NEVER));
	ck_assert(runs(&low));
	ck_assert_uint_eq(fake.clock, when + 6 * WORK);
	ck_assert_uint_eq(used(&low) - low_before, when - start);
	ck_assert_uint_eq(used(&high) - high_before, 6 * WORK);
}
END_TEST

/* A thread's deadline comes while a more urgent one runs, again and again: that one loses nothing by it. */
START_TEST(an_interrupt_for_the_less_urgent)
{
	uint64_t start, high_before, low_before;

	for (unsigned int i = 0; i < 10; i++) {
		uint64_t wake = fake.clock + 5000;

		ck_assert(!task_wait(&high, never, wake));
		ck_assert(!task_wait(&low, never, wake + 5000));
		fake_pass(wake);
		ck_assert(runs(&high));
		start = fake.clock;
		high_before = used(&high);
		low_before = used(&low);
		fake_pass(wake + 5000);
		ck_assert(runs(&high));
		ck_assert_uint_eq(fake.clock, wake + 5000 + 2 * WORK);
		ck_assert_uint_eq(used(&high) - high_before, wake + 5000 - start);
		ck_assert_uint_eq(used(&low) - low_before, 2 * WORK);
	}
}
END_TEST

/* The same for who has no time left: it owes it. Its deadline comes first, then its time. */
START_TEST(an_interrupt_for_who_has_no_time)
{
	uint64_t wake = fake.clock + 20000;
	uint64_t refill, before;
	uint64_t start;

	ck_assert(!task_wait(&high, never, wake));
	ck_assert(runs(&low));
	budget_set(object_of(low.sc), 15000, MS, fake.clock);
	fake_pass(wake);
	ck_assert(runs(&high));
	ck_assert(!list_empty(&((struct sched_context *)object_of(low.sc))->timeout.link));
	refill = ((struct sched_context *)object_of(low.sc))->timeout.when;
	start = fake.clock;
	before = used(&high);
	fake_pass(refill);
	ck_assert(runs(&high));
	ck_assert_uint_eq(fake.clock, refill + 2 * WORK);
	ck_assert_uint_eq(used(&high) - before, refill - start);
}
END_TEST

/* Whose budget ends pays for the switch to the next. */
START_TEST(the_end_of_a_budget)
{
	uint64_t before, low_before;
	uint64_t end;

	budget_set(object_of(high.sc), 50000, MS, fake.clock);
	fake_interrupt();
	low_before = used(&low);
	before = used(&high);
	end = fake.timer;
	fake_pass(end);
	ck_assert(runs(&low));
	ck_assert_uint_eq(used(&low), low_before);
	ck_assert_uint_ge(used(&high) - before, 50000 - 3 * WORK);
	ck_assert_uint_le(used(&high) - before, 50000 + 3 * WORK);
	fake_pass(end + 1000);
	ck_assert_uint_eq(used(&low) - low_before, end + 1000 - (end + 3 * WORK));
}
END_TEST

/* What is charged to all is what passed, idling aside, whoever disturbs whom. */
START_TEST(nothing_is_lost)
{
	uint64_t start = fake.clock;
	uint64_t before = used(&low) + used(&high);

	for (unsigned int i = 0; i < 5000; i++) {
		uint64_t soon = fake.clock + random_below(3000);

		/* The less urgent one never waits: the core is never idle. */
		if (runs(&high))
			ck_assert(!task_wait(&high, never, soon));
		fake_pass(fake.clock + random_below(1000));
		machine_check();
	}
	ck_assert(runs(&low) || runs(&high));
	ck_assert_uint_le(used(&low) + used(&high) - before, fake.clock - start);
	ck_assert_uint_ge(used(&low) + used(&high) - before + 2 * WORK, fake.clock - start);
}
END_TEST

/* Of two reads of the counter the later can be the smaller by a little: nobody pays for half of eternity. */
START_TEST(reads_out_of_order)
{
	struct sched_context *sc = object_of(high.sc);
	uint64_t before = used(&high);
	uint64_t since = core.since;

	budget_set(sc, 50000, MS, fake.clock);
	charge_until(since - 3);
	ck_assert_uint_eq(used(&high), before);
	charge_until(since + 7);
	ck_assert_uint_eq(used(&high), before + 7);
	ck_assert_uint_eq(sc->refill[sc->first].amount, 50000 - 7);
	/* What is set aside for another ends before it began. */
	core.cause = object_of(low.sc);
	before = used(&low);
	ck_assert_ptr_eq(charge_cause(since + 10), &core.returned);
	core.returned = since + 8;
	ck_assert_uint_eq(used(&low), before);
	charge_until(since + 11);
	ck_assert_uint_eq(sc->refill[sc->first].amount, 50000 - 11);
}
END_TEST

/* What an interrupt does for somebody without time is not the work of who had a timeout before: that one owes it. */
START_TEST(woken_without_time)
{
	uint64_t start, high_before, low_before;
	uint64_t wake = fake.clock + 10000;

	ck_assert(!task_wait(&high, never, wake));
	ck_assert(!task_wait(&low, never, wake + 5000));
	fake.work = WORK;
	fake_pass(wake);
	ck_assert(runs(&high));
	start = fake.clock;
	high_before = used(&high);
	low_before = used(&low);
	/* Both are due at one time: who has no time is the second. */
	sched_block(&passive.thread->context, STATE_WAITING);
	timeout_set(&passive.thread->context.deadline, wake + 5000);
	fake_pass(wake + 5000);
	ck_assert_int_eq(passive.thread->context.state, STATE_READY);
	ck_assert_uint_eq(used(&high) - high_before, wake + 5000 - start);
	ck_assert_uint_eq(used(&low) - low_before, 2 * WORK);
}
END_TEST

/* Who makes a call before the timer has ended a turn that is over has no more of it, and not less than nothing. */
START_TEST(a_turn_that_is_over)
{
	struct sched_context *sc = object_of(low.sc);

	ck_assert(!task_wait(&high, bell, DEADLINE_NEVER));
	ck_assert(runs(&low));
	fake.clock = core.since + sc->budget + 50;
	low.thread->registers.x[FAKE_SYSCALL] = SYS_SIGNAL;
	low.thread->registers.x[FAKE_CAP] = bell;
	fake_syscall();
	ck_assert(runs(&high));
	ck_assert_uint_eq(sc->refill[sc->first].amount, 1);
	ck_assert(!task_wait(&high, bell, DEADLINE_NEVER));
	ck_assert(runs(&low));
	fake_pass(fake.clock + 1);
	ck_assert(runs(&equal));
	ck_assert_uint_eq(sc->refill[sc->first].amount, sc->budget);
}
END_TEST

/*
 * A call is the last that its time is good for, and the server less urgent than another who is ready: when the server's turn
 * comes, the time that it was lent is used up. It runs when there is some again.
 */
START_TEST(lent_and_used_up)
{
	struct sched_context *sc = object_of(low.sc);
	uint64_t refill;

	budget_set(sc, 50000, MS, fake.clock);
	ck_assert(!task_wait(&high, bell, DEADLINE_NEVER));
	ck_assert(runs(&low));
	fake.clock = core.since + 50000;
	low.thread->registers.x[FAKE_SYSCALL] = SYS_CALL;
	low.thread->registers.x[FAKE_CAP] = service;
	low.thread->registers.x[FAKE_DEADLINE] = DEADLINE_NEVER;
	fake_syscall();
	ck_assert(runs(&equal));
	ck_assert_int_eq(server.thread->context.state, STATE_READY);
	ck_assert_ptr_eq(server.thread->context.sc, sc);
	refill = sc->timeout.when;
	ck_assert(!task_wait(&equal, never, DEADLINE_NEVER));
	ck_assert(fake.idle);
	machine_check();
	fake_pass(refill - 1);
	ck_assert(fake.idle);
	fake_pass(refill);
	ck_assert(runs(&server));
	machine_check();
}
END_TEST

/* Who is interrupted at the end of its turn, by somebody more urgent whom it woke, has not another one. */
START_TEST(no_second_turn)
{
	uint64_t turn = ((struct sched_context *)object_of(low.sc))->budget;

	ck_assert(!task_wait(&high, bell, DEADLINE_NEVER));
	ck_assert(runs(&low));
	fake_pass(core.since + turn - turn / 2048);
	ck_assert(runs(&low));
	low.thread->registers.x[FAKE_SYSCALL] = SYS_SIGNAL;
	low.thread->registers.x[FAKE_CAP] = bell;
	fake_syscall();
	ck_assert(runs(&high));
	ck_assert(!task_wait(&high, bell, DEADLINE_NEVER));
	ck_assert(runs(&low));
	fake_pass(fake.clock + turn / 1024);
	ck_assert(runs(&equal));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("charge");
	TCase *turns = tcase_create("turns");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, an_interrupt_for_the_more_urgent);
	tcase_add_test(tcase, an_interrupt_for_the_less_urgent);
	tcase_add_test(tcase, an_interrupt_for_who_has_no_time);
	tcase_add_test(tcase, the_end_of_a_budget);
	tcase_add_test(tcase, nothing_is_lost);
	tcase_add_test(tcase, reads_out_of_order);
	tcase_add_test(tcase, woken_without_time);
	tcase_add_checked_fixture(turns, setup_turns, NULL);
	tcase_add_test(turns, a_turn_that_is_over);
	tcase_add_test(turns, lent_and_used_up);
	tcase_add_test(turns, no_second_turn);
	return machine_main("charge", (TCase *[]){ tcase, turns }, 2);
}
