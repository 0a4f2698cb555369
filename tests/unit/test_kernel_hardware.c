/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt slot of a guest's own timer: the physical interrupt stays active until the guest ends it, so every way in
 * which it does not must end it, too.
 */
#include "kernel_machine.h"
#include "slot_changes.h"

static cap_t endpoint;
static struct task vmm;
static struct guest guest, other;

static void setup(void)
{
	machine_start();
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	vmm = task_new_passive();
	guest = guest_new(endpoint);
	task_serve(&vmm, endpoint);
	guest_start(&guest, &vmm, endpoint);
}

static void teardown(void)
{
	machine_check();
}

static void set_timer_slot(uint64_t change)
{
	ck_assert_ok(vcpu_set_slot(guest.cap, IRQ_VIRTUAL_TIMER, change));
	machine_run_guest(&guest);
}

#define TIMER_SLOT (SLOT_CONFIGURE | SLOT_NUMBER(IRQ_VIRTUAL_TIMER) | SLOT_ENABLED)

static void start_two_guests(void)
{
	other = guest_new(endpoint);
	guest_start(&other, &vmm, endpoint);
	ck_assert_ok(vcpu_set_slot(other.cap, IRQ_VIRTUAL_TIMER, TIMER_SLOT));
	set_timer_slot(TIMER_SLOT);
}

/* The timer's interrupt is the hardware's: the guest's end of it lets it come again. */
START_TEST(hardware)
{
	set_timer_slot(TIMER_SLOT);
	for (unsigned int i = 0; i < 3; i++) {
		guest.vcpu->arch.timer = fake.clock + 100;
		fake_pass(fake.clock + 99);
		ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
		fake_pass(fake.clock + 1);
		ck_assert(fake_irq_active(IRQ_VIRTUAL_TIMER));
		ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
		guest.vcpu->arch.timer = DEADLINE_NEVER;
		fake_guest_eoi(IRQ_VIRTUAL_TIMER);
		ck_assert(!fake_irq_active(IRQ_VIRTUAL_TIMER));
		ck_assert(!fake_maintenance());
	}
	/* The guest stopped its timer before it looked: the interrupt is gone, and the next one comes. */
	guest.vcpu->arch.timer = fake.clock + 100;
	fake_pass(fake.clock + 100);
	guest.vcpu->arch.timer = DEADLINE_NEVER;
	set_timer_slot(0);
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	ck_assert(!fake_irq_active(IRQ_VIRTUAL_TIMER));
	/* The same, and then it waits: there is nothing that it would wake for. */
	guest.vcpu->arch.timer = fake.clock + 100;
	fake_pass(fake.clock + 100);
	ck_assert(fake_guest_sees(IRQ_VIRTUAL_TIMER));
	guest.vcpu->arch.timer = DEADLINE_NEVER;
	fake_guest_wait();
	ck_assert_int_eq(guest.vcpu->context.state, STATE_IDLE);
	ck_assert(!fake_irq_active(IRQ_VIRTUAL_TIMER));
}
END_TEST

/* Its VMM takes the pending interrupt away, or the active state: either way the next one comes. */
START_TEST(hardware_under_the_vmm)
{
	set_timer_slot(TIMER_SLOT);
	guest.vcpu->arch.timer = fake.clock;
	fake_interrupt();
	ck_assert(fake_irq_active(IRQ_VIRTUAL_TIMER));
	guest.vcpu->arch.timer = fake.clock + 100;
	set_timer_slot(SLOT_UNPEND);
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	ck_assert(!fake_irq_active(IRQ_VIRTUAL_TIMER));
	fake_pass(fake.clock + 100);
	ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
	guest.vcpu->arch.timer = fake.clock + 100;
	set_timer_slot(SLOT_DEACTIVATE);
	ck_assert(!fake_irq_active(IRQ_VIRTUAL_TIMER));
	fake_guest_eoi(IRQ_VIRTUAL_TIMER);
	fake_pass(fake.clock + 100);
	ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
	/* What cannot be in a list register at once for a hardware interrupt is not put there. */
	set_timer_slot(SLOT_PEND | SLOT_ACTIVATE);
	fake_interrupt();
	machine_check();
}
END_TEST

/* Two guests on one core: what the one handles does not keep the other's timer quiet. */
START_TEST(hardware_of_two_guests)
{
	start_two_guests();
	guest.vcpu->arch.timer = fake.clock;
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
	machine_run_guest(&other);
	ck_assert(!fake_irq_active(IRQ_VIRTUAL_TIMER));
	other.vcpu->arch.timer = fake.clock;
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
	fake_guest_eoi(IRQ_VIRTUAL_TIMER);
	ck_assert(!fake_irq_active(IRQ_VIRTUAL_TIMER));
	other.vcpu->arch.timer = DEADLINE_NEVER;
	machine_run_guest(&guest);
	ck_assert(fake_irq_active(IRQ_VIRTUAL_TIMER));
	guest.vcpu->arch.timer = DEADLINE_NEVER;
	fake_guest_eoi(IRQ_VIRTUAL_TIMER);
	ck_assert(!fake_irq_active(IRQ_VIRTUAL_TIMER));
}
END_TEST

