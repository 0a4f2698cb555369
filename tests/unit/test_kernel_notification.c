/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications and interrupts of drivers.
 */
#include "kernel_machine.h"

#define IRQ (FAKE_IRQ_FIRST + 3)

static cap_t notification;
static struct task waiter;

static void setup(void)
{
	machine_start();
	notification = object_new(OBJECT_NOTIFICATION, 0);
	waiter = task_new();
	ck_assert_ok(thread_resume(waiter.cap));
}

static void teardown(void)
{
	machine_check();
}

static cap_t badged(uint64_t badge)
{
	return minted(notification, RIGHTS_ALL, badge);
}

static uint64_t cleared(cap_t cap)
{
	uint64_t bits = ~0ULL;

	ck_assert_ok(notification_clear(cap, &bits));
	return bits;
}

START_TEST(bits_come_together)
{
	ck_assert_ok(notification_signal(badged(0x5)));
	ck_assert_ok(notification_signal(badged(0x8)));
	ck_assert_ok(notification_signal(badged(0x8)));
	ck_assert(task_wait(&waiter, notification, DEADLINE_NEVER));
	ck_assert_int_eq(task_status(&waiter), OK);
	ck_assert_uint_eq(task_word(&waiter, 0), 0xd);
	/* They were taken. */
	ck_assert(!task_wait(&waiter, notification, DEADLINE_NEVER));
	ck_assert_ok(notification_signal(badged(0x10)));
	ck_assert_uint_eq(task_word(&waiter, 0), 0x10);
	ck_assert_uint_eq(cleared(notification), 0);
	/* Without a badge a signal is bit 0. */
	ck_assert_ok(notification_signal(notification));
	ck_assert_uint_eq(cleared(notification), 1);
}
END_TEST

START_TEST(a_badge_limits)
{
	cap_t low = badged(0xf);
	cap_t high = badged(0xf0);

	ck_assert_ok(notification_signal(badged(0x11)));
	ck_assert_uint_eq(cleared(low), 0x1);
	ck_assert_uint_eq(cleared(low), 0);
	ck_assert(!task_wait(&waiter, low, DEADLINE_NEVER));
	/* What it does not wait for does not wake it. */
	ck_assert_ok(notification_signal(high));
	ck_assert_int_eq(waiter.thread->context.state, STATE_WAITING);
	ck_assert_ok(notification_signal(badged(0x24)));
	ck_assert_uint_eq(task_word(&waiter, 0), 0x4);
	ck_assert_uint_eq(cleared(notification), 0xf0);
	/* Badges only narrow. */
	ck_assert_int_eq(cnode_mint(ROOT_SLOT_CNODE, low, ROOT_SLOT_CNODE, slot_new(), 0, 0x10),
			 ERR_ARGUMENT);
	ck_assert_uint_eq(slot_of(minted(low, 0, 0x3))->data, 0x3);
	ck_assert_uint_eq(slot_of(copied(low))->data, 0xf);
}
END_TEST

/* Several wait for different bits: each gets its own, whoever came first. */
START_TEST(waiters_with_different_bits)
{
	struct task other = task_new();
	struct task third = task_new();
	cap_t low = badged(0xf);
	cap_t high = badged(0xf0);

	ck_assert_ok(thread_resume(other.cap));
	ck_assert_ok(thread_resume(third.cap));
	ck_assert(!task_wait(&waiter, low, DEADLINE_NEVER));
	ck_assert(!task_wait(&other, high, DEADLINE_NEVER));
	ck_assert(!task_wait(&third, high, DEADLINE_NEVER));
	ck_assert_ok(notification_signal(badged(0x20)));
	ck_assert_int_eq(waiter.thread->context.state, STATE_WAITING);
	ck_assert_int_eq(other.thread->context.state, STATE_READY);
	ck_assert_uint_eq(task_word(&other, 0), 0x20);
	machine_check();
	/* One signal for two. */
	ck_assert_ok(notification_signal(badged(0x42)));
	ck_assert_uint_eq(task_word(&waiter, 0), 0x2);
	ck_assert_int_eq(third.thread->context.state, STATE_READY);
	ck_assert_uint_eq(task_word(&third, 0), 0x40);
	ck_assert_uint_eq(cleared(notification), 0);
}
END_TEST

