/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows under everything that can end them: guests access them at random while servers, VMMs, endpoints, spaces, tables
 * and the windows themselves come and go. After each step a VCpu is in the list of the window whose server has its exit, and
 * in no other; windows that are clear hold nothing.
 */
#include "kernel_machine.h"

#include <address_space.h>
#include <exit.h>

#define AT      0x50000000UL
#define PAGES   12
#define GUESTS  3 /* the last is a sibling of the first */
#define SPACES  2
#define SERVERS 2
#define TASKS   (GUESTS + SERVERS) /* the VMMs first */
#define WINDOWS 4
#define BELLS   5 /* an event of each guest, an interrupt of the first, and nobody's */
#define BELL    8U
#define STEPS   60000

static struct guest guests[GUESTS];
static struct task tasks[TASKS];
static cap_t endpoints[TASKS], callers[TASKS], bells[BELLS], tables[SPACES], frames[SPACES];
static unsigned int served, rung;

static void setup(void)
{
	machine_start();
	for (unsigned int i = 0; i < TASKS; i++) {
		tasks[i] = i < GUESTS ? task_new_passive() : task_new();
		endpoints[i] = object_new(OBJECT_ENDPOINT, 0);
		callers[i] = minted(endpoints[i], RIGHT_WRITE, i + 1);
	}
	for (unsigned int i = 0; i < GUESTS; i++)
		guests[i] = guest_new(callers[i]);
	guests[2].space = guests[0].space;
	for (unsigned int i = 0; i < SPACES; i++) {
		ck_assert_ok(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), guests[i].space, AT));
		tables[i] = object_new(OBJECT_PAGE_TABLE, 0);
		ck_assert_ok(page_table_map(tables[i], guests[i].space, AT));
		frames[i] = object_new(OBJECT_FRAME, PAGE_BITS);
	}
	for (unsigned int i = 0; i < BELLS; i++)
		bells[i] = object_new(OBJECT_NOTIFICATION, 0);
	for (unsigned int i = 0; i < GUESTS; i++)
		ck_assert_ok(notification_bind_event(bells[i], guests[i].cap));
	ck_assert_ok(notification_bind_slot(bells[GUESTS], guests[0].cap, 40));
}

static bool can_run(const struct context *context)
{
	return context->state == STATE_READY && context->sc && context->sc->count &&
	       list_empty(&context->sc->timeout.link);
}

static void guest_runs(const struct guest *guest)
{
	struct exit exit = { .kind = EXIT_MEMORY,
			     .address = AT + 4UL * random_below(PAGES << (PAGE_BITS - 2)),
			     .access = (random_below(8) ? ACCESS_DECODED : 0) |
				       (random_below(2) ? ACCESS_WRITE : 0) };
	uint64_t sequence = guest->vcpu->exit.sequence;

	if (random_below(4) == 0)
		exit.address = align_down(exit.address, PAGE_SIZE) + BELL;
	if (random_below(8) == 0)
		exit.kind = EXIT_HYPERCALL;
	machine_run_guest(guest);
	if (random_below(8) == 0) {
		fake_guest_wait();
		return;
	}
	fake_guest_exit(&exit);
	served += guest->vcpu->window != NULL;
	rung += guest->vcpu->exit.sequence == sequence;
}

/* Mostly what lets the guest run on; sometimes something else, or nothing. */
static void task_answers(const struct task *task, cap_t endpoint)
{
	const struct vcpu *vcpu = vcpu_of(task->thread->context.caller);
	uint64_t words[MESSAGE_WORDS] = { 0, 0, 0, 0, vcpu->exit.sequence };
	uint64_t label = DISPOSITION_STEP;

	if (vcpu->exit.kind == EXIT_START || vcpu->exit.kind == EXIT_EVENT)
		label = DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM;
	if (random_below(8) == 0)
		label = random_below(DISPOSITION_START + 1) | (random_below(2) ? REPLY_REARM : 0);
	if (random_below(16) == 0)
		words[4]--;
	task_syscall(task, random_below(16) ? SYS_REPLY_RECV : SYS_RECV, endpoint, label, words,
		     random_below(2) ? DEADLINE_NEVER : fake.clock + random_below(2000));
}

static void guest_goes_on(const struct guest *guest)
{
	const struct context *context = &guest->vcpu->context;

	if (can_run(context)) {
		guest_runs(guest);
	} else if (context->state == STATE_STOPPED || context->state == STATE_PARKED) {
		vcpu_resume(guest->cap);
		vcpu_configure(guest->cap, guest->space, guest->endpoint, 0);
		vcpu_start(guest->cap);
	} else if (context->state == STATE_IDLE) {
		ck_assert_ok(notification_signal(bells[guest - guests]));
	}
	for (unsigned int i = 0; i < TASKS; i++)
		if (&tasks[i].thread->context == context->callee && can_run(context->callee))
			task_answers(&tasks[i], endpoints[i]);
}

