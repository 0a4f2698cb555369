/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events of a VCpu, its idling, and what stops it and lets it go on.
 */
#include "kernel_guest.h"

#include <exit.h>

static void answer_until(uint64_t label, uint64_t deadline)
{
	const uint64_t words[MESSAGE_WORDS] = { 0, 0, 0, 0, guest.vcpu->exit.sequence };
	bool over = task_syscall(&vmm, SYS_REPLY_RECV, endpoint, label, words, deadline);

	ck_assert(!over || task_status(&vmm) == OK);
	machine_check();
}

static void answer(uint64_t label)
{
	answer_until(label, DEADLINE_NEVER);
}

/* From the pending exit of kind start into a state. */
static void enter(enum context_state wanted)
{
	if (wanted == STATE_PARKED) {
		answer(DISPOSITION_PARK | REPLY_REARM);
	} else {
		answer(DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM);
		machine_run_guest(&guest);
		if (wanted == STATE_IDLE)
			fake_guest_wait();
	}
	ck_assert_int_eq(guest_state(), wanted);
}

static void signal_bits(uint64_t bits)
{
	ck_assert_ok(notification_signal(minted(event, RIGHTS_ALL, bits)));
	machine_check();
}

static void expect_event(uint64_t bits, uint64_t access)
{
	ck_assert(guest.vcpu->exit.pending);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_EVENT);
	ck_assert_uint_eq(task_word(&vmm, 1), bits);
	ck_assert_uint_eq(task_word(&vmm, 2), access);
}

static const enum context_state states[] = { STATE_READY, STATE_IDLE, STATE_PARKED };

static void test_in_state(int i)
{
	enter(states[i]);
	signal_bits(0x6);
	expect_event(0x6, 0);
	answer(DISPOSITION_RESUME | REPLY_REARM);
	/* It is what it was. */
	ck_assert_int_eq(guest_state(), states[i]);
	signal_bits(0x8);
	expect_event(0x8, 0);
	answer(DISPOSITION_PARK);
	ck_assert_int_eq(guest_state(), STATE_PARKED);
}

START_TEST(in_each_state)
{
	test_in_state(_i);
}
END_TEST

/* What is signalled before the guest has begun is told when it has. */
START_TEST(before_the_start)
{
	struct guest late = guest_new(endpoint);
	cap_t early = object_new(OBJECT_NOTIFICATION, 0);

	answer(DISPOSITION_PARK);
	ck_assert_ok(notification_bind_event(early, late.cap));
	ck_assert_ok(notification_signal(early));
	ck_assert_int_eq(late.vcpu->context.state, STATE_STOPPED);
	guest = late;
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	answer(DISPOSITION_PARK);
	expect_event(1, 0);
}
END_TEST

/* Only start leaves parked. */
START_TEST(start_in_each_state)
{
	enter(states[_i]);
	signal_bits(1);
	vcpu_update(guest.vcpu)->registers.pc = 0x2000;
	answer(DISPOSITION_START | REPLY_REGISTERS);
	ck_assert_int_eq(guest_state(), STATE_READY);
	ck_assert_uint_eq(guest.vcpu->context.registers->pc, 0x2000);
}
END_TEST

/* Signals that come while they are masked, or while an exit is under way, are one event when they may be told. */
START_TEST(masked_and_merged)
{
	enter(STATE_READY);
	signal_bits(0x1);
	expect_event(0x1, 0);
	signal_bits(0x2);
	signal_bits(0x4);
	answer(DISPOSITION_RESUME);
	ck_assert_int_eq(guest_state(), STATE_READY);
	signal_bits(0x8);
	ck_assert(!guest.vcpu->exit.pending);
	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_HYPERCALL);
	/* The reply re-arms: the next message is the event. */
	answer(DISPOSITION_STEP | REPLY_REARM);
	expect_event(0xe, 0);
	ck_assert_uint_eq(guest.vcpu->context.registers->pc, 0x1004);
	answer(DISPOSITION_RESUME | REPLY_REARM);
	ck_assert_int_eq(guest_state(), STATE_READY);
}
END_TEST

