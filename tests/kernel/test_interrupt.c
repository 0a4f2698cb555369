/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupt slots of a VCpu, and WFI. */
#include "vm.h"

extern const char guest_interrupts[], guest_interrupts_masked[], guest_wfi[];

#define SPI      40
#define PRIORITY 0x80

/* The guest takes interrupts and tells each: x10 is its number. */
static void boot(const char *program)
{
	vm_boot(program, 0, 0, EXIT_HYPERCALL);
	VM_EXPECT_CALL(0x10);
}

static void expect_interrupt(uint32_t number)
{
	VM_EXPECT_CALL(CALL_INTERRUPT);
	EXPECT_EQUAL(vm_register(GUEST_NUMBER), number);
}

static void edge(void)
{
	boot(guest_interrupts);
	vm_set_slot(5, slot_configured(SPI, PRIORITY, SLOT_PEND));
	EXPECT_EQUAL(vm_pending(), 1ULL << 5);
	vm_reply(DISPOSITION_STEP, 0);
	expect_interrupt(SPI);
	/* Acknowledged: active, not pending. */
	EXPECT_EQUAL(vm_pending(), 0);
	EXPECT_EQUAL(vm_active(), 1ULL << 5);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 2000);
	EXPECT_EQUAL(vm_active(), 0);
	/* Once more, now that the guest is idle. */
	vm_set_slot(5, SLOT_PEND);
	vm_wait();
	expect_interrupt(SPI);
}

static void pended_while_active(void)
{
	boot(guest_interrupts);
	vm_set_slot(5, slot_configured(SPI, PRIORITY, SLOT_PEND));
	vm_reply(DISPOSITION_STEP, 0);
	expect_interrupt(SPI);
	vm_set_slot(5, SLOT_PEND);
	EXPECT_EQUAL(vm_pending(), 1ULL << 5);
	EXPECT_EQUAL(vm_active(), 1ULL << 5);
	vm_reply(DISPOSITION_STEP, 0);
	expect_interrupt(SPI);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 2000);
	EXPECT_EQUAL(vm_pending() | vm_active(), 0);
}

static void level(void)
{
	boot(guest_interrupts);
	vm_set_slot(6, slot_configured(SPI, PRIORITY, SLOT_LEVEL | SLOT_SET_LINE | SLOT_LINE));
	/* As long as the line is up it comes again after each end of interrupt. */
	for (unsigned int i = 0; i < 4; i++) {
		vm_reply(DISPOSITION_STEP, 0);
		expect_interrupt(SPI);
	}
	vm_set_slot(6, SLOT_SET_LINE);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 2000);
	EXPECT_EQUAL(vm_pending() | vm_active(), 0);
}

static void level_goes_down_in_time(void)
{
	boot(guest_interrupts_masked);
	vm_set_slot(6, slot_configured(SPI, PRIORITY, SLOT_LEVEL | SLOT_SET_LINE | SLOT_LINE));
	EXPECT_EQUAL(vm_pending(), 1ULL << 6);
	vm_set_slot(6, SLOT_SET_LINE);
	EXPECT_EQUAL(vm_pending(), 0);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 2000);
}

static void many(void)
{
	/* More than there are list registers, pended in an order that is not that of their priorities. */
	boot(guest_interrupts_masked);
	for (uint32_t i = 0; i < 20; i++) {
		uint32_t n = i * 7 % 20;

		vm_set_slot(n, slot_configured(SPI + n, 8 * (n + 1), SLOT_PEND));
	}
	EXPECT_EQUAL(vm_pending(), (1ULL << 20) - 1);
	vm_reply(DISPOSITION_STEP, 0);
	for (uint32_t i = 0; i < 20; i++) {
		expect_interrupt(SPI + i);
		if (i < 19)
			vm_reply(DISPOSITION_STEP, 0);
	}
	vm_reply_and_leave(DISPOSITION_STEP, 0, 2000);
	EXPECT_EQUAL(vm_pending() | vm_active(), 0);
}

static void many_lines(void)
{
	boot(guest_interrupts_masked);
	for (uint32_t n = 0; n < 12; n++)
		vm_set_slot(n, slot_configured(SPI + n, 8 * (n + 1),
					       SLOT_LEVEL | SLOT_SET_LINE | SLOT_LINE));
	vm_reply(DISPOSITION_STEP, 0);
	for (uint32_t n = 0; n < 12; n++) {
		/* The most urgent comes until its line is down. */
		expect_interrupt(SPI + n);
		vm_reply(DISPOSITION_STEP, 0);
		expect_interrupt(SPI + n);
		vm_set_slot(n, SLOT_SET_LINE);
		if (n < 11)
			vm_reply(DISPOSITION_STEP, 0);
	}
	vm_reply_and_leave(DISPOSITION_STEP, 0, 2000);
	EXPECT_EQUAL(vm_pending() | vm_active(), 0);
}

static void disabled(void)
{
	boot(guest_interrupts);
	vm_set_slot(5, SLOT_CONFIGURE | SLOT_GROUP1 | SLOT_NUMBER(SPI) | SLOT_PRIORITY(PRIORITY) |
			       SLOT_PEND);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 2000);
	EXPECT_EQUAL(vm_pending(), 1ULL << 5);
	vm_set_slot(5, slot_configured(SPI, PRIORITY, 0));
	vm_wait();
	expect_interrupt(SPI);
}

