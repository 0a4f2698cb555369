/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shares over ten seconds of virtual time, while somebody storms. A guest that is less urgent than the storm and a thread
 * that is more urgent count in memory. What they used, and what they counted, must be what their budgets promise; the
 * storm must not use more than its own. So that ten seconds can be executed the shares are small, in the ratio of 40 %
 * against 20 %.
 */
#include "vm.h"

extern const char guest_spin[], guest_interrupts[];
extern const char guest_call_storm[], guest_self_storm[], guest_timer_storm[];

#define SECONDS 10
#define PERCENT 100

/* Below and above the storm, whose parties are at PRIORITY_MIDDLE and one above. */
#define PRIORITY_GUEST  PRIORITY_LOW
#define PRIORITY_STORM  PRIORITY_MIDDLE
#define PRIORITY_THREAD PRIORITY_HIGH

#define STORM_DELAY 100 /* ticks */
/* In a second of the time that a storm uses. */
#define STORM_RATE 200000
/* Who blocks often, when and for how long. */
#define BLOCK_AFTER 200
#define BLOCK_US    50

/* Slots of a storm's process. */
#define STORM_OWN   1
#define STORM_OTHER 2
#define STORM_VCPU  3

/* Somebody with a share, in microseconds. */
struct party {
	const char *name;
	cap_t time;
	uint64_t budget, period;
	/* What it counts in; NULL: it is part of the storm. */
	const volatile uint64_t *work;
	/* Ticks that 1024 of that take when nobody disturbs. */
	uint64_t rate;
	bool wants_all; /* though part of the storm, it has to have its share */
	uint64_t used, worked;
};

#define STORM_PARTIES 2
static struct party guest, thread, storm[STORM_PARTIES];
static volatile uint64_t thread_count;
/* Written by who storms. */
static volatile uint64_t events;
static struct process process;

static void set_share(struct party *party, cap_t time, uint64_t budget, uint64_t period)
{
	party->time = time;
	party->budget = budget;
	party->period = period;
	EXPECT_OK(sched_context_configure(time, ticks(budget), ticks(period)));
}

/* Nobody else is there yet: how fast it counts with the core for itself. */
static void measure_rate(struct party *party, const volatile uint64_t *work)
{
	uint64_t used, worked;

	party->work = work;
	task_sleep(1000);
	used = time_consumed(party->time);
	worked = *work;
	task_sleep(20000);
	used = time_consumed(party->time) - used;
	worked = *work - worked;
	EXPECT(worked > 0);
	party->rate = used * 1024 / worked;
}

static void count(uint64_t unused0, uint64_t unused1)
{
	(void)unused0;
	(void)unused1;
	for (;;)
		thread_count++;
}

static void guest_new(void)
{
	vm_new_at(0);
	EXPECT_OK(vcpu_set_priority(vm.vcpu, PRIORITY_GUEST));
	vm_start();
	vm_run_and_leave(guest_spin, GUEST_DATA, 1000);
	guest = (struct party){ .name = "the guest", .time = vm.time };
	measure_rate(&guest, vm.data);
	set_share(&guest, vm.time, 800, 10000);
}

static void thread_new(void)
{
	struct worker worker;

	process_new(&process);
	worker = worker_new(&process, count, 0, 0, PRIORITY_THREAD);
	thread = (struct party){ .name = "the thread", .time = worker.time };
	EXPECT_OK(thread_resume(worker.thread));
	measure_rate(&thread, &thread_count);
	set_share(&thread, worker.time, 600, 30000);
}

static void begin(void)
{
	guest_new();
	thread_new();
	for (size_t i = 0; i < STORM_PARTIES; i++)
		storm[i] = (struct party){ .name = "a party of the storm" };
	events = 0;
}

static void note(struct party *party)
{
	party->used = time_consumed(party->time);
	party->worked = party->work ? *party->work : 0;
}

/* In hundredths of a percent of what the budget promises in `time` ticks. */
static int64_t deviation(uint64_t got, const struct party *party, uint64_t time)
{
	uint64_t promised = time / party->period * party->budget;

	return ((int64_t)got - (int64_t)promised) * PERCENT * PERCENT / (int64_t)promised;
}

