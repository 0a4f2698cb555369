/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences that a review of the kernel found, each of which went wrong once: hardware interrupts of VCpus that are not
 * on the core, one number in two list registers, time that is bound while it is lent, peers that end at the wrong moment.
 */
#include "kernel_machine.h"

#include <exit.h>

#define TIMER_SLOT 27
#define TIMER_CHANGE \
	(SLOT_CONFIGURE | SLOT_GROUP1 | SLOT_ENABLED | SLOT_LEVEL | SLOT_NUMBER(TIMER_SLOT))

struct machine {
	struct guest guest;
	struct task vmm;
	cap_t endpoint;
};

/* A guest that runs under a VMM without time of its own. */
static struct machine running(void)
{
	struct machine m;

	m.endpoint = object_new(OBJECT_ENDPOINT, 0);
	m.vmm = task_new_passive();
	task_serve(&m.vmm, m.endpoint);
	m.guest = guest_new(m.endpoint);
	ck_assert_ok(vcpu_start(m.guest.cap));
	vcpu_update(m.guest.vcpu)->registers.pstate = FAKE_PSTATE_KERNEL;
	ck_assert(!task_answer(&m.vmm, m.endpoint, &m.guest,
			       DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM, 0));
	ck_assert_ok(vcpu_set_slot(m.guest.cap, TIMER_SLOT, TIMER_CHANGE));
	return m;
}

/* The guest's timer fires while it runs; the guest has not seen it. */
static void fire_timer(struct machine *m)
{
	machine_run_guest(&m->guest);
	m->guest.vcpu->arch.timer = fake.clock + 1000;
	fake_pass(fake.clock + 1500);
	ck_assert(fake_irq_active(TIMER_SLOT));
	m->guest.vcpu->arch.timer = DEADLINE_NEVER;
}

START_TEST(unpend_ends_the_physical_interrupt)
{
	struct machine a = running();
	struct machine b = running();

	fire_timer(&a);
	ck_assert_ok(vcpu_set_slot(a.guest.cap, TIMER_SLOT, SLOT_UNPEND));
	machine_run_guest(&b.guest);
	ck_assert(!fake_irq_active(TIMER_SLOT));
}
END_TEST

START_TEST(absent_guests_end_no_physical_interrupt)
{
	struct machine a = running();
	struct machine b = running();

	fire_timer(&a);
	fire_timer(&b);
	ck_assert_ok(vcpu_set_slot(a.guest.cap, TIMER_SLOT, SLOT_UNPEND | SLOT_DEACTIVATE));
	ck_assert(fake_irq_active(TIMER_SLOT));
	ck_assert_ok(vcpu_set_slot(b.guest.cap, TIMER_SLOT, SLOT_UNPEND | SLOT_DEACTIVATE));
	ck_assert(!fake_irq_active(TIMER_SLOT));
	/* Back on the core, the first one brings nothing active along. */
	machine_run_guest(&a.guest);
	ck_assert(!fake_irq_active(TIMER_SLOT));
}
END_TEST

START_TEST(hardware_is_not_pending_and_active)
{
	struct machine a = running();

	fire_timer(&a);
	a.guest.vcpu->arch.timer = fake.clock;
	machine_run_guest(&a.guest);
	ck_assert_uint_eq(fake_guest_acknowledge(), TIMER_SLOT);
	ck_assert_ok(vcpu_set_slot(a.guest.cap, TIMER_SLOT, SLOT_PEND));
	/* The model of the list registers refuses both states with the hardware bit. */
	machine_run_guest(&a.guest);
	fake_interrupt();
}
END_TEST

START_TEST(one_number_in_one_list_register)
{
	struct machine a = running();
	uint64_t change = SLOT_CONFIGURE | SLOT_GROUP1 | SLOT_ENABLED | SLOT_NUMBER(40) | SLOT_PEND;

	ck_assert_ok(vcpu_set_slot(a.guest.cap, 5, change));
	ck_assert_ok(vcpu_set_slot(a.guest.cap, 6, change));
	/* The model refuses the same number twice. */
	machine_run_guest(&a.guest);
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), 40);
}
END_TEST

