/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A physical interrupt that is a slot of a guest's: it stays active until the guest ends it, so every way in which the guest
 * does not must end it, or leave it to who has the handler.
 */
#include "kernel_machine.h"

#define IRQ    40
#define SLOT   9
#define NUMBER 77

#define CONFIGURED (SLOT_CONFIGURE | SLOT_NUMBER(NUMBER) | SLOT_ENABLED)

static cap_t endpoint, handler;
static struct task vmm;
static struct guest guest, other;

static struct guest started(void)
{
	struct guest made = guest_new(endpoint);

	guest_start(&made, &vmm, endpoint);
	return made;
}

static void setup(void)
{
	machine_start();
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	vmm = task_new_passive();
	task_serve(&vmm, endpoint);
	guest = started();
	handler = slot_new();
}

static void teardown(void)
{
	machine_check();
}

static void set_slot(uint64_t change)
{
	ck_assert_ok(vcpu_set_slot(guest.cap, SLOT, change));
	machine_run_guest(&guest);
}

/* The guest has the interrupt and runs. */
static void pass(uint32_t edge)
{
	ck_assert_ok(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ, edge, ROOT_SLOT_CNODE, handler));
	ck_assert_ok(irq_handler_bind_slot(handler, guest.cap, SLOT));
	set_slot(CONFIGURED);
}

static void raise_line(void)
{
	fake_irq_line(IRQ, true);
	fake_interrupt();
}

static void drop_line(void)
{
	fake_irq_line(IRQ, false);
	fake_interrupt();
}

/* The guest takes it, serves its device, and ends it. */
static void serve(void)
{
	machine_run_guest(&guest);
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	ck_assert(fake_irq_active(IRQ));
	fake_irq_line(IRQ, false);
	fake_guest_eoi(NUMBER);
	ck_assert(!fake_irq_active(IRQ));
	ck_assert(!fake_maintenance());
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
}

static void expect_nothing(void)
{
	machine_run_guest(&guest);
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	ck_assert(!fake_irq_active(IRQ));
}

START_TEST(what_is_refused)
{
	cap_t second = slot_new();

	ck_assert_ok(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ, 0, ROOT_SLOT_CNODE, handler));
	ck_assert_ok(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ + 1, 0, ROOT_SLOT_CNODE, second));
	ck_assert_int_eq(irq_handler_bind_slot(handler, slot_new(), SLOT), ERR_CAPABILITY);
	ck_assert_int_eq(irq_handler_bind_slot(handler, endpoint, SLOT), ERR_TYPE);
	ck_assert_int_eq(irq_handler_bind_slot(
				 handler, minted(guest.cap, RIGHTS_ALL & ~RIGHT_WRITE, 0), SLOT),
			 ERR_RIGHTS);
	ck_assert_int_eq(irq_handler_bind_slot(handler, guest.cap, VCPU_SLOTS), ERR_ARGUMENT);
	ck_assert_int_eq(irq_handler_bind_slot(handler, guest.cap, ~0U), ERR_ARGUMENT);
	/* The timer's, from the beginning. */
	ck_assert_int_eq(irq_handler_bind_slot(handler, guest_new(endpoint).cap, IRQ_VIRTUAL_TIMER),
			 ERR_OCCUPIED);
	ck_assert(!fake_irq_enabled(IRQ));
	ck_assert_ok(irq_handler_bind_slot(handler, guest.cap, SLOT));
	ck_assert(fake_irq_enabled(IRQ));
	ck_assert_int_eq(irq_handler_bind_slot(second, guest.cap, SLOT), ERR_OCCUPIED);
	ck_assert_int_eq(irq_handler_bind_slot(handler, guest.cap, IRQ_VIRTUAL_TIMER),
			 ERR_OCCUPIED);
	/* What it was bound to it may be bound to again. */
	ck_assert_ok(irq_handler_bind_slot(handler, guest.cap, SLOT));
	/* Another slot, and then the first is another's. */
	ck_assert_ok(irq_handler_bind_slot(handler, guest.cap, SLOT + 1));
	ck_assert_ok(irq_handler_bind_slot(second, guest.cap, SLOT));
}
END_TEST

/* No exit and no acknowledgement: the guest's end is the physical one's. */
START_TEST(without_an_exit)
{
	uint64_t before, after, waits;

	pass(0);
	ck_assert_ok(vcpu_statistics(guest.cap, &before, &waits));
	machine_run_guest(&guest);
	for (unsigned int i = 0; i < 3; i++) {
		raise_line();
		ck_assert_int_eq(irq_handler_acknowledge(handler), ERR_STATE);
		serve();
	}
	ck_assert_ok(vcpu_statistics(guest.cap, &after, &waits));
	ck_assert_uint_eq(after, before);
}
END_TEST

