/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest's virtual timer: its interrupt makes no exits, and moves with the VCpu when another one has the core. */
#include "vm.h"

extern const char guest_timer[], guest_timer_masked[], guest_timer_fired[];
extern const char guest_timer_registers[], guest_disr_read[];

#define PRIORITY 0x80

static void boot_timer(uint64_t rounds, uint64_t idle, uint64_t interval_us)
{
	vm_new();
	vm_start();
	vm_timer_slot();
	vm.update->registers.x[GUEST_INTERVAL] = ticks(interval_us);
	vm_run(guest_timer, 0, rounds, idle);
	VM_EXPECT_CALL(0x11);
	EXPECT_EQUAL(vm_register(GUEST_COUNT), rounds);
}

static void timer_without_exits(void)
{
	uint64_t start = counter_read();

	boot_timer(20, 0, 500);
	/* Exit 1 was the start, this one is the next. */
	EXPECT_EQUAL(vm.exit.word[0], 2);
	EXPECT(counter_read() - start >= ticks(20 * 500));
}

static void timer_in_idle(void)
{
	boot_timer(20, 1, 500);
	EXPECT_EQUAL(vm.exit.word[0], 2);
}

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

static void timer_wakes_masked(void)
{
	vm_new();
	vm_start();
	vm_timer_slot();
	vm_run(guest_timer_masked, 0, ticks(1000), 0);
	VM_EXPECT_CALL(0x12);
	/* Enabled, not masked, condition met (CNTV_CTL_EL0, Arm ARM D19.12.18). */
	EXPECT_EQUAL(vm_register(3), 5);
}

static void timers_of_two(void)
{
	struct vm first;

	/* The first's timer runs on while the second has the core. */
	vm_new_at(0);
	vm_start();
	vm_timer_slot();
	vm.update->registers.x[GUEST_A1] = ticks(5000);
	vm_run_and_leave(guest_timer_masked, 0, 1000);
	first = vm;
	vm_new_at(1);
	vm_start();
	vm_timer_slot();
	vm.update->registers.x[GUEST_INTERVAL] = ticks(1000);
	vm_run(guest_timer, 0, 10, 0);
	VM_EXPECT_CALL(0x11);
	vm = first;
	vm_wait();
	VM_EXPECT_CALL(0x12);
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

/* CTL: enabled; enabled and masked (Arm ARM D24.10.11). */
#define CTL_ENABLED 1
#define CTL_MASKED  3

/* The guest sets its timer so, and tells each interrupt of it, with the next one `next` ticks on. */
static void timer_by_registers(uint64_t cval, uint64_t ctl, uint64_t next)
{
	vm_new_at(0);
	vm_start();
	vm_timer_slot();
	vm.update->registers.x[GUEST_INTERVAL] = next;
	vm_run(guest_timer_registers, 0, cval, ctl);
}

/* The same, and none comes within a millisecond. */
static void timer_without_interrupt(uint64_t cval, uint64_t ctl)
{
	vm_new_at(0);
	vm_start();
	vm_timer_slot();
	vm.update->registers.x[GUEST_A1] = cval;
	vm.update->registers.x[GUEST_A2] = ctl;
	vm_run_and_leave(guest_timer_registers, 0, 1000);
}

static void expect_tick(void)
{
	VM_EXPECT_CALL(0xe1);
	EXPECT_EQUAL(vm_register(GUEST_NUMBER), TIMER_NUMBER);
}

/* Another guest has the core for 5 ms and more, and uses its timer. */
static void another_uses_its_timer(void)
{
	struct vm first = vm;

	vm_new_at(1);
	vm_start();
	vm_timer_slot();
	vm.update->registers.x[GUEST_INTERVAL] = ticks(500);
	vm_run(guest_timer, 0, 10, 0);
	VM_EXPECT_CALL(0x11);
	EXPECT_EQUAL(vm.exit.word[0], 2);
	vm = first;
}

/* The same while this one has an exit that is not answered: that is delivered again. */
static void another_between(void)
{
	another_uses_its_timer();
	vm_wait();
}

/* Fired, not taken, and off the core: it is there when its guest has the core again. */
static void timer_switched_pending(void)
{
	vm_new_at(0);
	vm_start();
	vm_timer_slot();
	vm_run(guest_timer_fired, 0, ticks(500), 0);
	VM_EXPECT_CALL(0x50);
	another_between();
	EXPECT_EQUAL(vm_pending(), 1ULL << TIMER_SLOT);
	vm.update->registers.pc = vm.page->registers.pc;
	vm.update->registers.pstate = PSTATE_EL1H & ~PSTATE_I;
	vm_reply(DISPOSITION_RESUME | REPLY_REGISTERS, 0);
	expect_tick();
}

/* Off the core in its handler: the guest's end of it ends it, and the next one comes in its time. */
static void timer_switched_active(void)
{
	timer_by_registers(0, CTL_ENABLED, ticks(50000));
	expect_tick();
	another_between();
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
	timer_by_registers(0, CTL_ENABLED, ticks(1000));
	expect_tick();
	another_between();
	EXPECT_EQUAL(vm_active(), 1ULL << TIMER_SLOT);
	for (unsigned int i = 0; i < 3; i++) {
		vm_reply(DISPOSITION_STEP, 0);
		expect_tick();
		EXPECT_EQUAL(vm_pending(), 0);
	}
}

/* The comparison is one of unsigned numbers (D11.2.4): what is far above the counter never comes, on the core or not. */
static void timer_far_away(void)
{
	const uint64_t far[] = { ~0ULL, ~0ULL - 1, 1ULL << 63 };

	for (size_t i = 0; i < ARRAY_SIZE(far); i++) {
		timer_without_interrupt(far[i], CTL_ENABLED);
		another_uses_its_timer();
		EXPECT(vm_is_quiet(5000));
		EXPECT_EQUAL(vm_active() | vm_pending(), 0);
		objects_clear();
	}
}

/* Due, but masked: nothing comes, and the guest waits, on the core or not. */
static void timer_masked(void)
{
	uint64_t before;

	timer_without_interrupt(0, CTL_MASKED);
	another_uses_its_timer();
	before = time_consumed(vm.time);
	EXPECT(vm_is_quiet(5000));
	EXPECT_EQUAL(time_consumed(vm.time), before);
	EXPECT_EQUAL(vm_active() | vm_pending(), 0);
}

static const struct test tests[] = {
	{ "timer: makes no exits", timer_without_exits },
	{ "timer: wakes an idle guest", timer_in_idle },
	{ "timer: under another number", timer_under_another_number },
	{ "timer: wakes a guest that masks it", timer_wakes_masked },
	{ "timer: of two guests", timers_of_two },
	{ "timer: fired, and another guest has the core", timer_switched_pending },
	{ "timer: in its handler, and another guest has the core", timer_switched_active },
	{ "timer: due again in its handler, off the core", timer_switched_active_and_due },
	{ "timer: far away", timer_far_away },
	{ "timer: masked", timer_masked },
	{ "timer: unpended", timer_unpended },
	{ "timer: unpended from afar", timer_unpended_from_afar },
};

const struct suite timer_suite = SUITE(tests);
