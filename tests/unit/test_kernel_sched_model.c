/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs, at random, against the model of kernel_model.h: threads and guests of few priorities, with turns, with limited
 * budgets and with none, that call each other, wait, yield, stop, begin and end each other. After each entry into the
 * kernel, and after each unit of time, who runs is the model's choice, and so are all states and who has whose time.
 */
#include "kernel_machine.h"
#include "kernel_model.h"

#include <exit.h>

#define UNIT           20000UL /* more than what is not worth a switch */
#define MACHINES       10
#define STEPS          30000
#define PRIORITIES_FEW 3
#define SIGNALS        2
#define ROOT           0 /* never stops, and never calls */
#define SERVERS        4 /* from here on they serve: the first on time of its own, */
#define PASSIVE        5 /* the others on their callers' */
#define GUESTS         10
#define AGENTS         12
#define ENDPOINTS      (GUESTS - SERVERS)

/* Budget and period of each, in units. */
static const unsigned int shares[AGENTS][2] = {
	[ROOT] = { 3, 3 },     [1] = { 2, 2 },      [2] = { 3, 8 },          [3] = { 5, 20 },
	[SERVERS] = { 4, 16 }, [GUESTS] = { 4, 4 }, [GUESTS + 1] = { 2, 7 },
};

static struct context *contexts[AGENTS];
static struct sched_context *times[AGENTS];
static cap_t caps[AGENTS];
static cap_t spaces[AGENTS];
static cap_t endpoints[ENDPOINTS];
static cap_t signals[SIGNALS];
static struct {
	unsigned int refused, deepest, ends, answers;
} seen;

static void compare(void)
{
	expect(fake.idle == (model.charged == MODEL_NONE));
	if (!fake.idle)
		expect(core.current == contexts[model.current]);
	for (unsigned int i = 0; i < AGENTS; i++) {
		const struct model_time *time = &model.time[i];

		if (!model.agent[i].dead)
			expect(contexts[i]->state == model.agent[i].state);
		if (!time->length)
			continue;
		expect(times[i]->holder == contexts[time->chain[time->length - 1]]);
		if (time->length > seen.deepest)
			seen.deepest = time->length;
	}
	machine_check();
}

/* Setup: all but the root server stand still. */

static void add_time(unsigned int i, cap_t sc)
{
	struct model_time *time = &model.time[i];

	times[i] = object_of(sc);
	ck_assert_ok(sched_context_configure(sc, shares[i][0] * UNIT, shares[i][1] * UNIT));
	*time = (struct model_time){ .budget = shares[i][0],
				     .period = shares[i][1],
				     .chain = { i },
				     .length = 1,
				     .left = shares[i][0] };
	for (unsigned int j = 0; j < time->budget && time->budget != time->period; j++)
		time->from[j] = model.now + j;
}

static void add_thread(unsigned int i)
{
	struct task task = task_new_passive();

	caps[i] = task.cap;
	contexts[i] = &task.thread->context;
	spaces[i] = object_new(OBJECT_ADDRESS_SPACE, 0);
	if (i < PASSIVE)
		add_time(i, time_new(task.cap, UNIT, UNIT));
	if (i >= SERVERS)
		model.agent[i].endpoint = i - SERVERS;
}

static void add_guest(unsigned int i)
{
	struct guest guest = guest_new(endpoints[i - GUESTS]);

	caps[i] = guest.cap;
	contexts[i] = &guest.vcpu->context;
	add_time(i, guest.sc);
	vcpu_update(guest.vcpu)->registers = (struct registers){ .pstate = FAKE_PSTATE_KERNEL };
	model.agent[i].guest = true;
	model.agent[i].endpoint = i - GUESTS;
	ck_assert_ok(vcpu_start(guest.cap));
	model_call(i, i - GUESTS, 0);
}

