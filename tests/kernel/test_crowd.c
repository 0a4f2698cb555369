/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As much as can be at once: of what the kernel does in one piece. And things of one kind in great number, which it does one by
 * one.
 */
#include "vm.h"

#define CROWD 40U

/* Slots of the crowd's CNode: behind the first two each has a notification's capability with a bit of its own. */
#define ENDPOINT 1
#define BITS     14U

/* Of the guest's interrupt in the first slot. */
#define NUMBER 100

extern const char guest_calls[];

static struct process process;
static struct worker crowd[CROWD];
static cap_t endpoint, notification;
static volatile uint64_t aborted, deadlines, signals;

static void count(enum status status)
{
	if (status == ERR_ABORTED)
		__atomic_fetch_add(&aborted, 1, __ATOMIC_RELAXED);
	else if (status == ERR_DEADLINE)
		__atomic_fetch_add(&deadlines, 1, __ATOMIC_RELAXED);
	else if (status == OK)
		__atomic_fetch_add(&signals, 1, __ATOMIC_RELAXED);
}

static uint32_t bit_of(uint64_t index)
{
	return index < BITS ? (uint32_t)index : BITS - 1;
}

static void waiter(uint64_t index, uint64_t unused)
{
	cap_t cap = 2 + bit_of(index);
	uint64_t bits;

	(void)unused;
	count(notification_wait(cap, DEADLINE_NEVER, &bits));
	for (;;)
		notification_wait(cap, DEADLINE_NEVER, &bits);
}

static void caller(uint64_t deadline, uint64_t unused)
{
	struct message m = { 0 };

	(void)unused;
	count(message_call_until(ENDPOINT, &m, deadline));
	for (;;)
		message_call_until(ENDPOINT, &m, DEADLINE_NEVER);
}

static void begin(void)
{
	process_new(&process);
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	notification = object_new(OBJECT_NOTIFICATION, 0);
	process_give(&process, ENDPOINT, endpoint, RIGHTS_ALL, 0);
	for (uint32_t i = 0; i < BITS; i++)
		process_give(&process, 2 + i, notification, RIGHTS_ALL, 1ULL << i);
	aborted = deadlines = signals = 0;
}

static void add(uint32_t index, worker_entry *entry, uint64_t argument)
{
	crowd[index] = worker_new(&process, entry, argument, 0, PRIORITY_MIDDLE);
	EXPECT_OK(thread_resume(crowd[index].thread));
}

static void wait_until(const volatile uint64_t *word, uint64_t value)
{
	wait_for_word(word, value, __FILE__, __LINE__);
}

static void end_of_an_endpoint(void)
{
	begin();
	for (uint32_t i = 0; i < CROWD; i++)
		add(i, caller, DEADLINE_NEVER);
	task_sleep(10000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, endpoint));
	wait_until(&aborted, CROWD);
}

static void deadlines_at_once(void)
{
	uint64_t when = counter_after_us(50000);

	begin();
	for (uint32_t i = 0; i < CROWD; i++)
		add(i, caller, when);
	wait_until(&deadlines, CROWD);
}

static void signal_to_many(void)
{
	uint64_t bits;

	begin();
	for (uint32_t i = 0; i < NOTIFICATION_WAITERS_MAX; i++)
		add(i, waiter, i);
	task_sleep(10000);
	EXPECT_STATUS(notification_wait(notification, DEADLINE_NEVER, &bits), ERR_OCCUPIED);
	EXPECT_OK(notification_signal(mint_new(notification, RIGHT_WRITE, (1ULL << BITS) - 1)));
	wait_until(&signals, BITS);
	/* All wait again: until the end. */
	task_sleep(10000);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, notification));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, notification));
	wait_until(&aborted, NOTIFICATION_WAITERS_MAX - BITS);
}