/* A device that still asks at the end interrupts again, through the kernel. */
START_TEST(a_level_that_stays)
{
	pass(0);
	raise_line();
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	fake_guest_eoi(NUMBER);
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	fake_interrupt();
	serve();
}
END_TEST

/* An edge during the handler is the next interrupt; one that the guest has not seen is not dropped. */
START_TEST(edges)
{
	pass(1);
	raise_line();
	drop_line();
	set_slot(CONFIGURED);
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	raise_line();
	drop_line();
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	fake_guest_eoi(NUMBER);
	fake_interrupt();
	serve();
}
END_TEST

/* The device went quiet before the guest looked: nothing comes, and the next one does. */
START_TEST(quiet_in_time)
{
	pass(0);
	raise_line();
	drop_line();
	set_slot(CONFIGURED);
	expect_nothing();
	/* The same while the guest waits with the slot disabled. */
	set_slot(CONFIGURED & ~(uint64_t)SLOT_ENABLED);
	fake_guest_wait();
	raise_line();
	ck_assert_int_eq(guest.vcpu->context.state, STATE_IDLE);
	drop_line();
	ck_assert_ok(vcpu_set_slot(guest.cap, SLOT, CONFIGURED));
	expect_nothing();
	raise_line();
	serve();
}
END_TEST

/* What the guest pended itself is pending whatever the device says. */
START_TEST(pended_by_the_guest)
{
	pass(0);
	set_slot(SLOT_PEND);
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	fake_guest_eoi(NUMBER);
	expect_nothing();
	/* While it is active: once more, and the physical one is over after that. */
	raise_line();
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	set_slot(SLOT_PEND);
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	drop_line();
	fake_guest_eoi(NUMBER);
	fake_interrupt();
	machine_run_guest(&guest);
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	fake_guest_eoi(NUMBER);
	fake_interrupt();
	ck_assert(!fake_irq_active(IRQ));
	expect_nothing();
	/* Pended, taken, and then the device: what came for the handler that runs comes after it. */
	set_slot(SLOT_PEND);
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	raise_line();
	fake_guest_eoi(NUMBER);
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	ck_assert(fake_irq_active(IRQ));
	drop_line();
	fake_guest_eoi(NUMBER);
	fake_interrupt();
	expect_nothing();
}
END_TEST

/* A line that its VMM drives, which it should not: both are served, and the physical one ends. */
START_TEST(with_a_line_of_the_vmm)
{
	pass(0);
	set_slot(CONFIGURED | SLOT_LEVEL | SLOT_SET_LINE | SLOT_LINE);
	raise_line();
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	drop_line();
	fake_guest_eoi(NUMBER);
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	set_slot(SLOT_SET_LINE);
	fake_guest_eoi(NUMBER);
	fake_interrupt();
	expect_nothing();
}
END_TEST

/* Pended by that line while the guest handles it, and the line goes: the end was that of the physical one all the same. */
START_TEST(ended_under_a_line_of_the_vmm)
{
	pass(0);
	set_slot(CONFIGURED | SLOT_LEVEL | SLOT_SET_LINE | SLOT_LINE);
	raise_line();
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	/* The list register is filled anew: active, and pending by the line. */
	set_slot(0);
	drop_line();
	fake_guest_eoi(NUMBER);
	set_slot(SLOT_SET_LINE);
	expect_nothing();
	raise_line();
	serve();
}
END_TEST

/* A slot that the guest disabled: one interrupt, then silence; enabled, it is there. */
START_TEST(disabled)
{
	pass(0);
	set_slot(CONFIGURED & ~(uint64_t)SLOT_ENABLED);
	raise_line();
	ck_assert(fake_irq_active(IRQ));
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	set_slot(CONFIGURED);
	serve();
	/* Disabled on its way. */
	raise_line();
	set_slot(CONFIGURED & ~(uint64_t)SLOT_ENABLED);
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	ck_assert(fake_irq_active(IRQ));
	set_slot(CONFIGURED);
	serve();
	/* Disabled in its handler, with one more to come. */
	raise_line();
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	set_slot(CONFIGURED & ~(uint64_t)SLOT_ENABLED);
	fake_guest_eoi(NUMBER);
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	set_slot(CONFIGURED);
	serve();
}
END_TEST

/* The VMM takes the pending or the active state away; a device that still asks comes again. */
START_TEST(taken_by_the_vmm)
{
	pass(0);
	raise_line();
	set_slot(SLOT_UNPEND);
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	set_slot(SLOT_DEACTIVATE);
	fake_guest_eoi(NUMBER);
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	drop_line();
	set_slot(SLOT_DEACTIVATE);
	fake_guest_eoi(NUMBER);
	expect_nothing();
	raise_line();
	serve();
}
END_TEST

