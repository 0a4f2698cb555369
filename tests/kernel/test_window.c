/* SPDX-License-Identifier: BSD-2-Clause */
/* Windows: a process beside the VMM answers a guest's accesses, or is only signalled. */
#include "vm.h"

extern const char guest_load_4[], guest_load_1s[], guest_store_4[], guest_stores[];

#define AT           GUEST_NOWHERE
#define PAGES        2
#define BELL         0x50
#define SIGNAL       4
#define BADGE_SERVER 0x61

/* Slots of the server's CNode. */
#define SERVER_ENDPOINT 1

/* What the server was told last, and what it answers. */
static volatile uint64_t told[6], label_told, answer_label, answer_value, calls;

static void window_server(uint64_t status, uint64_t label, uint64_t word0, uint64_t word1)
{
	/* The entry gets four of the message's registers; the first message is looked at by its number only. */
	struct message m = { .label = label, .word = { word0, word1 } };

	while (status == OK) {
		uint64_t sequence = m.word[0];

		label_told = m.label;
		for (unsigned int i = 0; i < 6; i++)
			told[i] = m.word[i];
		calls++;
		m = (struct message){ .label = answer_label,
				      .word = { answer_value, 0, 0, 0, sequence } };
		status = message_reply_recv(SERVER_ENDPOINT, &m, DEADLINE_NEVER);
	}
}

static struct process server;
static struct worker thread;
static cap_t endpoint, bell, bell_object;

/* A guest with a window at AT, and the process that serves it. */
static void begin(void)
{
	vm_new();
	EXPECT_OK(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), vm.space, AT));
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	bell_object = object_new(OBJECT_NOTIFICATION, 0);
	bell = mint_new(bell_object, RIGHT_WRITE, SIGNAL);
	process_new(&server);
	process_give(&server, SERVER_ENDPOINT, endpoint, RIGHT_READ, 0);
	thread = worker_new_served(&server, window_server, endpoint, PRIORITY_MIDDLE);
	EXPECT_OK(guest_space_set_window(
		vm.space, 0, AT, PAGES, mint_new(endpoint, RIGHT_WRITE, BADGE_SERVER), bell, BELL));
	answer_label = DISPOSITION_STEP;
	answer_value = 0;
	calls = 0;
}

/* Runs a program up to its call, with x0 and x1, without an exit to the VMM before. */
static void run(const void *program, uint64_t x0, uint64_t x1)
{
	vm_start();
	vm_run(program, x0, x1, 0);
	VM_EXPECT_CALL(0);
}

static void loads(void)
{
	begin();
	answer_value = 0xf1e2d3c4b5a69788ULL;
	run(guest_load_4, AT + 0x1010, 7);
	EXPECT_EQUAL(calls, 1);
	EXPECT_EQUAL(label_told, LABEL_EXIT + EXIT_WINDOW);
	EXPECT_EQUAL(told[1], 0x1010);
	EXPECT_EQUAL(vm_register(GUEST_A1), 0xb5a69788);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	run(guest_load_1s, AT + 0x13, 7);
	EXPECT_EQUAL(told[1], 0x13);
	EXPECT_EQUAL(told[2], ACCESS_DECODED);
	EXPECT_EQUAL(told[4], 0);
	EXPECT_EQUAL(told[5], 0);
	EXPECT_EQUAL(vm_register(GUEST_A1), 0xffffffffffffff88ULL);
}

static void stores(void)
{
	begin();
	run(guest_store_4, AT + 0x20, 0x1122334455667788ULL);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	run(guest_store_4, AT + 0x24, 0x1122334455667788ULL);
	EXPECT_EQUAL(calls, 2);
	EXPECT_EQUAL(told[1], 0x24);
	EXPECT_EQUAL(told[2], ACCESS_DECODED | ACCESS_WRITE | 2);
	EXPECT_EQUAL(told[3], 0x55667788);
}

/* The guest takes an external abort, as on a bus. */
static void refuses(void)
{
	begin();
	answer_label = DISPOSITION_ABORT;
	vm_start();
	vm_run(guest_store_4, AT + 0x20, 1, 0);
	VM_EXPECT_EXCEPTION(EXCEPTION_STORE);
	EXPECT_EQUAL(vm_register(GUEST_ADDRESS), AT + 0x20);
}

/* x1 stores in a row at x0: only signals, merged, and not one exit. */
static void doorbell(void)
{
	uint64_t bits = 0;
	uint64_t exits = 0;
	uint64_t exits_after = 0;
	uint64_t waits;

	begin();
	vm_start();
	EXPECT_OK(vcpu_statistics(vm.vcpu, &exits, &waits));
	vm_run(guest_stores, AT + BELL, 1000, 0);
	VM_EXPECT_CALL(0);
	EXPECT_OK(vcpu_statistics(vm.vcpu, &exits_after, &waits));
	EXPECT_EQUAL(exits_after, exits + 1);
	EXPECT_EQUAL(calls, 0);
	EXPECT_OK(notification_wait(bell_object, 0, &bits));
	EXPECT_EQUAL(bits, SIGNAL);
}

