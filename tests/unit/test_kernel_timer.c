/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's own timer: it comes, whatever the guest or its VMM do when it is due, and whoever is on the core.
 */
#include "kernel_guest.h"

#include <exit.h>

/* A guest that takes the core: a test can have the first one's state there or not. */
static struct guest other;

static void answer(uint64_t label)
{
	ck_assert(!task_answer(&vmm, endpoint, &guest, label, 0));
	machine_check();
}

static void setup(void)
{
	struct task server;

	guest_setup();
	other = guest_new(object_new(OBJECT_ENDPOINT, 0));
	server = task_new_passive();
	task_serve(&server, other.endpoint);
	guest_start(&other, &server, other.endpoint);
	answer(DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM);
	ck_assert_ok(vcpu_set_slot(guest.cap, IRQ_VIRTUAL_TIMER,
				   SLOT_CONFIGURE | SLOT_NUMBER(IRQ_VIRTUAL_TIMER) | SLOT_ENABLED));
	machine_run_guest(&guest);
	guest.vcpu->arch.timer = fake.clock + 1000;
}

static void check_timer(void)
{
	ck_assert_int_eq(guest_state(), STATE_READY);
	machine_run_guest(&guest);
	fake_interrupt();
	ck_assert(fake_guest_sees(IRQ_VIRTUAL_TIMER));
	ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
	guest.vcpu->arch.timer = DEADLINE_NEVER;
	fake_guest_eoi(IRQ_VIRTUAL_TIMER);
	ck_assert(!fake_irq_active(IRQ_VIRTUAL_TIMER));
}

/* It waits for an interrupt, or runs; then the other is on the core, or still it. */
static void go_on(bool waits, bool other_runs)
{
	if (waits) {
		fake_guest_wait();
		ck_assert_int_eq(guest_state(), STATE_IDLE);
	}
	if (other_runs)
		machine_run_guest(&other);
}

START_TEST(while_it_waits)
{
	go_on(true, _i);
	fake_pass(fake.clock + 1000);
	check_timer();
}
END_TEST

START_TEST(while_its_event_is_handled)
{
	go_on(_i & 2, _i & 1);
	ck_assert_ok(notification_signal(event));
	machine_run_task(&vmm);
	fake_pass(fake.clock + 2000);
	answer(DISPOSITION_RESUME | REPLY_REARM);
	check_timer();
}
END_TEST

START_TEST(while_it_is_stopped)
{
	go_on(_i & 2, _i & 1);
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	fake_pass(fake.clock + 2000);
	ck_assert_int_eq(guest_state(), STATE_STOPPED);
	ck_assert_ok(vcpu_resume(guest.cap));
	check_timer();
}
END_TEST

/* Where guests' timers come to nobody else, the kernel's own ends a wait. */
static void wait_unheard(bool other_runs)
{
	fake.timers_unheard = true;
	go_on(true, other_runs);
}

START_TEST(unheard_while_it_waits)
{
	wait_unheard(_i);
	fake_pass(fake.clock + 999);
	ck_assert_int_eq(guest_state(), STATE_IDLE);
	fake_pass(fake.clock + 1);
	ck_assert_int_eq(guest_state(), STATE_READY);
	/* What is due is no reason to wait. */
	machine_run_guest(&guest);
	fake_guest_wait();
	ck_assert_int_eq(guest_state(), STATE_READY);
}
END_TEST

START_TEST(unheard_while_its_event_is_handled)
{
	wait_unheard(_i & 1);
	ck_assert_ok(notification_signal(event));
	machine_run_task(&vmm);
	if (_i & 2)
		fake_pass(fake.clock + 2000);
	answer(DISPOSITION_RESUME | REPLY_REARM);
	ck_assert_int_eq(guest_state(), _i & 2 ? STATE_READY : STATE_IDLE);
	fake_pass(fake.clock + 2000);
	ck_assert_int_eq(guest_state(), STATE_READY);
}
END_TEST

START_TEST(unheard_and_woken)
{
	wait_unheard(false);
	ck_assert_ok(vcpu_set_slot(guest.cap, IRQ_VIRTUAL_TIMER, SLOT_PEND));
	ck_assert_int_eq(guest_state(), STATE_READY);
	/* No interrupt of the kernel's timer is left for who runs. */
	ck_assert(list_empty(&guest.vcpu->timer_timeout.link));
}
END_TEST

/* An interrupt that the guest masks ends no wait. */
START_TEST(masked)
{
	guest.vcpu->arch.masks = true;
	ck_assert_ok(vcpu_set_slot(guest.cap, IRQ_VIRTUAL_TIMER, SLOT_PEND));
	machine_run_guest(&guest);
	fake_guest_wait();
	ck_assert_int_eq(guest_state(), STATE_IDLE);
	ck_assert_ok(vcpu_set_slot(guest.cap, IRQ_VIRTUAL_TIMER, SLOT_PEND));
	ck_assert_int_eq(guest_state(), STATE_IDLE);
	guest.vcpu->arch.masks = false;
	ck_assert_ok(vcpu_set_slot(guest.cap, IRQ_VIRTUAL_TIMER, SLOT_PEND));
	ck_assert_int_eq(guest_state(), STATE_READY);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("timer");

	tcase_add_checked_fixture(tcase, setup, guest_teardown);
	tcase_add_loop_test(tcase, while_it_waits, 0, 2);
	tcase_add_loop_test(tcase, while_its_event_is_handled, 0, 4);
	tcase_add_loop_test(tcase, while_it_is_stopped, 0, 4);
	tcase_add_loop_test(tcase, unheard_while_it_waits, 0, 2);
	tcase_add_loop_test(tcase, unheard_while_its_event_is_handled, 0, 4);
	tcase_add_test(tcase, unheard_and_woken);
	tcase_add_test(tcase, masked);
	return machine_main("timer", &tcase, 1);
}