/* The VMM changes the timer's slot while another guest is on the core: that guest's timer is none of its business. */
START_TEST(hardware_not_on_the_core)
{
	const uint64_t changes[] = { SLOT_UNPEND | SLOT_DEACTIVATE, SLOT_DEACTIVATE };
	start_two_guests();
	guest.vcpu->arch.timer = fake.clock;
	fake_interrupt();
	if (_i)
		ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
	machine_run_guest(&other);
	other.vcpu->arch.timer = fake.clock;
	fake_interrupt();
	ck_assert(fake_irq_active(IRQ_VIRTUAL_TIMER));
	ck_assert_ok(vcpu_set_slot(guest.cap, IRQ_VIRTUAL_TIMER, changes[_i]));
	ck_assert(fake_irq_active(IRQ_VIRTUAL_TIMER));
	machine_run_guest(&other);
	ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
	other.vcpu->arch.timer = DEADLINE_NEVER;
	fake_guest_eoi(IRQ_VIRTUAL_TIMER);
	/* Its next one comes. */
	guest.vcpu->arch.timer = fake.clock + 100;
	machine_run_guest(&guest);
	if (_i)
		fake_guest_eoi(IRQ_VIRTUAL_TIMER);
	fake_pass(fake.clock + 100);
	ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
}
END_TEST

/*
 * A guest whose timer's interrupt is on its way, and disabled, waits while another has the core: its timer is quiet. Once its
 * VMM has taken the interrupt away the timer's line, which is still up, speaks again. How that came: by itself, or with the
 * reply to an event.
 */
static void wait_with_a_quiet_timer(void)
{
	start_two_guests();
	set_timer_slot(TIMER_SLOT & ~(uint64_t)SLOT_ENABLED);
	guest.vcpu->arch.timer = fake.clock;
	fake_interrupt();
	ck_assert(fake_irq_active(IRQ_VIRTUAL_TIMER));
	fake_guest_wait();
	machine_run_guest(&other);
	fake_pass(fake.clock + 100);
	ck_assert_int_eq(guest.vcpu->context.state, STATE_IDLE);
}

static void expect_the_timer_again(void)
{
	fake_pass(fake.clock + 1);
	ck_assert_int_eq(guest.vcpu->context.state, STATE_READY);
	machine_run_guest(&guest);
	fake_interrupt();
	ck_assert(fake_irq_active(IRQ_VIRTUAL_TIMER));
	ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
}

START_TEST(taken_away_while_absent)
{
	wait_with_a_quiet_timer();
	ck_assert_ok(vcpu_set_slot(guest.cap, IRQ_VIRTUAL_TIMER, TIMER_SLOT | SLOT_UNPEND));
	expect_the_timer_again();
}
END_TEST

START_TEST(taken_away_with_a_reply)
{
	struct vcpu_update *update = vcpu_update(guest.vcpu);
	cap_t event = object_new(OBJECT_NOTIFICATION, 0);

	ck_assert_ok(notification_bind_event(event, guest.cap));
	wait_with_a_quiet_timer();
	ck_assert_ok(notification_signal(event));
	machine_run_guest(&other);
	slot_changes_put(&update->slots, IRQ_VIRTUAL_TIMER, TIMER_SLOT | SLOT_UNPEND);
	task_answer(&vmm, endpoint, &guest, DISPOSITION_RESUME | REPLY_SLOTS, 0);
	ck_assert_int_eq(vmm.thread->context.state, STATE_RECEIVING);
	expect_the_timer_again();
}
END_TEST

/* What the guest has not ended is ended by its VMM: the next one comes. */
START_TEST(ended_while_absent)
{
	start_two_guests();
	guest.vcpu->arch.timer = fake.clock;
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), IRQ_VIRTUAL_TIMER);
	guest.vcpu->arch.timer = fake.clock + 500;
	fake_guest_wait();
	machine_run_guest(&other);
	ck_assert_ok(vcpu_set_slot(guest.cap, IRQ_VIRTUAL_TIMER, SLOT_DEACTIVATE));
	fake_pass(fake.clock + 499);
	ck_assert_int_eq(guest.vcpu->context.state, STATE_IDLE);
	fake_pass(fake.clock + 1);
	ck_assert_int_eq(guest.vcpu->context.state, STATE_READY);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("hardware");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, hardware);
	tcase_add_test(tcase, hardware_under_the_vmm);
	tcase_add_test(tcase, hardware_of_two_guests);
	tcase_add_loop_test(tcase, hardware_not_on_the_core, 0, 2);
	tcase_add_test(tcase, taken_away_while_absent);
	tcase_add_test(tcase, taken_away_with_a_reply);
	tcase_add_test(tcase, ended_while_absent);
	return machine_main("hardware", &tcase, 1);
}
