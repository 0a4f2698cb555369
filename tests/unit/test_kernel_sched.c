/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs, and for how long. Loads are random: contexts that sleep and run, of all priorities, against a record of each
 * tick that each scheduling context used.
 */
#include <stdlib.h>

#include "kernel_machine.h"

#define MS       1000000UL
#define SECOND   (1000 * MS)
#define LOADS    6
#define RECORDS  100000
#define TIME_END (10 * SECOND)

/* One stretch of time on one scheduling context. */
struct stretch {
	uint64_t from, to;
};

struct load {
	struct task task;
	uint64_t budget, period; /* equal: not limited */
	uint64_t used;
	struct stretch *stretches;
	unsigned int count;
};

static struct load loads[LOADS];
static cap_t never; /* a notification that nobody signals */

static void setup(void)
{
	machine_start();
	never = object_new(OBJECT_NOTIFICATION, 0);
}

static void teardown(void)
{
	machine_check();
	for (unsigned int i = 0; i < LOADS; i++)
		free(loads[i].stretches);
}

static void load_new(unsigned int i, uint8_t priority, uint64_t budget, uint64_t period)
{
	struct load *load = &loads[i];

	load->task = task_new_passive();
	load->task.sc = time_new(load->task.cap, budget, period);
	load->budget = budget;
	load->period = period;
	load->stretches = calloc(RECORDS, sizeof(*load->stretches));
	ck_assert_ok(thread_set_priority(load->task.cap, priority));
	ck_assert_ok(thread_resume(load->task.cap));
}

/* The root server steps aside for good. */
static void root_waits(void)
{
	expect(!task_wait(&root, never, DEADLINE_NEVER));
}

/* The load that runs now, or NULL. */
static struct load *running(void)
{
	if (!fake.idle)
		for (unsigned int i = 0; i < LOADS; i++)
			if (loads[i].task.thread && &loads[i].task.thread->context == core.current)
				return &loads[i];
	return NULL;
}

static void record(struct load *load, uint64_t from, uint64_t to)
{
	if (from == to)
		return;
	load->used += to - from;
	if (load->count && load->stretches[load->count - 1].to == from) {
		load->stretches[load->count - 1].to = to;
		return;
	}
	expect(load->count < RECORDS);
	load->stretches[load->count++] = (struct stretch){ from, to };
}

/* Let time pass in steps of at most `step`, recording who used it. */
static void pass(uint64_t until, uint64_t step)
{
	while (fake.clock < until) {
		struct load *load = running();
		uint64_t from = fake.clock;
		uint64_t to = from + step < until ? from + step : until;

		/* Up to the next entry at most, so that who runs at the beginning has all of it. */
		if (load && fake.timer < to)
			to = fake.timer > from ? fake.timer : from;
		fake_pass(to);
		if (load)
			record(load, from, fake.clock);
	}
}

/* Ticks used in [from, from + length). */
static uint64_t used_within(const struct load *load, unsigned int first, uint64_t from,
			    uint64_t length)
{
	uint64_t used = 0;

	for (unsigned int i = first; i < load->count && load->stretches[i].from < from + length;
	     i++) {
		const struct stretch *at = &load->stretches[i];
		uint64_t begin = at->from > from ? at->from : from;
		uint64_t end = at->to < from + length ? at->to : from + length;

		used += end > begin ? end - begin : 0;
	}
	return used;
}

/* In no window of `periods` are more than `budgets` used. The worst windows begin where a stretch does. */
static void check_windows(const struct load *load, unsigned int periods, unsigned int budgets)
{
	for (unsigned int i = 0; i < load->count; i++) {
		uint64_t used =
			used_within(load, i, load->stretches[i].from, periods * load->period);

		if (used > budgets * load->budget)
			ck_abort_msg("%lu ticks of budgets of %lu in %u periods from %lu", used,
				     load->budget, periods, load->stretches[i].from);
	}
}

static void check_share(const struct load *load, uint64_t time, double missing)
{
	double share = (double)load->used / (double)time;
	double wanted = (double)load->budget / (double)load->period;

	if (share > wanted * 1.01 || share < wanted * (1 - missing))
		ck_abort_msg("a share of %f, not %f", share, wanted);
}