static void setup(void)
{
	machine_start();
	/* The model's invocations are of one step. */
	fake.pending = 0;
	fake_pass(1000 * UNIT);
	model_start(1000);
	caps[ROOT] = root.cap;
	contexts[ROOT] = &root.thread->context;
	add_time(ROOT, root.sc);
	model.agent[ROOT].state = STATE_READY;
	model.current = ROOT;
	model.charged = ROOT;
	for (unsigned int i = 0; i < SIGNALS; i++)
		signals[i] = object_new(OBJECT_NOTIFICATION, 0);
	for (unsigned int i = 0; i < ENDPOINTS; i++)
		endpoints[i] = object_new(OBJECT_ENDPOINT, 0);
	for (unsigned int i = 1; i < GUESTS; i++)
		add_thread(i);
	for (unsigned int i = GUESTS; i < AGENTS; i++)
		add_guest(i);
	for (unsigned int i = 0; i < AGENTS; i++)
		sched_set_priority(contexts[i], 1);
	for (unsigned int i = 0; i < AGENTS; i++)
		model.agent[i].priority = 1;
	compare();
}

/* What the running thread does. */

static void enter(enum syscall number, cap_t cap, uint64_t label,
		  const uint64_t words[MESSAGE_WORDS], uint64_t deadline)
{
	struct registers *registers = core.current->registers;

	registers->x[FAKE_SYSCALL] = number;
	registers->x[FAKE_CAP] = cap;
	registers->x[FAKE_LABEL] = label;
	registers->x[FAKE_DEADLINE] = deadline ? deadline * UNIT : DEADLINE_NEVER;
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		registers->x[FAKE_WORDS + i] = words[i];
	fake_syscall();
}

/* An invocation that succeeds, also where it ends who makes it. */
static void invoke(cap_t cap, uint64_t label, const uint64_t words[MESSAGE_WORDS])
{
	const struct registers *registers = core.current->registers;

	enter(SYS_CALL, cap, label, words, 0);
	expect(registers->x[FAKE_CAP] == OK);
}

#define WORDS(...) ((const uint64_t[MESSAGE_WORDS]){ __VA_ARGS__ })

static uint64_t some_deadline(bool never_too)
{
	return never_too && random_below(2) ? 0 : model.now + 1 + random_below(8);
}

static void pass(unsigned int units)
{
	for (unsigned int i = 0; i < units; i++) {
		fake_pass(fake.clock + UNIT);
		model_pass(model.now + 1);
		compare();
	}
}

static void call(unsigned int self)
{
	const struct registers *registers = contexts[self]->registers;
	unsigned int endpoint = random_below(ENDPOINTS);
	uint64_t deadline = some_deadline(true);
	enum status status;

	enter(SYS_CALL, endpoints[endpoint], 1, WORDS(0), deadline);
	status = model_call(self, endpoint, deadline);
	if (status != OK) {
		expect(registers->x[FAKE_CAP] == status);
		seen.refused++;
	}
}

static void receive(unsigned int self, bool answers)
{
	unsigned int caller = answers ? model.agent[self].caller : MODEL_NONE;
	cap_t endpoint = endpoints[model.agent[self].endpoint];
	uint64_t deadline = some_deadline(true);

	if (caller == MODEL_NONE) {
		enter(answers ? SYS_REPLY_RECV : SYS_RECV, endpoint, 0, WORDS(0), deadline);
	} else if (model.agent[caller].guest) {
		const struct vcpu *vcpu = vcpu_of(contexts[caller]);

		deadline = 0;
		enter(SYS_REPLY_RECV, endpoint,
		      vcpu->exit.kind == EXIT_START ? DISPOSITION_START | REPLY_REGISTERS :
						      DISPOSITION_STEP,
		      WORDS(0, 0, 0, 0, vcpu->exit.sequence), 0);
	} else {
		enter(SYS_REPLY_RECV, endpoint, 2, WORDS(0), deadline);
	}
	if (caller != MODEL_NONE) {
		model_reply(self);
		seen.answers++;
	}
	model_receive(self, deadline);
}

static void wait(unsigned int self)
{
	unsigned int signal = random_below(SIGNALS);
	uint64_t deadline = some_deadline(self != ROOT);

	enter(SYS_WAIT, signals[signal], 0, WORDS(0), deadline);
	model_wait(self, signal, deadline);
}

static void end(unsigned int other)
{
	machine_forget(contexts[other]);
	enter(SYS_CALL, ROOT_SLOT_CNODE, CNODE_DELETE, WORDS(caps[other]), 0);
	model_stop(other);
	model.agent[other].dead = true;
	model.agent[other].serves = false;
	if (other == model.current)
		model.current = MODEL_NONE;
	seen.ends++;
}