static void judge(struct party *party, uint64_t time)
{
	uint64_t used = time_consumed(party->time) - party->used;
	int64_t of_use = deviation(used, party, time);
	uint64_t worked;
	int64_t of_work;

	if (!party->work) {
		report_line("# %s used %ld of 10000 more than its share", party->name,
			    (long)of_use);
		EXPECT(of_use <= PERCENT);
		EXPECT(!party->wants_all || of_use >= -PERCENT);
		return;
	}
	worked = (*party->work - party->worked) * party->rate / 1024;
	of_work = deviation(worked, party, time);
	report_line("# %s: used %ld, worked %ld of 10000 more than its share", party->name,
		    (long)of_use, (long)of_work);
	EXPECT(of_use >= -PERCENT && of_use <= PERCENT);
	EXPECT(of_work >= -PERCENT && of_work <= PERCENT);
}

/* The storm is there. `rate` is how many events there must be in a second of its time. */
static void run(uint64_t rate, const volatile uint64_t *counter)
{
	uint64_t start, before, used = 0;

	task_sleep(20000);
	start = counter_read();
	before = *counter;
	note(&guest);
	note(&thread);
	for (size_t i = 0; i < STORM_PARTIES && storm[i].time; i++)
		note(&storm[i]);
	task_sleep(SECONDS * 1000000ULL);
	start = counter_read() - start;
	for (size_t i = 0; i < STORM_PARTIES && storm[i].time; i++)
		used += time_consumed(storm[i].time) - storm[i].used;
	report_line("# %lu events in %lu us", (unsigned long)(*counter - before),
		    (unsigned long)(used * 1000000 / counter_frequency()));
	EXPECT(used > 0);
	EXPECT(*counter - before >= rate * (used / (counter_frequency() / 1000)) / 1000);
	for (size_t i = 0; i < STORM_PARTIES && storm[i].time; i++)
		judge(&storm[i], start);
	judge(&guest, start);
	judge(&thread, start);
}

/* Answers all exits of the storm's guest; what it sends to itself comes. */
static void storm_vmm(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1)
{
	struct message m = { .label = label, .word = { word0, word1 } };

	while (status == OK) {
		uint64_t kind = m.label - LABEL_EXIT;

		events++;
		if (kind == EXIT_REGISTER)
			vcpu_set_slot(STORM_VCPU, 0, SLOT_PEND);
		m.label = kind == EXIT_EVENT ? DISPOSITION_RESUME | REPLY_REARM : DISPOSITION_STEP;
		m.word[4] = m.word[0];
		status = message_reply_recv(STORM_OWN, &m, DEADLINE_NEVER);
	}
}

/* A guest in its first call, answered by a VMM on the guest's time. */
static void storm_guest(const char *program)
{
	vm_new_at(1);
	EXPECT_OK(vcpu_set_priority(vm.vcpu, PRIORITY_STORM + 1));
	vm_start();
	vm.update->registers.x[GUEST_INTERVAL] = STORM_DELAY;
	vm_run(program, 0, 1, 0);
	VM_EXPECT_CALL(0x10);
	vm_set_slot(0, slot_configured(SELF_NUMBER, 0x80, 0));
	vm_timer_slot();
	process_give(&process, STORM_OWN, vm.endpoint, RIGHTS_ALL, 0);
	process_give(&process, STORM_VCPU, vm.vcpu, RIGHTS_ALL, 0);
	set_share(&storm[0], vm.time, 200, 5000);
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	vm_reply_and_leave(DISPOSITION_STEP, 0, 100);
	worker_new_served(&process, storm_vmm, vm.endpoint, PRIORITY_STORM + 1);
	EXPECT_OK(vcpu_resume(vm.vcpu));
}

static struct worker storm_thread(struct party *party, worker_entry *entry, uint64_t own,
				  uint64_t other, uint32_t priority)
{
	struct worker worker = worker_new(&process, entry, own, other, priority);

	set_share(party, worker.time, 100, 5000);
	EXPECT_OK(thread_resume(worker.thread));
	return worker;
}

static void exits(void)
{
	begin();
	storm_guest(guest_call_storm);
	run(STORM_RATE, &events);
}