START_TEST(the_most_urgent_runs)
{
	for (unsigned int i = 0; i < 4; i++)
		load_new(i, (uint8_t)(10 * (i % 3) + 10), MS, MS);
	root_waits();
	ck_assert_ptr_eq(running(), &loads[2]);
	/* One above comes at its time, and goes. */
	ck_assert(!task_wait(&loads[2].task, never, fake.clock + 5 * MS));
	ck_assert_ptr_eq(running(), &loads[1]);
	pass(fake.clock + 5 * MS, MS / 10);
	ck_assert_ptr_eq(running(), &loads[2]);
	sched_set_priority(&loads[0].task.thread->context, 31);
	fake_interrupt();
	ck_assert_ptr_eq(running(), &loads[0]);
	machine_check();
}
END_TEST

START_TEST(turns_of_equals)
{
	for (unsigned int i = 0; i < 3; i++)
		load_new(i, 50, MS, MS);
	root_waits();
	pass(fake.clock + 300 * MS, MS / 10);
	for (unsigned int i = 0; i < 3; i++) {
		ck_assert_uint_eq(loads[i].used, 100 * MS);
		/* Each has had its turns as one. */
		ck_assert_uint_eq(loads[i].count, 100);
	}
}
END_TEST

/* Who is preempted goes on with its turn afterwards, before its equals. */
START_TEST(a_turn_goes_on)
{
	load_new(0, 50, 10 * MS, 10 * MS);
	load_new(1, 50, 10 * MS, 10 * MS);
	load_new(2, 60, 10 * MS, 10 * MS);
	root_waits();
	ck_assert(!task_wait(&loads[2].task, never, fake.clock + 4 * MS));
	ck_assert_ptr_eq(running(), &loads[0]);
	pass(fake.clock + 4 * MS, MS);
	ck_assert_ptr_eq(running(), &loads[2]);
	pass(fake.clock + MS, MS);
	ck_assert(!task_wait(&loads[2].task, never, DEADLINE_NEVER));
	ck_assert_ptr_eq(running(), &loads[0]);
	pass(fake.clock + 6 * MS - 1, MS);
	ck_assert_ptr_eq(running(), &loads[0]);
	pass(fake.clock + 1, 1);
	ck_assert_ptr_eq(running(), &loads[1]);
}
END_TEST

START_TEST(yield)
{
	static const uint64_t words[MESSAGE_WORDS];

	load_new(0, 50, MS, MS);
	load_new(1, 50, MS, MS);
	load_new(2, 40, MS, MS);
	root_waits();
	for (unsigned int i = 0; i < 4; i++) {
		struct registers *registers = &loads[i % 2].task.thread->registers;

		ck_assert_ptr_eq(running(), &loads[i % 2]);
		registers->x[FAKE_SYSCALL] = SYS_YIELD;
		fake_syscall();
		ck_assert_int_eq(task_status(&loads[i % 2].task), OK);
		machine_check();
	}
	/* Alone it goes on itself. */
	ck_assert(!task_wait(&loads[1].task, never, DEADLINE_NEVER));
	ck_assert(task_syscall(&loads[0].task, SYS_YIELD, 0, 0, words, 0));
	ck_assert_ptr_eq(running(), &loads[0]);
}
END_TEST

START_TEST(a_budget_ends_and_comes_back)
{
	uint64_t start;

	load_new(0, 50, 2 * MS, 10 * MS);
	load_new(1, 40, MS, MS);
	root_waits();
	start = fake.clock;
	ck_assert_ptr_eq(running(), &loads[0]);
	pass(start + 2 * MS - 1, MS);
	ck_assert_ptr_eq(running(), &loads[0]);
	pass(start + 2 * MS, MS);
	ck_assert_ptr_eq(running(), &loads[1]);
	pass(start + 10 * MS - 1, MS);
	ck_assert_ptr_eq(running(), &loads[1]);
	pass(start + 10 * MS, MS);
	ck_assert_ptr_eq(running(), &loads[0]);
	/* A sleep saves nothing up. */
	ck_assert(!task_wait(&loads[0].task, never, start + 100 * MS));
	pass(start + 200 * MS, MS);
	check_windows(&loads[0], 1, 1);
	ck_assert_uint_le(loads[0].used, 22 * MS);
	ck_assert_uint_ge(loads[0].used, 20 * MS);
}
END_TEST