/* An event that waited for the answer goes to another server of the endpoint, which is not the one that answers. */
START_TEST(two_servers)
{
	struct task other = task_new_passive();

	enter(STATE_READY);
	task_serve(&other, endpoint);
	signal_bits(0x1);
	/* `vmm` waited longer and has it. */
	expect_event(0x1, 0);
	signal_bits(0x2);
	answer(DISPOSITION_RESUME | REPLY_REARM);
	ck_assert_uint_eq(task_label(&other), LABEL_EXIT + EXIT_EVENT);
	ck_assert_uint_eq(task_word(&other, 1), 0x2);
	ck_assert_ptr_eq(other.thread->context.caller, &guest.vcpu->context);
	machine_run_task(&other);
	vmm = other;
	answer(DISPOSITION_RESUME);
	ck_assert_int_eq(guest_state(), STATE_READY);
	machine_run_guest(&guest);
}
END_TEST

START_TEST(deadline_of_an_answer)
{
	enter(STATE_READY);
	signal_bits(1);
	answer_until(DISPOSITION_RESUME | REPLY_REARM, fake.clock + 100);
	machine_run_guest(&guest);
	fake_pass(fake.clock + 99);
	ck_assert(!guest.vcpu->exit.pending);
	fake_pass(fake.clock + 1);
	expect_event(0, EXIT_EVENT_DEADLINE);
	/* Each answer sets it anew: this one sets none. */
	answer(DISPOSITION_RESUME | REPLY_REARM);
	machine_run_guest(&guest);
	fake_pass(fake.clock + 1000);
	ck_assert(!guest.vcpu->exit.pending);
	/* With signals it is one event. */
	signal_bits(1);
	answer_until(DISPOSITION_PARK, fake.clock + 100);
	signal_bits(2);
	fake_pass(fake.clock + 200);
	ck_assert(!guest.vcpu->exit.pending);
	ck_assert_int_eq(guest_state(), STATE_PARKED);
	ck_assert_ok(vcpu_start(guest.cap));
	answer(DISPOSITION_PARK | REPLY_REARM);
	expect_event(2, EXIT_EVENT_DEADLINE);
}
END_TEST

START_TEST(what_wakes_from_idle)
{
	enter(STATE_IDLE);
	/* Not what is not enabled. */
	ck_assert_ok(vcpu_set_slot(guest.cap, 9, SLOT_CONFIGURE | SLOT_NUMBER(50) | SLOT_PEND));
	ck_assert_int_eq(guest_state(), STATE_IDLE);
	ck_assert_ok(vcpu_set_slot(guest.cap, 9, SLOT_CONFIGURE | SLOT_NUMBER(50) | SLOT_ENABLED));
	ck_assert_int_eq(guest_state(), STATE_READY);
	machine_run_guest(&guest);
	ck_assert(fake_guest_sees(50));
	/* It does not wait with an interrupt at hand. */
	fake_guest_wait();
	ck_assert_int_eq(guest_state(), STATE_READY);
	ck_assert_uint_eq(fake_guest_acknowledge(), 50);
	fake_guest_eoi(50);
	fake_guest_wait();
	ck_assert_int_eq(guest_state(), STATE_IDLE);
}
END_TEST

/* What was is so again, and what came meanwhile is told. */
START_TEST(stopped_in_each_state)
{
	ck_assert_int_eq(vcpu_resume(guest.cap), ERR_STATE);
	enter(states[_i]);
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	machine_check();
	ck_assert_int_eq(vcpu_stop(guest.cap, 0), ERR_STATE);
	ck_assert_int_eq(guest_state(), STATE_STOPPED);
	ck_assert_int_eq(vcpu_configure(guest.cap, guest.space, endpoint, 1), ERR_STATE);
	signal_bits(4);
	ck_assert_int_eq(guest_state(), STATE_STOPPED);
	ck_assert_ok(vcpu_resume(guest.cap));
	expect_event(4, 0);
	answer(DISPOSITION_RESUME);
	ck_assert_int_eq(guest_state(), states[_i]);
}
END_TEST

START_TEST(stopped_with_an_exit_under_way)
{
	enter(STATE_READY);
	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	/* It is answered all the same, and does not run. */
	answer(DISPOSITION_STEP);
	ck_assert_int_eq(guest_state(), STATE_STOPPED);
	ck_assert_uint_eq(guest.vcpu->context.registers->pc, 0x1004);
	ck_assert_ok(vcpu_resume(guest.cap));
	ck_assert_int_eq(guest_state(), STATE_READY);
	/* Resumed before the answer it is as if nothing had been. */
	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	ck_assert_ok(vcpu_resume(guest.cap));
	answer(DISPOSITION_STEP);
	ck_assert_int_eq(guest_state(), STATE_READY);
}
END_TEST