/* One that waits for the guest is the slot's, and stays quiet, whatever the VMM says of an active state. */
START_TEST(waiting_is_not_active)
{
	pass(0);
	ck_assert_ok(vcpu_set_slot(guest.cap, SLOT, SLOT_CONFIGURE | SLOT_NUMBER(NUMBER)));
	raise_line();
	ck_assert_ok(vcpu_set_slot(guest.cap, SLOT, _i ? SLOT_ACTIVATE : 0));
	ck_assert_ok(vcpu_set_slot(guest.cap, SLOT, SLOT_DEACTIVATE));
	ck_assert(fake_irq_active(IRQ));
	set_slot(CONFIGURED);
	serve();
}
END_TEST

/* Nor does the guest's end of an active state that the VMM made up end one that waits, disabled. */
START_TEST(waiting_behind_an_active_state)
{
	pass(0);
	set_slot(SLOT_CONFIGURE | SLOT_NUMBER(NUMBER) | SLOT_ACTIVATE);
	raise_line();
	/* Another, so that the guest handles something. */
	ck_assert_ok(
		vcpu_set_slot(guest.cap, SLOT + 1,
			      SLOT_CONFIGURE | SLOT_NUMBER(NUMBER + 1) | SLOT_ENABLED | SLOT_PEND));
	machine_run_guest(&guest);
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER + 1);
	fake_guest_eoi(NUMBER);
	ck_assert(fake_irq_active(IRQ));
	set_slot(0);
	ck_assert(fake_irq_active(IRQ));
	set_slot(CONFIGURED);
	serve();
}
END_TEST

/* It comes while another guest has the core: pended, and delivered when its guest runs. */
START_TEST(not_on_the_core)
{
	pass(0);
	other = started();
	machine_run_guest(&other);
	raise_line();
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	ck_assert(fake_irq_active(IRQ));
	serve();
	/* In its handler the guest loses the core; the interrupt is as active as it was. */
	raise_line();
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	machine_run_guest(&other);
	fake_interrupt();
	ck_assert(fake_irq_active(IRQ));
	machine_run_guest(&guest);
	fake_irq_line(IRQ, false);
	fake_guest_eoi(NUMBER);
	expect_nothing();
	/* Its VMM takes it away from afar. */
	raise_line();
	machine_run_guest(&other);
	fake_irq_line(IRQ, false);
	ck_assert_ok(vcpu_set_slot(guest.cap, SLOT, SLOT_UNPEND));
	ck_assert(!fake_irq_active(IRQ));
	expect_nothing();
}
END_TEST

/* It wakes a guest that waits. */
START_TEST(wakes)
{
	pass(0);
	fake_guest_wait();
	ck_assert_int_eq(guest.vcpu->context.state, STATE_IDLE);
	raise_line();
	ck_assert_int_eq(guest.vcpu->context.state, STATE_READY);
	serve();
}
END_TEST

/* The guest begins anew with its interrupt pending (0) or active (1), on the core or not (2, 3). */
START_TEST(restarted)
{
	pass(0);
	raise_line();
	if (_i & 1)
		ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	if (_i & 2) {
		other = started();
		machine_run_guest(&other);
	}
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	ck_assert_ok(vcpu_start(guest.cap));
	ck_assert(!fake_irq_active(IRQ));
	ck_assert(fake_irq_enabled(IRQ));
	/* The device still asks; the guest does not hear it before its VMM has configured the slot. */
	fake_interrupt();
	ck_assert(fake_irq_active(IRQ));
	vcpu_update(guest.vcpu)->registers = (struct registers){ .pstate = FAKE_PSTATE_KERNEL };
	task_answer(&vmm, endpoint, &guest, DISPOSITION_START | REPLY_REGISTERS, 0);
	machine_run_guest(&guest);
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	set_slot(CONFIGURED);
	serve();
}
END_TEST

/* Bound elsewhere while it is pending (0) or active (1): a device that still asks tells the new one. */
START_TEST(bound_elsewhere)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits;

	pass(0);
	raise_line();
	if (_i)
		ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	ck_assert_ok(irq_handler_bind(handler, notification));
	fake_interrupt();
	ck_assert_ok(notification_clear(notification, &bits));
	ck_assert_uint_eq(bits, 1);
	/* The guest's end of what it had ends nothing. */
	machine_run_guest(&guest);
	if (_i)
		fake_guest_eoi(NUMBER);
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	ck_assert(fake_irq_active(IRQ));
	/* And back, in service. */
	ck_assert_ok(irq_handler_bind_slot(handler, guest.cap, SLOT));
	fake_interrupt();
	machine_run_guest(&guest);
	serve();
	ck_assert_ok(notification_clear(notification, &bits));
	ck_assert_uint_eq(bits, 0);
}
END_TEST