/* What the hardware does not decode comes to the VMM with the window's number; so does what follows its end. */
static void undecoded(void)
{
	begin();
	for (size_t i = 0; i < guest_undecoded_count; i++) {
		vm_start();
		vm_run(guest_undecoded[i].program, AT + PAGE_SIZE, 1, 2);
		VM_EXPECT(EXIT_MEMORY);
		EXPECT_EQUAL(vm.exit.word[1] & ~(PAGE_SIZE - 1), AT + PAGE_SIZE);
		EXPECT_EQUAL(vm.exit.word[2], guest_undecoded[i].access | ACCESS_WINDOW(1));
		vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	}
	vm_start();
	vm_run(guest_load_4, AT + PAGES * PAGE_SIZE, 1, 0);
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[2], ACCESS_DECODED | 2);
	EXPECT_EQUAL(calls, 0);
}

/* A window that was cleared is as if it had never been. */
static void cleared(void)
{
	begin();
	EXPECT_OK(guest_space_clear_window(vm.space, 0));
	vm_start();
	vm_run(guest_load_4, AT + 4, 7, 0);
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], AT + 4);
	EXPECT_EQUAL(vm.exit.word[2], ACCESS_DECODED | 2);
	vm_reply(DISPOSITION_STEP, 9);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A1), 9);
}

/* The window's number is used again elsewhere: its old place is empty, a frame can go there. */
static void used_again(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	volatile uint32_t *words = scratch_map(mint_new(frame, RIGHTS_ALL, 0), 20);

	begin();
	EXPECT_OK(guest_space_clear_window(vm.space, 0));
	EXPECT_OK(guest_space_set_window(vm.space, 0, AT + 0x4000, 1, endpoint, 0, 0));
	EXPECT_OK(frame_map(frame, vm.space, AT, RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL));
	run(guest_store_4, AT + 8, 0x77);
	EXPECT_EQUAL(words[2], 0x77);
	EXPECT_EQUAL(calls, 0);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	run(guest_store_4, AT + 0x4008, 0x78);
	EXPECT_EQUAL(calls, 1);
	EXPECT_EQUAL(told[1], 8);
}

/* With the right to call its server it ends, and its place is the VMM's again. */
static void revoked(void)
{
	begin();
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	EXPECT_STATUS(guest_space_clear_window(vm.space, 0), ERR_STATE);
	vm_start();
	vm_run(guest_load_4, AT + 4, 7, 0);
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[2], ACCESS_DECODED | 2);
}

/* Ticks that it takes to clear a window of so many pages, at best. */
static uint64_t ticks_to_clear(uint32_t pages)
{
	uint64_t least = UINT64_MAX;

	for (unsigned int i = 0; i < 5; i++) {
		uint64_t before;
		uint64_t took;

		EXPECT_OK(guest_space_set_window(vm.space, 1, AT + 0x10000, pages, endpoint, bell,
						 BELL));
		before = counter_read();
		EXPECT_OK(guest_space_clear_window(vm.space, 1));
		took = counter_read() - before;
		least = took < least ? took : least;
	}
	return least;
}

/* Ticks count instructions here: not one more for 64 pages than for one. */
static void cleared_in_constant_time(void)
{
	begin();
	EXPECT(ticks_to_clear(WINDOW_PAGES_MAX) <= ticks_to_clear(1) + COUNTER_SLACK);
}

static void refused(void)
{
	begin();
	EXPECT_STATUS(guest_space_set_window(vm.space, 0, AT + 0x8000, 1, endpoint, 0, 0),
		      ERR_OCCUPIED);
	EXPECT_STATUS(guest_space_set_window(vm.space, 1, AT, 1, endpoint, 0, 0), ERR_OCCUPIED);
	EXPECT_STATUS(guest_space_set_window(vm.space, 1, GUEST_DATA, 1, endpoint, 0, 0),
		      ERR_OCCUPIED);
	EXPECT_STATUS(guest_space_set_window(vm.space, 1, AT + 0x40000000, 1, endpoint, 0, 0),
		      ERR_TABLE);
	EXPECT_STATUS(guest_space_set_window(vm.space, WINDOWS_MAX, AT, 1, endpoint, 0, 0),
		      ERR_ARGUMENT);
	EXPECT_STATUS(guest_space_set_window(vm.space, 1, AT, 1, 0, 0, 0), ERR_ARGUMENT);
	EXPECT_REFUSED(guest_space_set_window(ROOT_SLOT_ADDRESS_SPACE, 1, AT, 1, endpoint, 0, 0));
	EXPECT_STATUS(guest_space_clear_window(vm.space, 1), ERR_STATE);
}

static const struct test tests[] = {
	{ "window: loads go to its server", loads },
	{ "window: stores go to its server", stores },
	{ "window: its server can refuse an access", refuses },
	{ "window: a doorbell signals without an exit", doorbell },
	{ "window: what is not decoded goes to the VMM", undecoded },
	{ "window: cleared, its place is the VMM's", cleared },
	{ "window: revoked with its endpoint", revoked },
	{ "window: cleared in constant time", cleared_in_constant_time },
	{ "window: its number and its place can be used again", used_again },
	{ "window: what set_window refuses", refused },
};

const struct suite window_suite = SUITE(tests);
