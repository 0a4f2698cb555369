/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device server: one thread without time of its own that answers a guest's accesses to a window, and hears its doorbell and
 * its own deadlines.
 */
#include "vm.h"

extern const char guest_device[];

#define AT         GUEST_NOWHERE
#define BELL       0x50
#define BELL_BIT   4
#define NEVER_ENDS 100000000

/* Slots of the server's CNode. */
#define SERVER_ENDPOINT 1

/* What the server heard: how often of each, the bits, how many signals when the last access came. */
static volatile uint64_t accesses, signals, deadlines, bits_heard, signals_before_access;
/* What it does with a signal, in microseconds; when it wants to hear a deadline. */
static volatile uint64_t work, wake_at;

static void hear(const struct message *m)
{
	uint64_t end = counter_after_us(work);

	bits_heard |= m->word[0];
	signals++;
	if (m->word[1]) {
		wake_at = DEADLINE_NEVER;
		deadlines++;
	}
	while (counter_read() < end)
		;
}

/* Counts its signals; the guest reads how many there were. */
static void device_server(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1)
{
	struct message m = { .label = label, .word = { word0, word1 } };

	while (status == OK) {
		uint64_t sequence = m.word[0];

		if (m.label == LABEL_SIGNAL) {
			hear(&m);
		} else {
			accesses++;
			signals_before_access = signals;
		}
		m = (struct message){ .label = DISPOSITION_STEP,
				      .word = { signals, 0, 0, 0, sequence } };
		status = message_reply_recv(SERVER_ENDPOINT, &m, wake_at);
	}
}

static struct process server;
static struct worker thread;
static cap_t endpoint, bell, bell_time;

static void begin(uint64_t budget, uint64_t period)
{
	accesses = signals = deadlines = bits_heard = signals_before_access = work = 0;
	wake_at = DEADLINE_NEVER;
	vm_new();
	EXPECT_OK(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), vm.space, AT));
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	bell = object_new(OBJECT_NOTIFICATION, 0);
	process_new(&server);
	process_give(&server, SERVER_ENDPOINT, endpoint, RIGHT_READ, 0);
	thread = worker_new_served(&server, device_server, endpoint, PRIORITY_MIDDLE);
	EXPECT_OK(notification_bind_thread(bell, thread.thread));
	bell_time = time_new(bell, budget, period);
	EXPECT_OK(guest_space_set_window(vm.space, 0, AT, 1, endpoint,
					 mint_new(bell, RIGHT_WRITE, BELL_BIT), BELL));
}

/* The guest rings and reads, `count` times; both by the one thread, and the VMM hears of nothing. */
static void bell_and_window(void)
{
	uint64_t exits = 0;
	uint64_t exits_after = 0;
	uint64_t waits;

	begin(10000, 10000);
	vm_start();
	EXPECT_OK(vcpu_statistics(vm.vcpu, &exits, &waits));
	vm_run(guest_device, AT, 0, 100);
	VM_EXPECT_CALL(0);
	EXPECT_OK(vcpu_statistics(vm.vcpu, &exits_after, &waits));
	EXPECT_EQUAL(exits_after - exits, 101);
	EXPECT_EQUAL(accesses, 100);
	/* Signals merge with others, and the guest's access goes before those that gather. */
	EXPECT(signals >= 1 && signals <= 100);
	EXPECT_EQUAL(vm_register(GUEST_A1), signals_before_access);
	EXPECT_EQUAL(bits_heard, BELL_BIT);
	EXPECT_EQUAL(deadlines, 0);
}

/* What the bell costs is its own time's; what the window costs is the guest's. */
static void who_pays(void)
{
	begin(10000, 10000);
	work = 2000;
	vm_start();
	vm_run(guest_device, AT, 0, 5);
	VM_EXPECT_CALL(0);
	EXPECT(signals >= 1);
	EXPECT(time_consumed(bell_time) >= ticks(signals * 2000));
	EXPECT(time_consumed(vm.time) < ticks(2000));
}

/* It works longer than its share allows at once: the guest's access waits, and the guest's time is not used for it. */
static void the_share_ends(void)
{
	uint64_t start = counter_read();

	begin(1000, 10000);
	work = 3500;
	vm_start();
	vm_run(guest_device, AT, 0, 1);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(signals_before_access, 1);
	/* Its budget and little more: time goes by for the work while it waits for the next. */
	EXPECT(counter_read() - start >= ticks(10000));
	EXPECT(time_consumed(bell_time) >= ticks(1000));
	EXPECT(time_consumed(bell_time) <= ticks(1200));
	EXPECT(time_consumed(vm.time) < ticks(2000));
}

static void its_deadline(void)
{
	uint64_t at;

	begin(10000, 10000);
	at = wake_at = counter_after_us(5000);
	vm_start();
	vm_run(guest_device, AT, 0, 1);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(deadlines, 0);
	EXPECT(counter_read() < at);
	WAIT_FOR(deadlines, 1);
	EXPECT(counter_read() >= at);
	EXPECT_EQUAL(bits_heard, BELL_BIT);
}

/* It hangs on its own share: it is stopped, and reported. The guest's access waits for its successor. */
static void hangs(void)
{
	struct message fault;

	begin(10000, 10000);
	EXPECT_OK(sched_context_set_limit(bell_time, ticks(5000)));
	work = NEVER_ENDS;
	EXPECT_OK(notification_signal(bell));
	EXPECT_OK(message_recv(server.fault_endpoint, &fault, soon()));
	EXPECT_EQUAL(fault.label, LABEL_FAULT);
	EXPECT_EQUAL(fault.badge, 0x100);
	EXPECT_EQUAL(fault.word[0], FAULT_LATE);
	EXPECT(time_consumed(bell_time) >= ticks(5000));
	EXPECT(time_consumed(bell_time) < ticks(6000));
	EXPECT_OK(thread_suspend(thread.thread));
	work = 0;
	thread = worker_new_served(&server, device_server, endpoint, PRIORITY_MIDDLE);
	EXPECT_OK(notification_unbind(bell));
	EXPECT_OK(notification_bind_thread(bell, thread.thread));
	vm_start();
	vm_run(guest_device, AT, 0, 3);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(accesses, 3);
}

/* Its binding goes with its thread; the bell is heard by the next. */
static void is_replaced(void)
{
	begin(10000, 10000);
	vm_start();
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, thread.thread));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, thread.thread));
	EXPECT_OK(notification_signal(mint_new(bell, RIGHT_WRITE, 0x20)));
	EXPECT_EQUAL(signals, 0);
	thread = worker_new_served(&server, device_server, endpoint, PRIORITY_MIDDLE);
	EXPECT_OK(notification_bind_thread(bell, thread.thread));
	vm_run(guest_device, AT, 0, 1);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(bits_heard, BELL_BIT | 0x20);
	EXPECT_EQUAL(accesses, 1);
}

static const struct test tests[] = {
	{ "device: doorbell and window by one thread", bell_and_window },
	{ "device: each pays for its own", who_pays },
	{ "device: its share ends while it works", the_share_ends },
	{ "device: its deadline", its_deadline },
	{ "device: one that hangs on its share is reported", hangs },
	{ "device: it is replaced", is_replaced },
};

const struct suite device_suite = SUITE(tests);
