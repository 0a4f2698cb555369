/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of 1 GiB in one entry of a table, for a process and for a guest: its ends, its rights, and what is there without it.
 */
#include "vm.h"

extern const char guest_load_8[], guest_store_8[], guest_reads_on[];

#define RW  (RIGHT_READ | RIGHT_WRITE)
#define GIB (1ULL << 30)

/* Where it is for processes and for guests. */
#define HERE   (4 * GIB)
#define AT     (2 * GIB)
#define MIDDLE 0x12345678ULL

#define MARK 0x1122334455667788ULL

/* The Untyped that it is made of, the frame, and what the test itself has mapped of it. */
static cap_t untyped, huge, here;

static volatile uint64_t *word(uint64_t offset)
{
	return (volatile uint64_t *)(uintptr_t)(HERE + offset);
}

static cap_t find_untyped(void)
{
	const struct boot_info *boot = (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;

	for (uint32_t i = 0; i < boot->untyped_count; i++)
		if (boot->untyped[i].flags == 0 && boot->untyped[i].size_bits >= 30)
			return ROOT_SLOT_UNTYPED + i;
	test_fail(__FILE__, __LINE__, "no Untyped of 1 GiB");
}

/* The frame, and the test itself has it. */
static void begin(void)
{
	uint64_t address = 1;

	untyped = find_untyped();
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, untyped));
	huge = slot_new();
	EXPECT_OK(untyped_retype(untyped, OBJECT_FRAME, 30, ROOT_SLOT_CNODE, huge, 1, 0));
	EXPECT_OK(frame_address(huge, &address));
	EXPECT_EQUAL(address % GIB, 0);
	here = mint_new(huge, RIGHTS_ALL, 0);
	EXPECT_OK(frame_map(here, ROOT_SLOT_ADDRESS_SPACE, HERE, RW, MEMORY_NORMAL));
}

static enum status map(cap_t space, uint64_t address, uint32_t rights)
{
	return frame_map(huge, space, address, rights, MEMORY_NORMAL);
}

static volatile uint64_t seen, done;

static void peek(uint64_t address, uint64_t unused)
{
	(void)unused;
	seen = *(volatile uint64_t *)(uintptr_t)address;
	done++;
	for (;;)
		thread_yield();
}

static void poke(uint64_t address, uint64_t value)
{
	*(volatile uint64_t *)(uintptr_t)address = value;
	done++;
	for (;;)
		thread_yield();
}

static void expect_done(struct process *process, worker_entry *entry, uint64_t address,
			uint64_t value)
{
	struct worker worker = worker_new(process, entry, address, value, PRIORITY_LOW);

	done = 0;
	EXPECT_OK(thread_resume(worker.thread));
	WAIT_FOR(done, 1);
	EXPECT_OK(thread_suspend(worker.thread));
}

static void expect_fault(struct process *process, worker_entry *entry, uint64_t address)
{
	struct worker worker = worker_new(process, entry, address, 0, PRIORITY_LOW);
	struct message m;

	EXPECT_OK(thread_resume(worker.thread));
	EXPECT_OK(message_recv(process->fault_endpoint, &m, soon()));
	EXPECT_EQUAL(m.label, LABEL_FAULT);
	EXPECT_EQUAL(m.word[1], address);
}

/* All of it is zero at first: looked at here and there, as each page must come from somewhere. */
static void in_a_process(void)
{
	const uint64_t ends[] = { 0, MIDDLE, GIB - 8 };
	struct process process;

	begin();
	process_new(&process);
	EXPECT_STATUS(map(process.space, HERE + GIB / 2, RW), ERR_ARGUMENT);
	EXPECT_STATUS(map(process.space, 1ULL << PROCESS_BITS, RW), ERR_ARGUMENT);
	/* A table is in the way. */
	EXPECT_STATUS(map(process.space, 0, RW), ERR_OCCUPIED);
	EXPECT_OK(map(process.space, HERE, RW));
	EXPECT_STATUS(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), process.space,
				     HERE + GIB - 1),
		      ERR_OCCUPIED);
	EXPECT_STATUS(frame_map(object_new(OBJECT_FRAME, 21), process.space, HERE + GIB / 2, RW,
				MEMORY_NORMAL),
		      ERR_OCCUPIED);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		EXPECT_EQUAL(*word(ends[i]), 0);
		expect_done(&process, poke, HERE + ends[i], MARK + i);
		EXPECT_EQUAL(*word(ends[i]), MARK + i);
	}
	expect_fault(&process, peek, HERE - 8);
	expect_fault(&process, peek, HERE + GIB);
	EXPECT_OK(frame_unmap(huge));
	expect_fault(&process, peek, HERE + MIDDLE);
	EXPECT_OK(map(process.space, HERE, RIGHT_READ));
	expect_done(&process, peek, HERE + GIB - 8, 0);
	EXPECT_EQUAL(seen, MARK + 2);
	expect_fault(&process, poke, HERE + GIB - 8);
	EXPECT_EQUAL(*word(GIB - 8), MARK + 2);
}