START_TEST(rights)
{
	cap_t no_signal = minted(notification, RIGHTS_ALL & ~RIGHT_WRITE, 0);
	cap_t no_wait = minted(notification, RIGHTS_ALL & ~RIGHT_READ, 0);
	uint64_t bits;

	ck_assert_int_eq(notification_signal(no_signal), ERR_RIGHTS);
	ck_assert(task_wait(&waiter, no_wait, DEADLINE_NEVER));
	ck_assert_int_eq(task_status(&waiter), ERR_RIGHTS);
	ck_assert_int_eq(notification_clear(no_wait, &bits), ERR_RIGHTS);
	ck_assert_int_eq(notification_signal(ROOT_SLOT_THREAD), ERR_TYPE);
	ck_assert_int_eq(notification_signal(slot_new()), ERR_CAPABILITY);
}
END_TEST

START_TEST(its_end)
{
	ck_assert(!task_wait(&waiter, notification, fake.clock + 100));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, notification));
	ck_assert_int_eq(waiter.thread->context.state, STATE_READY);
	ck_assert_int_eq(task_status(&waiter), ERR_ABORTED);
	ck_assert_uint_eq(timeout_first(), DEADLINE_NEVER);
}
END_TEST

START_TEST(bindings)
{
	struct guest guest = guest_new(object_new(OBJECT_ENDPOINT, 0));

	ck_assert_int_eq(notification_unbind(notification), ERR_STATE);
	ck_assert_int_eq(notification_bind_slot(notification, guest.cap, VCPU_SLOTS), ERR_ARGUMENT);
	ck_assert_int_eq(notification_bind_event(notification, ROOT_SLOT_THREAD), ERR_TYPE);
	ck_assert_int_eq(notification_bind_event(notification, minted(guest.cap, RIGHT_READ, 0)),
			 ERR_RIGHTS);
	/* Nobody waits at one that is bound, and none is bound at which somebody waits. */
	ck_assert(!task_wait(&waiter, notification, DEADLINE_NEVER));
	ck_assert_int_eq(notification_bind_event(notification, guest.cap), ERR_STATE);
	ck_assert_ok(notification_signal(notification));
	ck_assert_ok(notification_bind_event(notification, guest.cap));
	ck_assert_int_eq(notification_bind_event(notification, guest.cap), ERR_OCCUPIED);
	ck_assert_int_eq(notification_bind_slot(notification, guest.cap, 1), ERR_OCCUPIED);
	ck_assert(task_wait(&waiter, notification, DEADLINE_NEVER));
	ck_assert_int_eq(task_status(&waiter), ERR_STATE);
	ck_assert_ok(notification_unbind(notification));
	ck_assert_ok(notification_bind_slot(notification, guest.cap, 1));
	machine_check();
	/* The VCpu's end is the binding's. */
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guest.cap));
	ck_assert_int_eq(notification_unbind(notification), ERR_STATE);
	ck_assert_ok(notification_signal(notification));
	ck_assert_uint_eq(cleared(notification), 1);
}
END_TEST

/* A level slot's line follows the word; an edge slot is pended at each signal. */
START_TEST(slots)
{
	struct guest guest = guest_new(object_new(OBJECT_ENDPOINT, 0));
	uint64_t pending = 0, active = 0;
	cap_t edge = object_new(OBJECT_NOTIFICATION, 0);

	ck_assert_ok(vcpu_set_slot(guest.cap, 5, SLOT_CONFIGURE | SLOT_NUMBER(40) | SLOT_LEVEL));
	ck_assert_ok(vcpu_set_slot(guest.cap, 6, SLOT_CONFIGURE | SLOT_NUMBER(41)));
	/* What was signalled before the binding counts. */
	ck_assert_ok(notification_signal(badged(0x3)));
	ck_assert_ok(notification_bind_slot(notification, guest.cap, 5));
	ck_assert_ok(notification_bind_slot(edge, guest.cap, 6));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, BIT(5));
	ck_assert_uint_eq(active, 0);
	ck_assert_uint_eq(cleared(badged(0x1)), 0x1);
	ck_assert_ok(notification_signal(edge));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, BIT(5) | BIT(6));
	/* The last bit takes the line down; taking a latch away is not about a line. */
	ck_assert_uint_eq(cleared(badged(0x6)), 0x2);
	ck_assert_ok(vcpu_set_slot(guest.cap, 6, SLOT_UNPEND));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, 0);
	ck_assert_ok(notification_signal(notification));
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, SLOT_UNPEND));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, BIT(5));
}
END_TEST