static void to_itself(void)
{
	begin();
	storm_guest(guest_self_storm);
	run(STORM_RATE, &vm.page->registers.x[GUEST_COUNT]);
}

static void timers(void)
{
	begin();
	storm_guest(guest_timer_storm);
	run(STORM_RATE, &vm.page->registers.x[GUEST_COUNT]);
}

static void signal_on(uint64_t notification, uint64_t unused)
{
	(void)unused;
	for (;;)
		notification_signal((cap_t)notification);
}

static void events_of_a_guest(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);

	begin();
	storm_guest(guest_interrupts);
	EXPECT_OK(notification_bind_event(notification, vm.vcpu));
	process_give(&process, STORM_OTHER, notification, RIGHT_WRITE, 1);
	storm_thread(&storm[1], signal_on, STORM_OTHER, 0, PRIORITY_STORM);
	run(STORM_RATE, &events);
}

/* Two wake each other in turns. */
static void answer_signals(uint64_t own, uint64_t other)
{
	uint64_t bits;

	for (;;) {
		notification_signal((cap_t)other);
		notification_wait((cap_t)own, DEADLINE_NEVER, &bits);
		events++;
	}
}

static void signals(void)
{
	cap_t first = object_new(OBJECT_NOTIFICATION, 0);
	cap_t second = object_new(OBJECT_NOTIFICATION, 0);

	begin();
	process_give(&process, STORM_OWN, first, RIGHTS_ALL, 1);
	process_give(&process, STORM_OTHER, second, RIGHTS_ALL, 1);
	storm_thread(&storm[0], answer_signals, STORM_OWN, STORM_OTHER, PRIORITY_STORM);
	storm_thread(&storm[1], answer_signals, STORM_OTHER, STORM_OWN, PRIORITY_STORM + 1);
	run(STORM_RATE, &events);
}

/* Each call takes longer than a budget. */
static void work_long(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1)
{
	struct message m = { .label = label, .word = { word0, word1 } };

	while (status == OK) {
		for (uint64_t i = 0; i < 30000; i++)
			events++;
		status = message_reply_recv(STORM_OWN, &m, DEADLINE_NEVER);
	}
}

static void call_on(uint64_t endpoint, uint64_t unused)
{
	struct message m = { .label = 0 };

	(void)unused;
	for (;;)
		message_call((cap_t)endpoint, &m);
}

static void lent(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);

	begin();
	process_give(&process, STORM_OWN, endpoint, RIGHTS_ALL, 1);
	worker_new_served(&process, work_long, endpoint, PRIORITY_STORM);
	storm_thread(&storm[0], call_on, STORM_OWN, 0, PRIORITY_STORM);
	run(STORM_RATE, &events);
}

/* It works for a moment and waits for a longer one, more often in a period than a budget has places for pieces. */
static void block_often(uint64_t own, uint64_t unused)
{
	uint64_t bits;

	(void)unused;
	for (;;) {
		for (uint64_t i = 0; i < BLOCK_AFTER; i++)
			events++;
		notification_wait((cap_t)own, counter_read() + ticks(BLOCK_US), &bits);
	}
}

/*
 * It cuts the guest's budget into as many pieces as there are places for. Each of these ends with an interrupt that the guest
 * pays for, so many in a period, however long: of the period that is usual here that is more than one percent of the share.
 */
static void blocking(void)
{
	begin();
	set_share(&guest, guest.time, 4000, 50000);
	process_give(&process, STORM_OWN, object_new(OBJECT_NOTIFICATION, 0), RIGHTS_ALL, 1);
	storm_thread(&storm[0], block_often, STORM_OWN, 0, PRIORITY_STORM);
	storm[0].wants_all = true;
	run(STORM_RATE, &events);
}

static const struct test tests[] = {
	{ "share: kept under a storm of timers", timers },
	{ "share: kept under a storm of exits", exits },
	{ "share: kept under a storm of interrupts to itself", to_itself },
	{ "share: kept under a storm of events", events_of_a_guest },
	{ "share: kept under a storm of signals", signals },
	{ "share: kept while budgets end in a server", lent },
	{ "share: of who blocks often", blocking },
};

const struct suite share_suite = SUITE(tests);