/* Bound to the same slot again, or to another one, in each state. */
START_TEST(bound_again)
{
	pass(0);
	raise_line();
	if (_i & 1)
		ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	ck_assert_ok(irq_handler_bind_slot(handler, guest.cap, _i & 2 ? SLOT : SLOT + 1));
	if (!(_i & 2))
		ck_assert_ok(vcpu_set_slot(guest.cap, SLOT + 1, CONFIGURED + 1));
	machine_run_guest(&guest);
	if (_i & 1)
		fake_guest_eoi(NUMBER);
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), _i & 2 ? NUMBER : NUMBER + 1);
	fake_irq_line(IRQ, false);
	fake_guest_eoi(_i & 2 ? NUMBER : NUMBER + 1);
	fake_interrupt();
	expect_nothing();
}
END_TEST

/* The handler's end: nothing is left enabled or active, and the slot is the guest's alone. */
START_TEST(handler_deleted)
{
	pass(0);
	raise_line();
	if (_i)
		ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, handler));
	ck_assert(!fake_irq_enabled(IRQ));
	ck_assert(!fake_irq_active(IRQ));
	machine_run_guest(&guest);
	if (_i)
		fake_guest_eoi(NUMBER);
	expect_nothing();
	set_slot(SLOT_PEND);
	ck_assert_uint_eq(fake_guest_acknowledge(), NUMBER);
	fake_guest_eoi(NUMBER);
	ck_assert(!fake_maintenance());
	/* It can be had and bound again. */
	pass(0);
	fake_interrupt();
	serve();
}
END_TEST

/* The capability of the VCpu is revoked: the interrupt is quiet until the handler is bound again. */
START_TEST(vcpu_revoked)
{
	cap_t copy = copied(guest.cap);

	pass(0);
	ck_assert_ok(irq_handler_bind_slot(handler, copy, SLOT));
	machine_run_guest(&guest);
	if (_i) {
		raise_line();
		ck_assert(fake_guest_sees(NUMBER));
	}
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, copy));
	raise_line();
	ck_assert(fake_irq_active(IRQ));
	machine_run_guest(&guest);
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	ck_assert_ok(irq_handler_bind_slot(handler, guest.cap, SLOT));
	fake_interrupt();
	machine_run_guest(&guest);
	serve();
}
END_TEST

/* The VCpu itself ends. */
START_TEST(vcpu_destroyed)
{
	pass(0);
	raise_line();
	ck_assert_ok(vcpu_stop(guest.cap, 0));
	ck_assert_int_eq(cnode_delete(ROOT_SLOT_CNODE, guest.cap), ERR_DESCENDANTS);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guest.cap));
	machine_forget(&guest.vcpu->context);
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, guest.cap));
	fake_interrupt();
	ck_assert(fake_irq_active(IRQ));
	guest = started();
	ck_assert_ok(irq_handler_bind_slot(handler, guest.cap, SLOT));
	fake_interrupt();
	set_slot(CONFIGURED);
	serve();
}
END_TEST

/* Where the guest's acknowledge and end are exits, the VMM's changes are what the guest did. */
START_TEST(acknowledged_by_the_vmm)
{
	pass((uint32_t)_i);
	raise_line();
	set_slot(SLOT_UNPEND | SLOT_ACTIVATE);
	ck_assert(fake_irq_active(IRQ));
	fake_interrupt();
	ck_assert_uint_eq(fake_guest_acknowledge(), FAKE_SPURIOUS);
	fake_irq_line(IRQ, false);
	set_slot(SLOT_DEACTIVATE);
	expect_nothing();
	raise_line();
	serve();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("passed");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, what_is_refused);
	tcase_add_test(tcase, without_an_exit);
	tcase_add_test(tcase, a_level_that_stays);
	tcase_add_test(tcase, edges);
	tcase_add_test(tcase, quiet_in_time);
	tcase_add_test(tcase, pended_by_the_guest);
	tcase_add_test(tcase, with_a_line_of_the_vmm);
	tcase_add_test(tcase, ended_under_a_line_of_the_vmm);
	tcase_add_test(tcase, disabled);
	tcase_add_test(tcase, taken_by_the_vmm);
	tcase_add_loop_test(tcase, waiting_is_not_active, 0, 2);
	tcase_add_test(tcase, waiting_behind_an_active_state);
	tcase_add_test(tcase, not_on_the_core);
	tcase_add_test(tcase, wakes);
	tcase_add_loop_test(tcase, restarted, 0, 4);
	tcase_add_loop_test(tcase, bound_elsewhere, 0, 2);
	tcase_add_loop_test(tcase, bound_again, 0, 4);
	tcase_add_loop_test(tcase, handler_deleted, 0, 2);
	tcase_add_loop_test(tcase, vcpu_revoked, 0, 2);
	tcase_add_test(tcase, vcpu_destroyed);
	tcase_add_loop_test(tcase, acknowledged_by_the_vmm, 0, 2);
	return machine_main("passed", &tcase, 1);
}