static uint64_t taken(cap_t notification)
{
	uint64_t bits = ~0UL;

	ck_assert_ok(notification_clear(notification, &bits));
	machine_check();
	return bits;
}

/* Who stops a VCpu is told when nothing of it goes on: at once, */
START_TEST(told_when_stopped)
{
	cap_t done = object_new(OBJECT_NOTIFICATION, 0);

	enter(states[_i]);
	ck_assert_int_eq(vcpu_stop(guest.cap, minted(done, RIGHT_READ | RIGHT_CONTROL, 0)),
			 ERR_RIGHTS);
	ck_assert_int_eq(vcpu_stop(guest.cap, endpoint), ERR_TYPE);
	ck_assert_ok(vcpu_stop(guest.cap, minted(done, RIGHT_WRITE, 0x30)));
	ck_assert_uint_eq(taken(done), 0x30);
	ck_assert_int_eq(vcpu_stop(guest.cap, done), ERR_STATE);
	ck_assert_ok(vcpu_resume(guest.cap));
	ck_assert_ok(vcpu_stop(guest.cap, done));
	ck_assert_uint_eq(taken(done), 1);
}
END_TEST

/* or when its exit is answered, whoever does that. */
START_TEST(told_when_answered)
{
	cap_t done = object_new(OBJECT_NOTIFICATION, 0);
	cap_t told = minted(done, RIGHT_WRITE, 2);

	enter(STATE_READY);
	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_ok(vcpu_stop(guest.cap, told));
	ck_assert_uint_eq(taken(done), 0);
	ck_assert_ok(thread_suspend(vmm.cap));
	ck_assert_uint_eq(taken(done), 0);
	task_serve(&vmm, endpoint);
	ck_assert_uint_eq(taken(done), 0);
	answer(DISPOSITION_STEP);
	ck_assert_uint_eq(taken(done), 2);
	ck_assert_int_eq(guest_state(), STATE_STOPPED);
	/* Once. */
	ck_assert_ok(vcpu_resume(guest.cap));
	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	answer(DISPOSITION_STEP);
	ck_assert_uint_eq(taken(done), 0);
}
END_TEST

/* What can come before it: the VCpu goes on, or begins anew; who was to be told is gone; the VCpu ends. */
START_TEST(not_told)
{
	cap_t done = object_new(OBJECT_NOTIFICATION, 0);
	cap_t told = minted(done, RIGHT_WRITE, 2);

	enter(STATE_READY);
	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_ok(vcpu_stop(guest.cap, copied(told)));
	if (_i == 0)
		ck_assert_ok(vcpu_resume(guest.cap));
	else if (_i == 1)
		ck_assert_ok(vcpu_start(guest.cap));
	else if (_i == 2)
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, told));
	else
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	machine_check();
	if (_i < 3)
		answer(DISPOSITION_STEP);
	ck_assert_uint_eq(taken(done), _i < 3 ? 0 : 2);
}
END_TEST

/* A stopped guest can be begun anew. */
START_TEST(started_when_stopped)
{
	enter(states[_i]);
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	ck_assert_int_eq(vcpu_resume(guest.cap), ERR_STATE);
	enter(STATE_READY);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("event");
	int count = ARRAY_SIZE(states);

	tcase_add_checked_fixture(tcase, guest_setup, guest_teardown);
	tcase_add_loop_test(tcase, in_each_state, 0, count);
	tcase_add_test(tcase, before_the_start);
	tcase_add_loop_test(tcase, start_in_each_state, 0, count);
	tcase_add_test(tcase, masked_and_merged);
	tcase_add_test(tcase, two_servers);
	tcase_add_test(tcase, deadline_of_an_answer);
	tcase_add_test(tcase, what_wakes_from_idle);
	tcase_add_loop_test(tcase, stopped_in_each_state, 0, count);
	tcase_add_test(tcase, stopped_with_an_exit_under_way);
	tcase_add_loop_test(tcase, told_when_stopped, 0, ARRAY_SIZE(states));
	tcase_add_test(tcase, told_when_answered);
	tcase_add_loop_test(tcase, not_told, 0, 4);
	tcase_add_loop_test(tcase, started_when_stopped, 0, count);
	return machine_main("event", &tcase, 1);
}
