/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VCpu that is started again while its VMM still owes the answer to an exit.
 */
#include "kernel_guest.h"

#include <exit.h>

static void answer(uint64_t label)
{
	const uint64_t words[MESSAGE_WORDS] = { 0, 0, 0, 0, guest.vcpu->exit.sequence };
	bool over = task_syscall(&vmm, SYS_REPLY_RECV, endpoint, label, words, DEADLINE_NEVER);

	ck_assert(!over || task_status(&vmm) == OK);
	machine_check();
}

/* From the pending exit of kind start on. */
static void run(void)
{
	answer(DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM);
	machine_run_guest(&guest);
}

static void signal_bits(uint64_t bits)
{
	ck_assert_ok(notification_signal(minted(event, RIGHTS_ALL, bits)));
	machine_check();
}

static void expect_event(uint64_t bits)
{
	ck_assert(guest.vcpu->exit.pending);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_EVENT);
	ck_assert_uint_eq(task_word(&vmm, 1), bits);
}

static void exit_under_way(void)
{
	run();
	guest.vcpu->context.registers->x[4] = 4;
	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	machine_run_task(&vmm);
}

/* One that was off begins as after a reset of the processor; what its interrupt controller holds stays. */
START_TEST(start_from_an_event)
{
	exit_under_way();
	guest.vcpu->arch.timer = fake.clock + 1000000;
	ck_assert_ok(vcpu_set_slot(guest.cap, 40, SLOT_CONFIGURE | SLOT_NUMBER(40) | SLOT_PEND));
	answer((_i ? DISPOSITION_PARK : DISPOSITION_STEP) | REPLY_REARM);
	signal_bits(1);
	expect_event(1);
	answer(DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM);
	machine_run_guest(&guest);
	ck_assert_uint_eq(guest.vcpu->arch.timer, DEADLINE_NEVER);
	ck_assert_uint_eq(slots_pending(&guest.vcpu->slots), 1UL << 40);
	ck_assert_uint_eq(guest.vcpu->slots.hardware.set, 1UL << 27);
}
END_TEST

static const uint64_t answers[] = { DISPOSITION_RESUME, DISPOSITION_STEP, DISPOSITION_PARK,
				    DISPOSITION_ABORT };

/* A start asked for while an exit is under way is the message behind its answer, whatever that is. */
START_TEST(started_with_an_exit_under_way)
{
	uint64_t sequence;

	exit_under_way();
	sequence = guest.vcpu->exit.sequence;
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_ok(vcpu_start(guest.cap));
	machine_check();
	ck_assert_int_eq(guest.vcpu->exit.kind, EXIT_HYPERCALL);
	ck_assert_int_eq(vcpu_resume(guest.cap), ERR_STATE);
	answer(answers[_i] | REPLY_REARM);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	ck_assert_uint_eq(task_word(&vmm, 0), sequence + 1);
	ck_assert_uint_eq(guest.vcpu->context.registers->x[4], 0);
	/* It was one start, and signals wait behind it. */
	signal_bits(2);
	answer(DISPOSITION_PARK | REPLY_REARM);
	expect_event(2);
	answer(DISPOSITION_RESUME);
	ck_assert_int_eq(guest_state(), STATE_PARKED);
}
END_TEST

/* It comes before signals that wait for the same answer; those are kept. */
START_TEST(a_start_goes_before_signals)
{
	exit_under_way();
	signal_bits(1);
	ck_assert_ok(vcpu_start(guest.cap));
	answer(DISPOSITION_PARK | REPLY_REARM);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	answer(DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM);
	expect_event(1);
	answer(DISPOSITION_RESUME);
	ck_assert_int_eq(guest_state(), STATE_READY);
}
END_TEST

/* What was started and is stopped before it could begin does when it is resumed, whenever its exit is answered. */
START_TEST(stop_and_start_with_an_exit_under_way)
{
	exit_under_way();
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	if (_i) {
		ck_assert_ok(vcpu_resume(guest.cap));
		answer(DISPOSITION_STEP);
	} else {
		answer(DISPOSITION_STEP);
		ck_assert_int_eq(guest_state(), STATE_STOPPED);
		ck_assert(!guest.vcpu->exit.pending);
		signal_bits(1);
		ck_assert(!guest.vcpu->exit.pending);
		ck_assert_ok(vcpu_resume(guest.cap));
	}
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	answer(DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM);
	if (!_i) {
		expect_event(1);
		answer(DISPOSITION_RESUME | REPLY_REARM);
	}
	machine_run_guest(&guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	ck_assert_ok(vcpu_start(guest.cap));
	answer(DISPOSITION_STEP);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_START);
	run();
}
END_TEST

/* An exit that its server gave back is answered first, too; what ends the guest takes the start along. */
START_TEST(start_without_an_answer)
{
	exit_under_way();
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_ok(thread_suspend(vmm.cap));
	task_serve(&vmm, endpoint);
	ck_assert_uint_eq(task_label(&vmm), LABEL_EXIT + EXIT_HYPERCALL);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guest.space));
	machine_check();
	ck_assert(!guest.vcpu->restart);
	ck_assert_int_eq(vcpu_start(guest.cap), ERR_STATE);
}
END_TEST

/* A VCpu that lost its VMM begins with the next as if it were new: no signal is told that the last was not. */
START_TEST(another_vmm)
{
	struct task next = task_new_passive();
	cap_t other = object_new(OBJECT_ENDPOINT, 0);

	run();
	signal_bits(1);
	expect_event(1);
	signal_bits(2);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	ck_assert_ok(thread_suspend(vmm.cap));
	machine_check();
	ck_assert_int_eq(guest_state(), STATE_STOPPED);
	task_serve(&next, other);
	ck_assert_ok(vcpu_configure(guest.cap, guest.space, other, 0));
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_uint_eq(task_label(&next), LABEL_EXIT + EXIT_START);
	ck_assert(!task_answer(&next, other, &guest, DISPOSITION_PARK, 0));
	ck_assert_int_eq(guest_state(), STATE_PARKED);
	signal_bits(4);
	ck_assert_uint_eq(task_label(&next), LABEL_EXIT + EXIT_EVENT);
	ck_assert_uint_eq(task_word(&next, 1), 4);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("restart");

	tcase_add_checked_fixture(tcase, guest_setup, guest_teardown);
	tcase_add_loop_test(tcase, started_with_an_exit_under_way, 0, ARRAY_SIZE(answers));
	tcase_add_test(tcase, a_start_goes_before_signals);
	tcase_add_loop_test(tcase, stop_and_start_with_an_exit_under_way, 0, 2);
	tcase_add_test(tcase, start_without_an_answer);
	tcase_add_loop_test(tcase, start_from_an_event, 0, 2);
	tcase_add_test(tcase, another_vmm);
	return machine_main("restart", &tcase, 1);
}