static void retype_of_many(void)
{
	static const enum object_type types[] = {
		OBJECT_THREAD,       OBJECT_VCPU,       OBJECT_SCHED_CONTEXT, OBJECT_ENDPOINT,
		OBJECT_NOTIFICATION, OBJECT_PAGE_TABLE, OBJECT_ADDRESS_SPACE, OBJECT_GUEST_SPACE,
	};
	cap_t slots = slots_new(RETYPE_COUNT_MAX);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		EXPECT_OK(untyped_retype(ARENA, types[i], 0, ROOT_SLOT_CNODE, slots,
					 RETYPE_COUNT_MAX, 0));
		for (uint32_t j = 0; j < RETYPE_COUNT_MAX; j++)
			EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, slots + j));
	}
	EXPECT_STATUS(untyped_retype(ARENA, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, slots,
				     RETYPE_COUNT_MAX + 1, 0),
		      ERR_ARGUMENT);
}

/* A guest that is on the core: its windows, its tables, its state. */
static void of_a_guest(void)
{
	cap_t door = object_new(OBJECT_ENDPOINT, 0);
	cap_t table = object_new(OBJECT_PAGE_TABLE, 0);

	vm_new();
	EXPECT_OK(page_table_map(table, vm.space, GUEST_NOWHERE));
	for (uint32_t i = 0; i < WINDOWS_MAX / 4; i++)
		EXPECT_OK(guest_space_set_window(vm.space, i,
						 GUEST_NOWHERE + i * WINDOW_PAGES_MAX * PAGE_SIZE,
						 WINDOW_PAGES_MAX, door, 0, 0));
	vm_start();
	vm_reply_for(DISPOSITION_PARK, 0, 1000);
	/* All that is remembered of the guest, by its identifier. */
	EXPECT_OK(page_table_unmap(table));
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, door));
	EXPECT_STATUS(guest_space_clear_window(vm.space, 0), ERR_STATE);
}

/* A change that says all that can be said at once, and leaves the slot pending: its line is up. */
static uint64_t full_change(uint32_t slot)
{
	return slot_configured(NUMBER + slot, 8 * (slot % 32),
			       SLOT_LEVEL | SLOT_SET_LINE | SLOT_LINE | SLOT_PEND | SLOT_UNPEND |
				       SLOT_ACTIVATE | SLOT_DEACTIVATE);
}

/* A guest that went off begins anew, as one answer says, while all of its interrupts wait. */
static void all_of_an_answer(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	for (uint32_t i = 0; i < VCPU_SLOTS; i++)
		vm_set_slot(i, full_change(i));
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(1);
	vm_reply_for(DISPOSITION_PARK, 0, 1000);
	VM_EXPECT(EXIT_EVENT);
	for (uint32_t i = 0; i < VCPU_SLOTS; i++)
		vm_change_slot(i, full_change(VCPU_SLOTS - 1 - i));
	vm_set(guest_calls, 0);
	vm_reply(DISPOSITION_START | REPLY_REGISTERS | REPLY_SLOTS, 0);
	VM_EXPECT_CALL(0x1234);
	EXPECT_EQUAL(vm_pending(), ~0ULL);
	EXPECT_EQUAL(vm_active(), 0);
}

/* Many of one number, of which one at a time can be in a list register: behind others that are more urgent. */
static void one_number_of_many(void)
{
	vm_boot(guest_calls, 0, 0, EXIT_HYPERCALL);
	for (uint32_t i = 0; i < VCPU_SLOTS; i++)
		vm_set_slot(i, slot_configured(i < 2 ? NUMBER + i : NUMBER + 2, 0xa0, SLOT_PEND));
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(1);
	EXPECT_EQUAL(vm_pending(), ~0ULL);
}

static const struct test tests[] = {
	{ "crowd: the end of an endpoint where 40 wait", end_of_an_endpoint },
	{ "crowd: 40 deadlines at one time", deadlines_at_once },
	{ "crowd: a signal where as many wait as can", signal_to_many },
	{ "crowd: as many objects at once as can be made", retype_of_many },
	{ "crowd: windows and tables of a guest", of_a_guest },
	{ "crowd: all that an answer can bring", all_of_an_answer },
	{ "crowd: one number of many interrupts", one_number_of_many },
};

const struct suite crowd_suite = SUITE(tests);
