/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest's memory under its own translation, as AArch64's instructions and tables have it: AT and PAR_EL1, EL0, access flags. */
#include "vm.h"

extern const char guest_reads_on[], guest_store_between[], guest_store_between_at_el0[];

#define TCR_HA (1ULL << 39)

/* Other blocks: without the access flag, and for EL0. */
#define BLOCK_UNUSED(physical) (BLOCK(physical) & ~(1ULL << 10))
#define BLOCK_USER(physical)   (BLOCK(physical) | 1ULL << 6)

#define RW  (RIGHT_READ | RIGHT_WRITE)
#define GIB (1ULL << 30)

/* Where the guest's memory is for it a second time, for EL0 too; and where nothing was used yet. */
#define ALIAS  (GUEST_CODE + GIB)
#define UNUSED (GUEST_CODE + 2 * GIB)

#define MARK 0x1122334455667788ULL

static uint64_t alias(uint64_t physical)
{
	return physical - GUEST_CODE + ALIAS;
}

/* The data page as a table: the guest's memory as it is, and at ALIAS. */
static void make_tables(void)
{
	vm.data[1] = BLOCK(GUEST_CODE);
	vm.data[2] = BLOCK_USER(GUEST_CODE);
	vm.data[3] = BLOCK_UNUSED(GUEST_CODE);
}

static void run_translated(const char *program)
{
	vm_start();
	vm_run(program, GUEST_DATA, TCR, SCTLR);
}

static void expect_store(uint64_t physical, uint64_t virtual)
{
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], physical);
	EXPECT_EQUAL(vm.exit.word[2], ACCESS_DECODED | ACCESS_WRITE | ACCESS_PERMISSION | 2);
	EXPECT_EQUAL(vm.exit.word[3], (uint32_t)MARK);
	EXPECT_EQUAL(vm.exit.word[5], virtual);
}

/* A store into memory that can only be read, as to a flash chip: told with its address, completed by the VMM. */
static void store_between(const char *program)
{
	const uint64_t physical = GUEST_CODE + 0x18;
	const volatile uint64_t *x = vm.page->registers.x;
	uint64_t before;

	vm.update->registers.x[8] = alias(GUEST_DATA);
	vm.update->registers.x[4] = MARK;
	vm.update->registers.x[7] = GIB;
	run_translated(program);
	VM_EXPECT_CALL(0x40);
	vm_reply(DISPOSITION_STEP, alias(physical));
	expect_store(physical, alias(physical));
	before = vm.page->registers.pc;
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(0x42);
	EXPECT(vm.page->registers.pc != before);
	/* Its own question's answer is what it was: the data page, no fault. */
	EXPECT_EQUAL(x[5] & 1, 0);
	EXPECT_EQUAL(x[5] & 0xfffffffff000, GUEST_DATA);
	EXPECT_EQUAL(x[6], x[5]);
}

static void read_only_at_el1(void)
{
	vm_new();
	make_tables();
	store_between(guest_store_between);
}

static void read_only_at_el0(void)
{
	vm_new();
	make_tables();
	store_between(guest_store_between_at_el0);
	/* The SVC behind the store: it went on there. */
	EXPECT_EQUAL(vm_register(GUEST_CAUSE) >> 26, 0x15);
}

/* The processor would set the access flag in a table that can only be read. */
static void table_is_read_only(void)
{
	vm_new();
	make_tables();
	EXPECT_OK(frame_unmap(vm.data_in_guest));
	EXPECT_OK(frame_map(vm.data_in_guest, vm.space, GUEST_DATA, RIGHT_READ, MEMORY_NORMAL));
	vm_start();
	vm_run(guest_reads_on, GUEST_DATA, TCR | TCR_HA, SCTLR);
	VM_EXPECT_CALL(0x41);
	vm_reply(DISPOSITION_STEP, alias(GUEST_DATA));
	VM_EXPECT_CALL(0x41);
	vm_reply(DISPOSITION_STEP, UNUSED + 0x10008);
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_DATA);
	EXPECT_EQUAL(vm.exit.word[2] & ~(uint64_t)ACCESS_WRITE, ACCESS_PERMISSION | ACCESS_WALK);
	EXPECT_EQUAL(vm.exit.word[5], UNUSED + 0x10008);
	/* Once it can be written, the guest goes on. */
	EXPECT_OK(frame_unmap(vm.data_in_guest));
	EXPECT_OK(frame_map(vm.data_in_guest, vm.space, GUEST_DATA, RW, MEMORY_NORMAL));
	vm_reply(DISPOSITION_RESUME, 0);
	VM_EXPECT_CALL(0x41);
	EXPECT_EQUAL(vm_register(GUEST_A1), vm.data[1]);
	EXPECT_EQUAL(vm.data[3], BLOCK(GUEST_CODE));
}

static const struct test tests[] = {
	{ "stage 1: a store to read-only memory at EL1", read_only_at_el1 },
	{ "stage 1: a store to read-only memory at EL0", read_only_at_el0 },
	{ "stage 1: the guest's table is read-only", table_is_read_only },
};

const struct suite stage1_suite = SUITE(tests);
