/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hostile driver: it signals a guest's VMM, or a slot of the guest, without end, in a share of the core that is more urgent than
 * the guest's. The guest asks its VMM all the time, and must have answers, each the right one, at the rate that is left.
 */
#include "attack.h"

extern const char attack_asks[];

#define CALL_ASK   0x71
#define CALL_WRONG 0x72

/* In microseconds; the driver has a fifth of the core. */
#define BUDGET  200
#define PERIOD  1000
#define MEASURE 20000
#define NAP     3
/* Of 100 answers without the driver: the share that is left, and what an event for each signal may cost besides. */
#define LEFT        75
#define LEFT_OF_NAP 60
/* So many times it must have signalled. */
#define SIGNALS_MIN 1000

#define SLOT 5

/* Slots of the driver. */
#define DRIVER_SIGNAL 1
#define DRIVER_SLEEP  2

static volatile uint64_t asked, events, wrong, signals;

static void answer(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1)
{
	struct message m = { .label = label, .word = { word0, word1 } };

	while (status == OK) {
		bool is_event = m.label == LABEL_EXIT + EXIT_EVENT;

		events += is_event;
		wrong += !is_event && m.word[1] != CALL_ASK;
		asked += !is_event;
		m.label = is_event ? DISPOSITION_RESUME | REPLY_REARM : DISPOSITION_STEP;
		m.word[4] = m.word[0];
		m.word[0] = asked;
		status = message_reply_recv(ATTACK_ENDPOINT, &m, DEADLINE_NEVER);
	}
}

static void signal_on(uint64_t naps, uint64_t unused)
{
	uint64_t bits;

	(void)unused;
	for (;;) {
		notification_signal(DRIVER_SIGNAL);
		signals++;
		if (naps)
			notification_wait(DRIVER_SLEEP, counter_after_us(NAP), &bits);
	}
}

/* A guest that asks its VMM. */
static void guest_begin(void)
{
	asked = events = wrong = signals = 0;
	attack_vm_new(0);
	vm_start();
	vm.update->registers.x[22] = GUEST_DATA;
	attack_serve(attack_asks, answer, PRIORITY_MIDDLE);
}

static void driver_begin(cap_t notification, bool naps)
{
	static struct process process;
	struct worker driver;

	process_new(&process);
	process_give(&process, DRIVER_SIGNAL, notification, RIGHT_WRITE, 1);
	process_give(&process, DRIVER_SLEEP, object_new(OBJECT_NOTIFICATION, 0), RIGHT_READ, 0);
	driver = worker_new(&process, signal_on, naps, 0, PRIORITY_HIGH);
	EXPECT_OK(sched_context_configure(driver.time, ticks(BUDGET), ticks(PERIOD)));
	EXPECT_OK(thread_resume(driver.thread));
}

static uint64_t answers(void)
{
	uint64_t before = asked;

	task_sleep(MEASURE);
	return asked - before;
}

static void run(cap_t notification, bool naps, uint64_t left)
{
	uint64_t alone = answers();
	uint64_t beside;

	driver_begin(notification, naps);
	beside = answers();
	report_line("# %lu answers alone, %lu beside %lu signals, which made %lu events",
		    (unsigned long)alone, (unsigned long)beside, (unsigned long)signals,
		    (unsigned long)events);
	EXPECT(alone > 0);
	EXPECT(beside * 100 >= alone * left);
	EXPECT(signals >= SIGNALS_MIN);
	EXPECT_EQUAL(wrong, 0);
	EXPECT(vm.data[0] + 1 >= asked);
}

static void events_run(bool naps, uint64_t left)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);

	guest_begin();
	EXPECT_OK(notification_bind_event(notification, vm.vcpu));
	run(notification, naps, left);
	EXPECT(events > 0);
	EXPECT(events <= signals);
}

static void events_without_end(void)
{
	events_run(false, LEFT);
}

static void events_one_by_one(void)
{
	events_run(true, LEFT_OF_NAP);
}

/* The interrupt is enabled, and the guest masks it. */
static void slot_without_end(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);

	guest_begin();
	vm_set_slot(SLOT, slot_configured(40, 0x80, 0));
	EXPECT_OK(notification_bind_slot(notification, vm.vcpu, SLOT));
	run(notification, false, LEFT);
	EXPECT_EQUAL(events, 0);
}

static const struct test tests[] = {
	{ "driver: signals a VMM without end", events_without_end },
	{ "driver: signals a VMM each time that it can", events_one_by_one },
	{ "driver: signals an interrupt without end", slot_without_end },
};

const struct suite driver_suite = SUITE(tests);