START_TEST(time_bound_again_while_it_is_lent)
{
	struct machine a = running();

	machine_run_guest(&a.guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_ok(sched_context_unbind(a.guest.sc));
	ck_assert_ptr_null(a.vmm.thread->context.sc);
	ck_assert_ok(sched_context_bind(a.guest.sc, a.guest.cap));
	ck_assert_ptr_nonnull(a.vmm.thread->context.sc);
	ck_assert(!task_answer(&a.vmm, a.endpoint, &a.guest, DISPOSITION_STEP, 0));
	ck_assert_ptr_nonnull(a.guest.vcpu->context.sc);
}
END_TEST

START_TEST(time_that_comes_after_the_exit)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct task vmm = task_new_passive();
	struct guest guest = guest_new(endpoint);

	task_serve(&vmm, endpoint);
	ck_assert_ok(sched_context_unbind(guest.sc));
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert_ok(sched_context_bind(guest.sc, guest.cap));
	ck_assert_ptr_nonnull(vmm.thread->context.sc);
}
END_TEST

START_TEST(pages_mapped_again_when_their_space_is_gone)
{
	struct machine a = running();
	cap_t upper = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t lower = object_new(OBJECT_PAGE_TABLE, 0);
	cap_t space;

	for (int round = 0; round < 2; round++) {
		space = object_new(OBJECT_ADDRESS_SPACE, 0);
		ck_assert_ok(page_table_map(upper, space, 0));
		ck_assert_ok(page_table_map(lower, space, 0));
		ck_assert_ok(address_space_map_vcpu(space, a.guest.cap, 0x1000));
		ck_assert_int_eq(address_space_map_vcpu(space, a.guest.cap, 0x4000), ERR_OCCUPIED);
		ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, space));
	}
}
END_TEST

START_TEST(line_of_a_dead_peer)
{
	struct machine a = running();
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);

	ck_assert_ok(vcpu_set_slot(a.guest.cap, 5,
				   SLOT_CONFIGURE | SLOT_ENABLED | SLOT_LEVEL | SLOT_NUMBER(40)));
	ck_assert_ok(notification_bind_slot(notification, a.guest.cap, 5));
	ck_assert(task_syscall(&root, SYS_SIGNAL, notification, 0, (uint64_t[MESSAGE_WORDS]){ 0 },
			       0));
	ck_assert(a.guest.vcpu->slots.line & BIT(5));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, notification));
	ck_assert(!(a.guest.vcpu->slots.line & BIT(5)));
}
END_TEST

START_TEST(fault_without_a_handler_that_can_run)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	struct task handler = task_new_passive();
	struct task faulty = task_new();

	task_serve(&handler, endpoint);
	ck_assert_ok(thread_configure(faulty.cap, 0, 0, endpoint));
	ck_assert_ok(thread_resume(faulty.cap));
	machine_run_task(&faulty);
	fake_fault(1, 2);
	/* A fault lends no time: it waits until somebody with time receives, and the handler stays where it was. */
	ck_assert_int_eq(handler.thread->context.state, STATE_RECEIVING);
}
END_TEST

/* A guest's time that its VMM has, with a limit for an answer, is bound elsewhere: there it is time without a limit. */
START_TEST(time_leaves_its_limit)
{
	struct machine m = running();
	struct task other = task_new_passive();

	ck_assert_ok(vcpu_set_answer_limit(m.guest.cap, 1000));
	machine_run_guest(&m.guest);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_ok(sched_context_unbind(m.guest.sc));
	ck_assert_ok(sched_context_bind(m.guest.sc, other.cap));
	ck_assert_ok(thread_resume(other.cap));
	machine_run_task(&other);
	fake_pass(fake.clock + 5000);
	ck_assert_int_eq(other.thread->context.state, STATE_READY);
	machine_check();
}
END_TEST

int main(void)
{
	TCase *test = machine_case("revised");

	tcase_add_test(test, unpend_ends_the_physical_interrupt);
	tcase_add_test(test, absent_guests_end_no_physical_interrupt);
	tcase_add_test(test, hardware_is_not_pending_and_active);
	tcase_add_test(test, one_number_in_one_list_register);
	tcase_add_test(test, time_bound_again_while_it_is_lent);
	tcase_add_test(test, time_that_comes_after_the_exit);
	tcase_add_test(test, pages_mapped_again_when_their_space_is_gone);
	tcase_add_test(test, line_of_a_dead_peer);
	tcase_add_test(test, fault_without_a_handler_that_can_run);
	tcase_add_test(test, time_leaves_its_limit);
	return machine_main("revised", (TCase *[]){ test }, 1);
}
