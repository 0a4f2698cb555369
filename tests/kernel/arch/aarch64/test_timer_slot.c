/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt of a guest's virtual timer in list registers, which moves with the VCpu when another one has the core. */
#include "vm.h"

extern const char guest_timer[], guest_timer_fired[], guest_timer_registers[], guest_disr_read[];

#define PRIORITY 0x80

/* The number that the guest knows it by is the VMM's choice; its EOI ends the physical timer interrupt all the same. */
static void timer_under_another_number(void)
{
	vm_new();
	vm_start();
	vm_set_slot(TIMER_SLOT, slot_configured(40, PRIORITY, SLOT_LEVEL));
	vm.update->registers.x[GUEST_INTERVAL] = ticks(500);
	vm_run(guest_timer, 0, 5, 0);
	VM_EXPECT_CALL(0x11);
	EXPECT_EQUAL(vm_register(GUEST_COUNT), 5);
}

/* A guest that takes away its timer's pending state leaves the timers of others alone. */
static void timer_unpended(void)
{
	vm_new_at(0);
	vm_start();
	vm_timer_slot();
	vm_run(guest_timer_fired, 0, ticks(500), 0);
	VM_EXPECT_CALL(0x50);
	vm_set_slot(TIMER_SLOT, SLOT_UNPEND);
	vm_new_at(1);
	vm_start();
	vm_timer_slot();
	vm.update->registers.x[GUEST_INTERVAL] = ticks(1000);
	vm_run(guest_timer, 0, 10, 0);
	VM_EXPECT_CALL(0x11);
}

/* The same when its VMM does it while another guest has the core, as at a reset of its interrupt controller. */
static void timer_unpended_from_afar(void)
{
	struct vm first;

	vm_new_at(0);
	vm_start();
	vm_timer_slot();
	vm_run(guest_timer_fired, 0, ticks(500), 0);
	VM_EXPECT_CALL(0x50);
	first = vm;
	vm_new_at(1);
	vm_start();
	vm_run(guest_disr_read, 0, 0, 0);
	VM_EXPECT_CALL(0x52);
	EXPECT_OK(vcpu_set_slot(first.vcpu, TIMER_SLOT, SLOT_UNPEND | SLOT_DEACTIVATE));
	/* Its exit comes again, and it goes on. */
	vm = first;
	vm_wait();
	VM_EXPECT_CALL(0x50);
	vm_set(guest_disr_read, 0);
	vm_reply(DISPOSITION_RESUME | REPLY_REGISTERS, 0);
	VM_EXPECT_CALL(0x52);
	vm_new_at(2);
	vm_start();
	vm_timer_slot();
	vm.update->registers.x[GUEST_INTERVAL] = ticks(1000);
	vm_run(guest_timer, 0, 10, 0);
	VM_EXPECT_CALL(0x11);
}

/* CTL: enabled and masked (Arm ARM D24.10.11). */
#define CTL_MASKED 3

/* The guest sets its timer so, and tells each interrupt of it, with the next one `next` ticks on. */
static void timer_by_registers(uint64_t cval, uint64_t ctl, uint64_t next)
{
	vm_new_at(0);
	vm_start();
	vm_timer_slot();
	vm.update->registers.x[GUEST_INTERVAL] = next;
	vm_run(guest_timer_registers, 0, cval, ctl);
}

static void expect_tick(void)
{
	VM_EXPECT_CALL(0xe1);
	EXPECT_EQUAL(vm_register(GUEST_NUMBER), TIMER_NUMBER);
}

/* Off the core in its handler: the guest's end of it ends it, and the next one comes in its time. */
static void timer_switched_active(void)
{
	timer_by_registers(0, TIMER_ENABLED, ticks(50000));
	expect_tick();
	timer_between();
	EXPECT_EQUAL(vm_active(), 1ULL << TIMER_SLOT);
	EXPECT_EQUAL(vm_pending(), 0);
	vm_reply_and_leave(DISPOSITION_STEP, 0, 5000);
	EXPECT_EQUAL(vm_active() | vm_pending(), 0);
	vm_wait();
	expect_tick();
}

/* The next one is due before the guest is back: it comes when the first is ended, not earlier. */
static void timer_switched_active_and_due(void)
{
	timer_by_registers(0, TIMER_ENABLED, ticks(1000));
	expect_tick();
	timer_between();
	EXPECT_EQUAL(vm_active(), 1ULL << TIMER_SLOT);
	for (unsigned int i = 0; i < 3; i++) {
		vm_reply(DISPOSITION_STEP, 0);
		expect_tick();
		EXPECT_EQUAL(vm_pending(), 0);
	}
}

/* Due, but masked: nothing comes, and the guest waits, on the core or not. */
static void timer_masked(void)
{
	uint64_t before;

	timer_quiet(0, CTL_MASKED);
	timer_of_another();
	before = time_consumed(vm.time);
	EXPECT(vm_is_quiet(5000));
	EXPECT_EQUAL(time_consumed(vm.time), before);
	EXPECT_EQUAL(vm_active() | vm_pending(), 0);
}

static const struct test tests[] = {
	{ "timer slot: under another number", timer_under_another_number },
	{ "timer slot: in its handler, and another guest has the core", timer_switched_active },
	{ "timer slot: due again in its handler, off the core", timer_switched_active_and_due },
	{ "timer slot: masked", timer_masked },
	{ "timer slot: unpended", timer_unpended },
	{ "timer slot: unpended from afar", timer_unpended_from_afar },
};

const struct suite timer_slot_suite = SUITE(tests);