static void make_again(unsigned int other)
{
	invoke(MACHINE_UNTYPED, UNTYPED_RETYPE,
	       WORDS(OBJECT_THREAD, 0, ROOT_SLOT_CNODE, caps[other], 1, 0));
	contexts[other] = object_of(caps[other]);
	invoke(caps[other], THREAD_CONFIGURE, WORDS(ROOT_SLOT_CNODE, spaces[other], 0));
	model.agent[other].dead = false;
	model.agent[other].priority = 0;
}

/* One that stands still goes on; a server rather with its next message. */
static void begin(unsigned int other)
{
	if (other >= SERVERS && random_below(8)) {
		invoke(caps[other], THREAD_SERVE, WORDS(endpoints[other - SERVERS]));
		model_receive(other, 0);
	} else {
		invoke(caps[other], THREAD_RESUME, WORDS(0));
		model_wake(other);
	}
}

static void manage_guest(unsigned int guest)
{
	if (model.agent[guest].stopped) {
		invoke(caps[guest], VCPU_RESUME, WORDS(0));
		model_resume_guest(guest);
	} else {
		invoke(caps[guest], VCPU_STOP, WORDS(0));
		model_stop_guest(guest);
	}
}

static void set_priority(unsigned int other)
{
	unsigned int priority = random_below(PRIORITIES_FEW);

	invoke(caps[other],
	       model.agent[other].guest ? (uint64_t)VCPU_SET_PRIORITY : THREAD_SET_PRIORITY,
	       WORDS(priority));
	model_set_priority(other, priority);
}

static void signal_some(void)
{
	unsigned int signal = random_below(SIGNALS);

	enter(SYS_SIGNAL, signals[signal], 0, WORDS(0), 0);
	model_signal(signal);
}

static void suspend(unsigned int other)
{
	enter(SYS_CALL, caps[other], THREAD_SUSPEND, WORDS(0), 0);
	model_stop(other);
}

static void manage(unsigned int other)
{
	const struct model_agent *agent = &model.agent[other];
	unsigned int what = random_below(8);

	if (agent->dead)
		make_again(other);
	else if (what < 2)
		set_priority(other);
	else if (what < 4 || other == ROOT)
		signal_some();
	else if (agent->guest)
		manage_guest(other);
	else if (agent->state == STATE_STOPPED)
		begin(other);
	else if (what < 6 || agent->state == STATE_RECEIVING)
		return;
	else if (what < 7 || other < PASSIVE)
		suspend(other);
	else
		end(other);
}

static void run_thread(unsigned int self)
{
	unsigned int what = random_below(12);

	if (what < 2) {
		pass(1 + random_below(4));
	} else if (what == 2) {
		enter(SYS_YIELD, 0, 0, WORDS(0), 0);
		model_yield();
	} else if (what == 3) {
		wait(self);
	} else if (what < 5 || self == ROOT) {
		manage(random_below(AGENTS));
	} else if (what < 8 || self < SERVERS) {
		call(self);
	} else {
		receive(self, random_below(8));
	}
}

static void run_guest(unsigned int self)
{
	const struct exit exit = { .kind = EXIT_HYPERCALL };

	if (random_below(2)) {
		pass(1 + random_below(4));
		return;
	}
	fake_guest_exit(&exit);
	model_call(self, model.agent[self].endpoint, 0);
}

static void step(void)
{
	if (model.charged == MODEL_NONE)
		pass(1);
	else if (model.agent[model.current].guest)
		run_guest(model.current);
	else
		run_thread(model.current);
	model_leave();
	compare();
}

START_TEST(the_models_choice)
{
	random_start((uint64_t)_i);
	for (unsigned int i = 0; i < STEPS; i++)
		step();
	/* It was worth it. */
	expect(seen.answers > 500);
	expect(seen.refused > 50);
	expect(seen.ends > 20);
	expect(seen.deepest >= CALL_DEPTH_MAX);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("sched_model");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_loop_test(tcase, the_models_choice, 0, MACHINES);
	return machine_main("sched_model", &tcase, 1);
}
