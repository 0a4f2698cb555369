/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest's timer: its interrupt makes no exits, and moves with the VCpu when another one has the core. */
#include "vm.h"

extern const char guest_timer[], guest_timer_masked[], guest_timer_fired[];
extern const char guest_timer_registers[];

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

static void timer_wakes_masked(void)
{
	vm_new();
	vm_start();
	vm_timer_slot();
	vm_run(guest_timer_masked, 0, ticks(1000), 0);
	VM_EXPECT_CALL(0x12);
	EXPECT_EQUAL(vm_register(GUEST_A2) & TIMER_FIRED, TIMER_FIRED);
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

/* The guest of vm_new_at(0) sets its timer so, and no interrupt comes within a millisecond. */
void timer_quiet(uint64_t cval, uint64_t ctl)
{
	vm_new_at(0);
	vm_start();
	vm_timer_slot();
	vm.update->registers.x[GUEST_A1] = cval;
	vm.update->registers.x[GUEST_A2] = ctl;
	vm_run_and_leave(guest_timer_registers, 0, 1000);
}

/* Another guest has the core for 5 ms and more, and uses its timer. */
void timer_of_another(void)
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
void timer_between(void)
{
	timer_of_another();
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
	timer_between();
	EXPECT_EQUAL(vm_pending(), TIMER_PENDING);
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(CALL_INTERRUPT);
	EXPECT_EQUAL(vm_register(GUEST_NUMBER), TIMER_NUMBER);
}

/* The comparison is one of unsigned numbers: what is far above the counter never comes, on the core or not. */
static void timer_far_away(void)
{
	const uint64_t far[] = { ~0ULL, ~0ULL - 1, 1ULL << 63 };

	for (size_t i = 0; i < ARRAY_SIZE(far); i++) {
		timer_quiet(far[i], TIMER_ENABLED);
		timer_of_another();
		EXPECT(vm_is_quiet(5000));
		EXPECT_EQUAL(vm_active() | vm_pending(), 0);
		objects_clear();
	}
}

static const struct test tests[] = {
	{ "timer: makes no exits", timer_without_exits },
	{ "timer: wakes an idle guest", timer_in_idle },
	{ "timer: wakes a guest that masks it", timer_wakes_masked },
	{ "timer: of two guests", timers_of_two },
	{ "timer: fired, and another guest has the core", timer_switched_pending },
	{ "timer: far away", timer_far_away },
};

const struct suite timer_suite = SUITE(tests);
