/* SPDX-License-Identifier: BSD-2-Clause */
#include "attack.h"
#include "held.h"
#include "neighbour.h"

extern const char neighbour[];

#define PLACE       1
#define TIMER_SLOT  27
#define TURN        10 /* microseconds, of each */
#define TIMER_EVERY 3
/* More than a turn of both, however the sleep falls. */
#define SLEEP (4 * TURN)

/* In a guest's page of data, in words: what it found, of which one word is no register's. */
#define FOUND  128
#define UNUSED 79

static volatile uint64_t *guest;
static uint64_t rounds, interrupts;

static struct process process;
static struct held values, stored;
static volatile uint64_t turns, differences;
static uint64_t turns_before;

static void hold(uint64_t unused0, uint64_t unused1)
{
	(void)unused0;
	(void)unused1;
	for (;;) {
		registers_hold(&values, &stored, 100);
		for (unsigned int n = 1; n < ARRAY_SIZE(values.x); n++)
			differences += stored.x[n] != values.x[n];
		for (unsigned int n = 0; n < ARRAY_SIZE(values.v); n++)
			differences += stored.v[n] != values.v[n];
		differences += stored.tpidr != values.tpidr;
		turns++;
	}
}

static void process_begin(void)
{
	uint64_t *words = (uint64_t *)&values;
	struct worker worker;

	for (size_t i = 0; i < sizeof(values) / sizeof(*words); i++)
		words[i] = ~vm_fill_value((unsigned int)i);
	turns = differences = turns_before = 0;
	process_new(&process);
	worker = worker_new(&process, hold, 0, 0, PRIORITY_LOW);
	EXPECT_OK(sched_context_configure(worker.time, ticks(TURN), ticks(TURN)));
	EXPECT_OK(thread_resume(worker.thread));
}

void kept_fill(void)
{
	vm_fill(0);
	vm.data[FOUND + UNUSED] = vm.data[UNUSED];
	for (unsigned int i = KEPT_ROUNDS; i <= KEPT_PERIOD; i++)
		vm.data[i] = 0;
}

static void guest_begin(void)
{
	attack_vm_new(PLACE);
	EXPECT_OK(vcpu_set_priority(vm.vcpu, PRIORITY_LOW));
	EXPECT_OK(sched_context_configure(vm.time, ticks(TURN), ticks(TURN)));
	guest = vm.data;
	kept_fill();
	guest[KEPT_PERIOD] = ticks(TIMER_EVERY);
	rounds = interrupts = 0;
	vm_start();
	vm_set_slot(TIMER_SLOT, slot_configured(TIMER_SLOT, 0x80, SLOT_LEVEL));
	vm.update->registers.x[0] = GUEST_DATA;
	vm.update->registers.pc = attack_address(neighbour);
	vm.update->registers.pstate = PSTATE_EL1H;
	vm_reply_and_leave(DISPOSITION_START | REPLY_REGISTERS, 0, 10 * TURN);
}

void neighbours_new(void)
{
	guest_begin();
	process_begin();
	neighbours_check();
}

void neighbours_check(void)
{
	task_sleep(SLEEP);
	EXPECT_EQUAL(guest[KEPT_DIFFERENCES], 0);
	EXPECT(guest[KEPT_ROUNDS] > rounds);
	EXPECT(guest[KEPT_INTERRUPTS] > interrupts);
	EXPECT_EQUAL(differences, 0);
	EXPECT(turns > turns_before);
	rounds = guest[KEPT_ROUNDS];
	interrupts = guest[KEPT_INTERRUPTS];
	turns_before = turns;
}
