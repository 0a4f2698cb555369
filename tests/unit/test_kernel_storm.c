/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything at once: threads and guests that call, answer, fault, wait, are suspended and resumed at random, with
 * deadlines and short budgets. After each step what the kernel's structures say of each other must fit, and at the end
 * nobody is lost: once all servers serve again, everybody's time comes home.
 */
#include "kernel_machine.h"

#include <exit.h>

#define TASKS     8
#define PASSIVE   4 /* the last of them have no time of their own */
#define GUESTS    2
#define ENDPOINTS 4
#define SIGNALS   3
#define BELLS     2 /* notifications of device servers */
#define STEPS     30000

static struct task tasks[TASKS];
static struct guest guests[GUESTS];
static cap_t endpoints[ENDPOINTS];
static cap_t signals[SIGNALS];
static cap_t events[GUESTS];
static cap_t bells[BELLS], bell_times[BELLS];
static cap_t fault_endpoint;

static struct sched_context *own_time[TASKS + GUESTS];

static void setup(void)
{
	machine_start();
	fault_endpoint = object_new(OBJECT_ENDPOINT, 0);
	for (unsigned int i = 0; i < ENDPOINTS; i++)
		endpoints[i] = object_new(OBJECT_ENDPOINT, 0);
	for (unsigned int i = 0; i < SIGNALS; i++)
		signals[i] = object_new(OBJECT_NOTIFICATION, 0);
	for (unsigned int i = 0; i < BELLS; i++) {
		bells[i] = object_new(OBJECT_NOTIFICATION, 0);
		bell_times[i] = time_new(bells[i], 20000, 50000);
	}
	for (unsigned int i = 0; i < TASKS; i++) {
		tasks[i] = i < TASKS - PASSIVE ? task_new() : task_new_passive();
		ck_assert_ok(thread_configure(tasks[i].cap, 0, 0, fault_endpoint));
		own_time[i] = tasks[i].thread->context.sc;
	}
	for (unsigned int i = 0; i < GUESTS; i++) {
		guests[i] = guest_new(endpoints[i]);
		own_time[TASKS + i] = guests[i].vcpu->context.sc;
		ck_assert_ok(vcpu_start(guests[i].cap));
		events[i] = object_new(OBJECT_NOTIFICATION, 0);
		ck_assert_ok(notification_bind_event(events[i], guests[i].cap));
	}
}

static uint64_t some_deadline(void)
{
	return random_below(3) ? DEADLINE_NEVER : fake.clock + random_below(5000);
}

static cap_t some_endpoint(void)
{
	return endpoints[random_below(ENDPOINTS)];
}

/* An answer that a guest's exit may like. */
static void answer(struct task *task, cap_t endpoint)
{
	const struct vcpu *vcpu = vcpu_of(task->thread->context.caller);
	uint64_t words[MESSAGE_WORDS] = { 0, 0, 0, 0, vcpu->exit.sequence };
	uint64_t label = random_below(DISPOSITION_START + 1) | (random_below(2) ? REPLY_REARM : 0);

	if (random_below(3) == 0)
		label |= REPLY_REGISTERS;
	if (random_below(16) == 0)
		words[4]--;
	task_syscall(task, SYS_REPLY_RECV, endpoint, label, words, some_deadline());
}

static void run_task(struct task *task)
{
	const uint64_t words[MESSAGE_WORDS] = { random_below(100) };
	const struct context *caller = task->thread->context.caller;
	cap_t endpoint = some_endpoint();

	switch (random_below(8)) {
	case 0:
	case 1:
		task_syscall(task, SYS_CALL, endpoint, 1, words, some_deadline());
		break;
	case 2:
	case 3:
		if (caller && caller->kind == CONTEXT_VCPU)
			answer(task, endpoint);
		else
			task_syscall(task, SYS_REPLY_RECV, endpoint, 2, words, some_deadline());
		break;
	case 4:
		task_syscall(task, SYS_RECV, endpoint, 0, words, some_deadline());
		break;
	case 5:
		task_syscall(task, SYS_SEND, endpoint, 3, words, 0);
		break;
	case 6:
		task_syscall(task, SYS_WAIT, signals[random_below(SIGNALS)], 0, words,
			     some_deadline());
		break;
	default:
		machine_run_task(task);
		if (random_below(4) == 0)
			fake_fault(1, 2);
		else
			fake_pass(fake.clock + random_below(2000));
		break;
	}
}