/* Who may set a VCpu's slots may bind what drives them, and no events. */
START_TEST(a_line_by_a_vmm)
{
	struct guest guest = guest_new(object_new(OBJECT_ENDPOINT, 0));
	cap_t reader = minted(guest.cap, RIGHT_READ, 0);
	cap_t writer = minted(guest.cap, RIGHT_WRITE, 0);

	ck_assert_int_eq(notification_bind_slot(notification, reader, 5), ERR_RIGHTS);
	ck_assert_int_eq(notification_bind_event(notification, writer), ERR_RIGHTS);
	ck_assert_ok(notification_bind_slot(notification, writer, 5));
}
END_TEST

/* A binding that is revoked under a living VCpu leaves no line up. */
START_TEST(a_line_without_its_binding)
{
	struct guest guest = guest_new(object_new(OBJECT_ENDPOINT, 0));
	cap_t copy = copied(guest.cap);
	uint64_t pending = 0, active = 0;

	ck_assert_ok(vcpu_set_slot(guest.cap, 5, SLOT_CONFIGURE | SLOT_NUMBER(40) | SLOT_LEVEL));
	ck_assert_ok(notification_bind_slot(notification, copy, 5));
	ck_assert_ok(notification_signal(notification));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, BIT(5));
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, copy));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, 0);
}
END_TEST

/* Whatever mode the slot has while the line moves, and whoever claims to know better: as a level it is what the word says. */
START_TEST(a_line_in_each_mode)
{
	struct guest guest = guest_new(object_new(OBJECT_ENDPOINT, 0));
	const uint64_t edge = SLOT_CONFIGURE | SLOT_NUMBER(40);
	uint64_t pending = 0, active = 0;

	ck_assert_ok(notification_bind_slot(notification, guest.cap, 5));
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, edge));
	ck_assert_ok(notification_signal(notification));
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, SLOT_UNPEND));
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, edge | SLOT_LEVEL));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, BIT(5));
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, SLOT_SET_LINE));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, BIT(5));
	/* An edge that has gone by is no level's. */
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, edge));
	ck_assert_ok(notification_signal(notification));
	ck_assert_uint_eq(cleared(notification), 1);
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, BIT(5));
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, edge | SLOT_LEVEL));
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, SLOT_SET_LINE | SLOT_LINE));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, 0);
	/* What the VMM pended is no edge's: it outlives another configuration as a level. */
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, SLOT_PEND));
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, edge | SLOT_LEVEL));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, BIT(5));
}
END_TEST

START_TEST(one_notification_a_slot)
{
	struct guest guest = guest_new(object_new(OBJECT_ENDPOINT, 0));
	cap_t other = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t pending = 0, active = 0;

	ck_assert_ok(vcpu_set_slot(guest.cap, 5, SLOT_CONFIGURE | SLOT_NUMBER(40) | SLOT_LEVEL));
	/* A line that somebody else left up is the notification's from its binding on. */
	ck_assert_ok(vcpu_set_slot(guest.cap, 5, SLOT_SET_LINE | SLOT_LINE));
	ck_assert_ok(notification_bind_slot(notification, guest.cap, 5));
	ck_assert_ok(vcpu_query_slots(guest.cap, &pending, &active));
	ck_assert_uint_eq(pending, 0);
	ck_assert_int_eq(notification_bind_slot(other, guest.cap, 5), ERR_OCCUPIED);
	ck_assert_ok(notification_bind_slot(other, guest.cap, 6));
	ck_assert_ok(notification_unbind(other));
	ck_assert_ok(notification_unbind(notification));
	ck_assert_ok(notification_bind_slot(other, guest.cap, 5));
}
END_TEST

/* Interrupts. */

static cap_t handler_new(uint32_t edge)
{
	cap_t irq = slot_new();

	ck_assert_ok(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ, edge, ROOT_SLOT_CNODE, irq));
	return irq;
}

START_TEST(who_gets_an_interrupt)
{
	cap_t slot = slot_new();
	cap_t irq = handler_new(1);

	ck_assert(fake_irq_is_edge(IRQ));
	ck_assert(!fake_irq_enabled(IRQ));
	ck_assert_int_eq(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ, 0, ROOT_SLOT_CNODE, slot),
			 ERR_OCCUPIED);
	ck_assert_int_eq(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ_TIMER, 0, ROOT_SLOT_CNODE,
					 slot),
			 ERR_ARGUMENT);
	ck_assert_int_eq(irq_control_get(ROOT_SLOT_IRQ_CONTROL, FAKE_IRQS, 0, ROOT_SLOT_CNODE,
					 slot),
			 ERR_ARGUMENT);
	ck_assert_int_eq(irq_control_get(ROOT_SLOT_IRQ_CONTROL, ~0U, 0, ROOT_SLOT_CNODE, slot),
			 ERR_ARGUMENT);
	ck_assert_int_eq(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ + 1, 2, ROOT_SLOT_CNODE, slot),
			 ERR_ARGUMENT);
	ck_assert_int_eq(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ + 1, 0, ROOT_SLOT_CNODE, irq),
			 ERR_OCCUPIED);
	ck_assert_int_eq(irq_handler_acknowledge(irq), ERR_STATE);
	ck_assert_int_eq(irq_handler_bind(irq, minted(notification, RIGHT_READ, 0)), ERR_RIGHTS);
	/* Its end gives the interrupt back. */
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, irq));
	ck_assert_ok(irq_control_get(ROOT_SLOT_IRQ_CONTROL, IRQ, 0, ROOT_SLOT_CNODE, slot));
	ck_assert(!fake_irq_is_edge(IRQ));
}
END_TEST