static void manage_guest(const struct guest *guest)
{
	switch (random_below(5)) {
	case 0:
		vcpu_start(guest->cap);
		break;
	case 1:
		vcpu_stop(guest->cap, 0);
		break;
	case 2:
		vcpu_resume(guest->cap);
		break;
	case 3:
		ck_assert_ok(notification_signal(bells[random_below(BELLS)]));
		break;
	default:
		fake_pass(fake.clock + random_below(2000));
		break;
	}
}

/* What ends windows, or is in their place. */
static void end_something(unsigned int space)
{
	switch (random_below(8)) {
	case 0:
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, callers[random_below(TASKS)]));
		break;
	case 1:
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, bells[random_below(BELLS)]));
		break;
	case 2:
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guests[space].space));
		break;
	case 3:
		page_table_unmap(tables[space]);
		page_table_map(tables[space], guests[random_below(SPACES)].space, AT);
		break;
	case 4:
		frame_map(frames[space], guests[space].space, AT + PAGE_SIZE * random_below(PAGES),
			  RIGHT_READ, MEMORY_NORMAL);
		break;
	case 5:
		frame_unmap(frames[space]);
		break;
	default:
		ck_assert_ok(thread_suspend(tasks[random_below(TASKS)].cap));
		break;
	}
}

static void manage_window(cap_t space)
{
	cap_t endpoint = random_below(4) ? callers[random_below(TASKS)] : 0;
	cap_t bell = random_below(2) ? bells[random_below(BELLS)] : 0;

	if (random_below(3) == 0)
		guest_space_clear_window(space, random_below(WINDOWS));
	else
		guest_space_set_window(space, random_below(WINDOWS),
				       AT + PAGE_SIZE * random_below(PAGES), 1 + random_below(3),
				       endpoint, bell, bell ? BELL : 0);
}

static void check_vcpu(const struct vcpu *vcpu)
{
	const struct window *window = vcpu->window;
	const struct slot *endpoint = window ? &window->endpoint : &vcpu->endpoint;
	unsigned int found = 0;

	if (vcpu->context.state == STATE_SENDING)
		expect((uint64_t)vcpu->context.endpoint == endpoint->object);
	if (!window)
		return;
	expect(vcpu->exit.pending && vcpu->exit.kind == EXIT_MEMORY);
	for (const struct list *at = window->vcpus.next; at != &window->vcpus; at = at->next)
		found += at == &vcpu->window_link;
	expect(found == 1);
}

static void check_space(struct address_space *space)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < WINDOWS; i++) {
		const struct window *window = &space->windows[i];

		expect(!window->pages == !(window->endpoint.type || window->doorbell.type));
		if (!window->pages)
			continue;
		count++;
		for (const struct list *at = window->vcpus.next; at != &window->vcpus;
		     at = at->next)
			expect(container_of(at, struct vcpu, window_link)->window == window);
	}
	expect(count == space->window_count);
}

static void step(void)
{
	const struct guest *guest = &guests[random_below(GUESTS)];
	unsigned int task = random_below(TASKS);
	uint32_t what = random_below(32);

	/* What is due comes first. */
	fake_pass(fake.clock);
	if (what == 0)
		end_something(random_below(SPACES));
	else if (what < 3)
		manage_guest(guest);
	else if (what < 6)
		manage_window(guest->space);
	else
		guest_goes_on(guest);
	/* Who stopped, or has been told that it should try again, serves again soon. */
	if (tasks[task].thread->context.state == STATE_STOPPED)
		task_serve(&tasks[task], endpoints[task]);
	else if (can_run(&tasks[task].thread->context) && !tasks[task].thread->context.caller)
		task_recv(&tasks[task], endpoints[task]);
	machine_check();
	for (unsigned int i = 0; i < GUESTS; i++)
		check_vcpu(guests[i].vcpu);
	for (unsigned int i = 0; i < SPACES; i++)
		check_space(object_of(guests[i].space));
}

START_TEST(no_exit_is_lost)
{
	if (_i)
		for (unsigned int i = 0; i < GUESTS; i++)
			ck_assert_ok(sched_context_configure(guests[i].sc, 20000, 50000));
	for (unsigned int i = 0; i < STEPS; i++) {
		step();
		if (_i && i % 50 == 49)
			fake_pass(fake.clock + 100000);
	}
	/* It was worth it. */
	ck_assert_uint_gt(served, STEPS / 100);
	ck_assert_uint_gt(rung, STEPS / 2000);
	for (unsigned int i = 0; i < SPACES; i++)
		page_table_unmap(tables[i]);
	/* The spaces end with windows in them. */
	for (unsigned int i = 0; i < SPACES; i++) {
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guests[i].space));
		ck_assert_ok(page_table_map(tables[i], guests[i].space, AT));
		ck_assert_ok(guest_space_set_window(guests[i].space, 19, AT + 100 * PAGE_SIZE, 1,
						    callers[0], bells[0], 0));
		ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, guests[i].space));
	}
	/* Nothing of them holds on to what they called. */
	for (unsigned int i = 0; i < TASKS; i++)
		ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, callers[i]));
	machine_check();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("window-storm");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_loop_test(tcase, no_exit_is_lost, 0, 2);
	return machine_main("window-storm", &tcase, 1);
}