/* Runs one access of the guest, from its start on. */
static void run(const char *program, uint64_t address, uint64_t value)
{
	vm_start();
	vm_run(program, address, value, 0);
}

static void expect_store(uint64_t offset, uint64_t value)
{
	run(guest_store_8, AT + offset, value);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(*word(offset), value);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
}

static void expect_exit(const char *program, uint64_t address, uint64_t access)
{
	run(program, address, 1);
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], address);
	EXPECT_EQUAL(vm.exit.word[2], ACCESS_DECODED | access | 3);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
}

static void in_a_guest(void)
{
	begin();
	vm_new();
	/* Its programs have a table there. */
	EXPECT_STATUS(map(vm.space, GIB, RW), ERR_OCCUPIED);
	EXPECT_OK(map(vm.space, AT, RW));
	EXPECT_STATUS(guest_space_set_window(vm.space, 0, AT + MIDDLE / PAGE_SIZE * PAGE_SIZE, 1,
					     object_new(OBJECT_ENDPOINT, 0), 0, 0),
		      ERR_OCCUPIED);
	expect_store(0, MARK);
	expect_store(MIDDLE, MARK + 1);
	expect_store(GIB - 8, MARK + 2);
	expect_exit(guest_store_8, AT + GIB, ACCESS_WRITE);
	EXPECT_OK(frame_unmap(huge));
	expect_exit(guest_load_8, AT + GIB - 8, 0);
	expect_exit(guest_load_8, AT + MIDDLE, 0);
	EXPECT_OK(map(vm.space, AT, RIGHT_READ));
	run(guest_load_8, AT + GIB - 8, 0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A1), MARK + 2);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	expect_exit(guest_store_8, AT + GIB - 8, ACCESS_WRITE | ACCESS_PERMISSION);
	EXPECT_EQUAL(*word(GIB - 8), MARK + 2);
}

static void expect_read(uint64_t address, uint64_t value)
{
	vm_reply(DISPOSITION_STEP, address);
	VM_EXPECT_CALL(0x41);
	EXPECT_EQUAL(vm_register(GUEST_A1), value);
}

/* While it is in use, by the test and by a guest with tables of its own: what is remembered of any part of it goes with it. */
static void taken_away_in_use(void)
{
	cap_t small = object_new(OBJECT_FRAME, PAGE_BITS);

	begin();
	*word(MIDDLE) = MARK;
	vm_new();
	EXPECT_OK(map(vm.space, AT, RW));
	vm.data[GUEST_CODE / GIB] = BLOCK(GUEST_CODE);
	vm.data[AT / GIB] = BLOCK(AT);
	vm_start();
	vm_run(guest_reads_on, GUEST_DATA, TRANSLATE_A1, TRANSLATE_A2);
	VM_EXPECT_CALL(0x41);
	expect_read(AT + MIDDLE, MARK);
	EXPECT_OK(frame_unmap(huge));
	vm_reply(DISPOSITION_STEP, AT + MIDDLE);
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], AT + MIDDLE);
	/* Of the test's own only one page is left, another one. */
	EXPECT_EQUAL(*word(MIDDLE), MARK);
	EXPECT_OK(frame_unmap(here));
	for (unsigned int i = 0; i < 2; i++)
		EXPECT_OK(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), ROOT_SLOT_ADDRESS_SPACE,
					 HERE + MIDDLE));
	EXPECT_OK(frame_map(small, ROOT_SLOT_ADDRESS_SPACE, HERE + MIDDLE / PAGE_SIZE * PAGE_SIZE,
			    RW, MEMORY_NORMAL));
	EXPECT_EQUAL(*word(MIDDLE), 0);
}

/* It is given back as a whole: nothing of it is mapped anywhere. */
static void given_back(void)
{
	struct process process;
	uint64_t address, bytes;
	uint32_t size_bits, flags;

	begin();
	process_new(&process);
	EXPECT_OK(map(process.space, HERE, RW));
	expect_done(&process, poke, HERE + MIDDLE, MARK);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, untyped));
	expect_fault(&process, peek, HERE + MIDDLE);
	EXPECT_OK(untyped_describe(untyped, &address, &size_bits, &flags, &bytes));
	EXPECT_EQUAL(bytes, 0);
	/* The same memory again, zeroed. */
	begin();
	EXPECT_EQUAL(*word(MIDDLE), 0);
}

static const struct test tests[] = {
	{ "huge: 1 GiB in a process", in_a_process },
	{ "huge: 1 GiB in a guest", in_a_guest },
	{ "huge: 1 GiB is taken away in use", taken_away_in_use },
	{ "huge: 1 GiB is given back", given_back },
};

const struct suite huge_suite = SUITE(tests);