/* One signal at each interrupt, and silence until it is acknowledged. */
START_TEST(a_level_interrupt)
{
	cap_t irq = handler_new(0);

	fake_irq_line(IRQ, true);
	fake_interrupt();
	ck_assert_uint_eq(cleared(notification), 0);
	ck_assert_ok(irq_handler_bind(irq, badged(0x40)));
	fake_interrupt();
	ck_assert_uint_eq(cleared(notification), 0x40);
	fake_interrupt();
	ck_assert_uint_eq(cleared(notification), 0);
	ck_assert_ok(irq_handler_acknowledge(irq));
	ck_assert_int_eq(irq_handler_acknowledge(irq), ERR_STATE);
	ck_assert(task_wait(&waiter, notification, DEADLINE_NEVER));
	ck_assert_uint_eq(task_word(&waiter, 0), 0x40);
	fake_irq_line(IRQ, false);
	ck_assert_ok(irq_handler_acknowledge(irq));
	fake_interrupt();
	ck_assert_uint_eq(cleared(notification), 0);
}
END_TEST

/* A driver that ends with an interrupt in its hands: bound again, the interrupt comes again. */
START_TEST(bound_again)
{
	cap_t irq = handler_new(0);
	cap_t copy = copied(notification);

	ck_assert_ok(irq_handler_bind(irq, copy));
	fake_irq_line(IRQ, true);
	fake_interrupt();
	ck_assert_uint_eq(cleared(notification), 1);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, notification));
	fake_interrupt();
	ck_assert_uint_eq(cleared(notification), 0);
	ck_assert_ok(irq_handler_bind(irq, notification));
	fake_interrupt();
	ck_assert_uint_eq(cleared(notification), 1);
	/* Bound to another while it waits for its acknowledgement. */
	ck_assert_ok(irq_handler_bind(irq, badged(2)));
	fake_interrupt();
	ck_assert_uint_eq(cleared(notification), 2);
	/* The end of the handler leaves nothing behind. */
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, irq));
	ck_assert(!fake_irq_enabled(IRQ));
	ck_assert(!fake_irq_active(IRQ));
}
END_TEST

/* One more finds no place; when one has gone there is place again. */
START_TEST(waiters_at_once)
{
	struct task late = waiter;
	struct task other = waiter;

	for (unsigned int i = 0; i < NOTIFICATION_WAITERS_MAX; i++) {
		other = task_new();
		ck_assert_ok(thread_resume(other.cap));
		ck_assert(!task_wait(&other, notification, DEADLINE_NEVER));
	}
	ck_assert(task_wait(&late, notification, DEADLINE_NEVER));
	ck_assert_int_eq(task_status(&late), ERR_OCCUPIED);
	ck_assert_ok(thread_suspend(other.cap));
	ck_assert(!task_wait(&late, notification, DEADLINE_NEVER));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("notification");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, bits_come_together);
	tcase_add_test(tcase, a_badge_limits);
	tcase_add_test(tcase, waiters_with_different_bits);
	tcase_add_test(tcase, waiters_at_once);
	tcase_add_test(tcase, rights);
	tcase_add_test(tcase, its_end);
	tcase_add_test(tcase, bindings);
	tcase_add_test(tcase, slots);
	tcase_add_test(tcase, a_line_by_a_vmm);
	tcase_add_test(tcase, a_line_without_its_binding);
	tcase_add_test(tcase, a_line_in_each_mode);
	tcase_add_test(tcase, one_notification_a_slot);
	tcase_add_test(tcase, who_gets_an_interrupt);
	tcase_add_test(tcase, a_level_interrupt);
	tcase_add_test(tcase, bound_again);
	return machine_main("notification", &tcase, 1);
}