static void run_guest(struct guest *guest)
{
	struct exit exit = { .kind = (uint8_t)(EXIT_MEMORY + random_below(6)),
			     .address = 0x1000,
			     .access = ACCESS_DECODED };

	machine_run_guest(guest);
	switch (random_below(3)) {
	case 0:
		fake_guest_wait();
		break;
	case 1:
		fake_pass(fake.clock + random_below(1000));
		break;
	default:
		fake_guest_exit(&exit);
		break;
	}
}

/* What the root server does to a thread; the answers depend on its state. */
static void manage_task(const struct task *task)
{
	switch (random_below(9)) {
	case 0:
		ck_assert_ok(thread_suspend(task->cap));
		break;
	case 1:
		thread_resume(task->cap);
		break;
	case 2:
	case 3:
	case 4:
	case 5:
		thread_serve(task->cap, some_endpoint());
		break;
	default:
		notification_signal(signals[random_below(SIGNALS)]);
		break;
	}
}

static void manage_guest(unsigned int guest)
{
	switch (random_below(5)) {
	case 0:
		vcpu_start(guests[guest].cap);
		break;
	case 1:
		vcpu_stop(guests[guest].cap, 0);
		break;
	case 2:
		vcpu_resume(guests[guest].cap);
		break;
	case 3:
		vcpu_configure(guests[guest].cap, guests[guest].space, guests[guest].endpoint,
			       guest);
		break;
	default:
		ck_assert_ok(notification_signal(events[guest]));
		break;
	}
}

/* A device server is bound to its bell and let go, its bell rings, and its time comes and goes. */
static void manage_bell(unsigned int bell, const struct task *task)
{
	switch (random_below(8)) {
	case 0:
		notification_unbind(bells[bell]);
		break;
	case 1:
		notification_bind_thread(bells[bell], task->cap);
		break;
	case 2:
		sched_context_unbind(bell_times[bell]);
		break;
	case 3:
		sched_context_bind(bell_times[bell], bells[bell]);
		break;
	case 4:
		sched_context_set_limit(bell_times[bell], random_below(2) ? 3000 : DEADLINE_NEVER);
		break;
	default:
		ck_assert_ok(notification_signal(bells[bell]));
		break;
	}
}

static bool can_run(const struct context *context)
{
	return context->state == STATE_READY && context->sc && context->sc->count &&
	       list_empty(&context->sc->timeout.link);
}

static void step(void)
{
	unsigned int task = random_below(TASKS);
	unsigned int guest = random_below(GUESTS);

	switch (random_below(9)) {
	case 0:
		manage_task(&tasks[task]);
		break;
	case 8:
		manage_bell(random_below(BELLS), &tasks[task]);
		break;
	case 1:
		manage_guest(guest);
		break;
	case 2:
	case 3:
		if (can_run(&guests[guest].vcpu->context))
			run_guest(&guests[guest]);
		break;
	default:
		if (can_run(&tasks[task].thread->context))
			run_task(&tasks[task]);
		break;
	}
	machine_check();
}

/* All begin anew: then nobody has another's time. */
static void check_all_comes_home(void)
{
	for (unsigned int i = 0; i < TASKS; i++)
		ck_assert_ok(thread_suspend(tasks[i].cap));
	machine_check();
	for (unsigned int i = 0; i < TASKS; i++)
		expect(tasks[i].thread->context.sc == own_time[i]);
	for (unsigned int i = 0; i < GUESTS; i++)
		expect(guests[i].vcpu->context.sc == own_time[TASKS + i]);
	for (unsigned int i = 0; i < BELLS; i++)
		expect(!((struct sched_context *)object_of(bell_times[i]))->holder);
}

START_TEST(nobody_is_lost)
{
	for (unsigned int i = 0; i < STEPS; i++) {
		step();
		if (i % 500 == 499)
			check_all_comes_home();
	}
}
END_TEST

/* The same with budgets that end in the middle of everything. */
START_TEST(nobody_is_lost_for_lack_of_time)
{
	for (unsigned int i = 0; i < TASKS - PASSIVE; i++)
		ck_assert_ok(sched_context_configure(tasks[i].sc, 20000, 60000));
	for (unsigned int i = 0; i < GUESTS; i++)
		ck_assert_ok(sched_context_configure(guests[i].sc, 20000, 50000));
	for (unsigned int i = 0; i < STEPS; i++) {
		step();
		if (i % 50 == 49)
			fake_pass(fake.clock + 100000);
		if (i % 500 == 499)
			check_all_comes_home();
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("storm");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, nobody_is_lost);
	tcase_add_test(tcase, nobody_is_lost_for_lack_of_time);
	return machine_main("storm", &tcase, 1);
}