START_TEST(what_configure_refuses)
{
	cap_t sc = object_new(OBJECT_SCHED_CONTEXT, 0);
	static const uint64_t wrong[][2] = {
		{ 0, MS }, { 9999, MS }, { MS, MS - 1 }, { MS, BIT(40) + 1 }, { ~0UL, ~0UL }
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++)
		ck_assert_int_eq(sched_context_configure(sc, wrong[i][0], wrong[i][1]),
				 ERR_ARGUMENT);
	ck_assert_ok(sched_context_configure(sc, 10000, BIT(40)));
	ck_assert_int_eq(sched_context_bind(sc, root.cap), ERR_OCCUPIED);
	ck_assert_int_eq(sched_context_bind(sc, ROOT_SLOT_CNODE), ERR_TYPE);
	ck_assert_int_eq(sched_context_unbind(sc), ERR_STATE);
	load_new(0, 10, MS, MS);
	ck_assert_int_eq(sched_context_bind(loads[0].task.sc, loads[0].task.cap), ERR_OCCUPIED);
	ck_assert_int_eq(thread_set_priority(root.cap, PRIORITIES), ERR_ARGUMENT);
}
END_TEST

/* The whole machine stood still, as one that is emulated does on a busy host: nobody pays for that for long. */
START_TEST(stolen_time)
{
	load_new(0, 50, 2 * MS, 10 * MS);
	load_new(1, 40, MS, MS);
	root_waits();
	ck_assert_ptr_eq(running(), &loads[0]);
	fake.clock += 1000 * MS;
	fake_interrupt();
	ck_assert_ptr_eq(running(), &loads[1]);
	pass(fake.clock + 20 * MS, MS);
	ck_assert_uint_ge(loads[0].used, 2 * MS);
}
END_TEST

/* Whatever is changed while it runs: no more than the new budget in the new period. */
START_TEST(configured_while_it_runs)
{
	uint64_t start;
	uint64_t used;
	uint64_t now = 0;

	load_new(0, 10, MS, MS);
	fake_pass(fake.clock + 50 * MS);
	ck_assert_ok(sched_context_configure(root.sc, MS, 10 * MS));
	start = fake.clock;
	ck_assert_ok(sched_context_consumed(root.sc, &used));
	fake_pass(start + 100 * MS);
	machine_run_task(&root);
	ck_assert_ok(sched_context_consumed(root.sc, &now));
	ck_assert_uint_le(now - used, 11 * MS);
}
END_TEST

/* A thread with two callers' time: each pays for its own. */
START_TEST(time_of_no_use)
{
	struct task task = task_new_passive();

	/* Ready without time, it runs when it gets some, and not when that is gone. */
	ck_assert_ok(thread_resume(task.cap));
	ck_assert_ok(thread_set_priority(task.cap, 200));
	machine_check();
	ck_assert_ptr_eq(core.current, &root.thread->context);
	task.sc = time_new(task.cap, MS, MS);
	ck_assert_ptr_eq(core.current, &task.thread->context);
	fake_pass(fake.clock + 100);
	machine_run_task(&root);
	ck_assert_ok(sched_context_unbind(task.sc));
	machine_check();
	/* Not configured it is no time yet. */
	task.sc = object_new(OBJECT_SCHED_CONTEXT, 0);
	ck_assert_ok(sched_context_bind(task.sc, task.cap));
	machine_check();
	ck_assert_ok(thread_suspend(task.cap));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, task.sc));
}
END_TEST

/* Who is kept from the core for long makes up for one period's budget, not for all of them. */
START_TEST(what_a_wait_saves_up)
{
	load_new(0, 90, MS, MS);
	load_new(1, 40, MS, 10 * MS);
	root_waits();
	pass(fake.clock + 100 * MS, MS);
	ck_assert_uint_eq(loads[1].used, 0);
	ck_assert(!task_wait(&loads[0].task, never, DEADLINE_NEVER));
	pass(fake.clock + 10 * MS, MS);
	ck_assert_uint_eq(loads[1].used, 2 * MS);
	pass(fake.clock + 100 * MS, MS);
	ck_assert_uint_eq(loads[1].used, 12 * MS);
}
END_TEST