static void unpended(void)
{
	boot(guest_interrupts_masked);
	vm_set_slot(5, slot_configured(SPI, PRIORITY, SLOT_PEND));
	vm_set_slot(5, SLOT_UNPEND);
	EXPECT_EQUAL(vm_pending(), 0);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 2000);
}

static void activation(void)
{
	boot(guest_interrupts_masked);
	vm_set_slot(5, slot_configured(SPI, PRIORITY, SLOT_PEND | SLOT_ACTIVATE));
	EXPECT_EQUAL(vm_active(), 1ULL << 5);
	/* Active is not taken again before it is inactive. */
	vm_reply_and_leave(DISPOSITION_STEP, 0, 2000);
	EXPECT_EQUAL(vm_active(), 1ULL << 5);
	vm_set_slot(5, SLOT_DEACTIVATE);
	vm_wait();
	expect_interrupt(SPI);
}

static void changes_with_the_reply(void)
{
	boot(guest_interrupts);
	for (uint32_t n = 0; n < 3; n++)
		vm_change_slot(n, slot_configured(SPI + n, 0x90 - 8 * n, SLOT_PEND));
	vm_reply(DISPOSITION_STEP | REPLY_SLOTS, 0);
	for (uint32_t n = 3; n > 0; n--) {
		expect_interrupt(SPI + n - 1);
		if (n > 1)
			vm_reply(DISPOSITION_STEP, 0);
	}
}

static void notification_edge(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t signal = mint_new(notification, RIGHT_WRITE, 1);

	boot(guest_interrupts);
	vm_set_slot(9, slot_configured(SPI, PRIORITY, 0));
	EXPECT_OK(notification_bind_slot(notification, vm.vcpu, 9));
	vm_reply_and_leave(DISPOSITION_STEP, 0, 1000);
	for (unsigned int i = 0; i < 3; i++) {
		EXPECT_OK(notification_signal(signal));
		vm_wait();
		expect_interrupt(SPI);
		vm_reply_and_leave(DISPOSITION_STEP, 0, 1000);
	}
}

static void notification_level(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t signal = mint_new(notification, RIGHT_WRITE, 6);
	uint64_t bits;

	boot(guest_interrupts);
	vm_set_slot(9, slot_configured(SPI, PRIORITY, SLOT_LEVEL));
	EXPECT_OK(notification_bind_slot(notification, vm.vcpu, 9));
	EXPECT_OK(notification_signal(signal));
	for (unsigned int i = 0; i < 3; i++) {
		vm_reply(DISPOSITION_STEP, 0);
		expect_interrupt(SPI);
	}
	/* The line is down when the word is 0. */
	EXPECT_OK(notification_clear(notification, &bits));
	EXPECT_EQUAL(bits, 6);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 2000);
	EXPECT_EQUAL(vm_pending() | vm_active(), 0);
}

static void notification_binding(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t vcpu = object_new(OBJECT_VCPU, 0);

	EXPECT_STATUS(notification_unbind(notification), ERR_STATE);
	EXPECT_STATUS(notification_bind_slot(notification, vcpu, VCPU_SLOTS), ERR_ARGUMENT);
	EXPECT_STATUS(notification_bind_slot(notification, notification, 1), ERR_TYPE);
	EXPECT_STATUS(notification_bind_event(notification, slot_new()), ERR_CAPABILITY);
	EXPECT_STATUS(notification_bind_event(mint_new(notification, RIGHT_READ, 0), vcpu),
		      ERR_RIGHTS);
	EXPECT_OK(notification_bind_slot(notification, vcpu, VCPU_SLOTS - 1));
	EXPECT_STATUS(notification_bind_event(notification, vcpu), ERR_OCCUPIED);
	EXPECT_OK(notification_unbind(notification));
	EXPECT_OK(notification_bind_event(notification, vcpu));
	/* The VCpu's end unbinds it. */
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, vcpu));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, vcpu));
	EXPECT_STATUS(notification_unbind(notification), ERR_STATE);
	EXPECT_OK(notification_signal(mint_new(notification, RIGHT_WRITE, 1)));
}

static void wfi_waits(void)
{
	uint64_t before;

	vm_new();
	vm_start();
	vm_run_and_leave(guest_wfi, 0, 1000);
	before = time_consumed(vm.time);
	EXPECT(vm_is_quiet(5000));
	/* Idle costs it nothing. */
	EXPECT_EQUAL(time_consumed(vm.time), before);
	/* An interrupt wakes it, masked or not. */
	vm_set_slot(5, slot_configured(SPI, PRIORITY, SLOT_PEND));
	vm_wait();
	VM_EXPECT_CALL(7);
	/* It is still pending: the next WFI does not wait. */
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(8);
}

static const struct test tests[] = {
	{ "interrupt: an edge", edge },
	{ "interrupt: pended while it is active", pended_while_active },
	{ "interrupt: a level, again and again", level },
	{ "interrupt: a level that goes down in time", level_goes_down_in_time },
	{ "interrupt: more than list registers, by priority", many },
	{ "interrupt: more lines than list registers", many_lines },
	{ "interrupt: disabled slots wait", disabled },
	{ "interrupt: unpended", unpended },
	{ "interrupt: activated and deactivated by the VMM", activation },
	{ "interrupt: changes travel with the reply", changes_with_the_reply },
	{ "interrupt: a notification as an edge", notification_edge },
	{ "interrupt: a notification as a level", notification_level },
	{ "interrupt: binding of notifications", notification_binding },
	{ "interrupt: WFI waits in the kernel", wfi_waits },
};

const struct suite interrupt_suite = SUITE(tests);