/* A server gets time that nobody wanted until now, and is kept from the core at once: its wait counts from here. */
START_TEST(lent_time_waits_too)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct task server = task_new_passive();
	uint64_t start;

	task_serve(&server, endpoint);
	load_new(0, 90, MS, MS);
	load_new(1, 40, MS, 10 * MS);
	root_waits();
	ck_assert(!task_call(&loads[0].task, endpoint, 0, 0));
	ck_assert(!task_wait(&server, never, fake.clock + 30 * MS));
	ck_assert_ptr_eq(running(), &loads[1]);
	ck_assert(!task_call(&loads[1].task, endpoint, 0, 0));
	pass(fake.clock + 30 * MS, MS);
	ck_assert_ptr_eq(core.current, &server.thread->context);
	sched_set_priority(&server.thread->context, 50);
	start = fake.clock;
	task_reply_recv(&server, endpoint, 0, 0);
	ck_assert_ptr_eq(running(), &loads[0]);
	machine_check();
	pass(start + 5 * MS, MS);
	ck_assert(!task_wait(&loads[0].task, never, DEADLINE_NEVER));
	ck_assert_ptr_eq(core.current, &server.thread->context);
	pass(start + 6 * MS, MS);
	ck_assert(fake.idle);
	pass(start + 10 * MS - 1, MS);
	ck_assert(fake.idle);
	pass(start + 10 * MS, MS);
	ck_assert(!fake.idle);
}
END_TEST

static const uint64_t budgets[] = { 10000, 123456, 3 * MS, 19 * MS, 999 * MS };
static const uint64_t periods[] = { 100000, 1234567, 4 * MS, 20 * MS, 1000 * MS };

/* Alone on top it gets its share, whatever the budget. */
START_TEST(share_of_the_most_urgent)
{
	uint64_t period = periods[_i];
	uint64_t budget = budgets[_i];

	load_new(0, 90, budget, period);
	load_new(1, 80, MS, MS);
	root_waits();
	pass(fake.clock + TIME_END, TIME_END);
	check_windows(&loads[0], 1, 1);
	check_share(&loads[0], TIME_END, 0.01);
}
END_TEST

/*
 * All at once. Who waits for more urgent ones is not cut short by it: what it makes up for is less than a period's
 * budget. Who sleeps gets no more for that.
 */
START_TEST(shares_among_many)
{
	uint64_t end;

	load_new(0, 90, 1 * MS, 10 * MS);
	load_new(1, 80, 3 * MS, 20 * MS);
	load_new(2, 75, 700000, 7 * MS);
	load_new(3, 70, 10 * MS, 50 * MS);
	load_new(4, 60, 100 * MS, 500 * MS);
	load_new(5, 10, MS, MS);
	root_waits();
	end = fake.clock + TIME_END;
	while (fake.clock < end) {
		struct load *load = running();

		/* The two most urgent sleep now and then: they cut the others' time into pieces. */
		if (load && load < &loads[2] && random_below(4) == 0)
			expect(!task_wait(&load->task, never, fake.clock + random_below(2 * MS)));
		pass(fake.clock + random_below(MS) + 1, 200000);
	}
	for (unsigned int i = 0; i < 5; i++) {
		check_windows(&loads[i], 1, 2);
		check_windows(&loads[i], 10, 11);
		check_share(&loads[i], TIME_END, i < 2 ? 0.05 : 0.01);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("sched");

	tcase_set_timeout(tcase, 100);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, the_most_urgent_runs);
	tcase_add_test(tcase, turns_of_equals);
	tcase_add_test(tcase, a_turn_goes_on);
	tcase_add_test(tcase, yield);
	tcase_add_test(tcase, a_budget_ends_and_comes_back);
	tcase_add_test(tcase, stolen_time);
	tcase_add_test(tcase, what_configure_refuses);
	tcase_add_test(tcase, configured_while_it_runs);
	tcase_add_test(tcase, time_of_no_use);
	tcase_add_test(tcase, what_a_wait_saves_up);
	tcase_add_test(tcase, lent_time_waits_too);
	tcase_add_loop_test(tcase, share_of_the_most_urgent, 0, ARRAY_SIZE(budgets));
	tcase_add_test(tcase, shares_among_many);
	return machine_main("sched", &tcase, 1);
}
