/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's memory under its own translation: sizes, rights, what goes away while it is used, and identifiers that run out.
 */
#include "vm.h"

extern const char guest_reads_on[], guest_store_undecoded[];
extern const char guest_load_8[], guest_store_8[], guest_jump[];

#define RW   (RIGHT_READ | RIGHT_WRITE)
#define GIB  (1ULL << 30)
#define MIB2 (1ULL << 21)

/* Where the guest's memory is for it a second time. */
#define ALIAS (GUEST_CODE + GIB)
/* Where the test itself has a block of 2 MiB. */
#define BLOCK_HERE 0x10000000ULL

#define MARK 0x1122334455667788ULL

static uint64_t alias(uint64_t physical)
{
	return physical - GUEST_CODE + ALIAS;
}

/* The data page as a table: the guest's memory as it is, and at ALIAS. */
static void make_tables(void)
{
	vm.data[1] = BLOCK(GUEST_CODE);
	vm.data[2] = BLOCK(GUEST_CODE);
	vm.data[511] = MARK;
}

static void run_translated(const char *program)
{
	vm_start();
	vm_run(program, GUEST_DATA, TRANSLATE_A1, TRANSLATE_A2);
}

static void read_only_is_readable(void)
{
	vm_new();
	vm_start();
	vm_run(guest_load_8, guest_address(guest_load_8), 0, 0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A1), *(const volatile uint64_t *)guest_load_8);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	/* Of what is not decoded only the address is told. */
	vm_start();
	vm_run(guest_store_undecoded, GUEST_CODE + 0x20, 0, 0);
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_CODE + 0x20);
	EXPECT_EQUAL(vm.exit.word[2], ACCESS_WRITE | ACCESS_PERMISSION);
}

static void not_executable(void)
{
	vm_new();
	vm_start();
	vm_run(guest_jump, GUEST_DATA + 8, 0, 0);
	VM_EXPECT(EXIT_FETCH);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_DATA + 8);
	EXPECT_EQUAL(vm.exit.word[2], ACCESS_PERMISSION);
}

/* 2 MiB in one entry: its first and its last word, and its end. */
static void block(void)
{
	cap_t frame = object_new(OBJECT_FRAME, 21);
	const uint64_t at = GUEST_CODE + MIB2;
	volatile uint64_t *here = (volatile uint64_t *)(uintptr_t)BLOCK_HERE;

	EXPECT_OK(frame_map(mint_new(frame, RIGHTS_ALL, 0), ROOT_SLOT_ADDRESS_SPACE, BLOCK_HERE, RW,
			    MEMORY_NORMAL));
	vm_new();
	EXPECT_OK(frame_map(frame, vm.space, at, RW, MEMORY_NORMAL));
	vm_start();
	vm_run(guest_store_8, at, MARK, 0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(here[0], MARK);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	vm_start();
	vm_run(guest_store_8, at + MIB2 - 8, MARK + 1, 0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(here[MIB2 / 8 - 1], MARK + 1);
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	vm_start();
	vm_run(guest_store_8, at + MIB2, MARK, 0);
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], at + MIB2);
}

/* Lets the guest that reads read at an address, which is there. */
static void expect_read(uint64_t address, uint64_t value)
{
	vm_reply(DISPOSITION_STEP, address);
	VM_EXPECT_CALL(0x41);
	EXPECT_EQUAL(vm_register(GUEST_A1), value);
}

/* The test has answered another since: its exit comes again. */
static void turn_to(const struct vm *other)
{
	vm = *other;
	vm_wait();
	VM_EXPECT_CALL(0x41);
}

static void boot_reader(uint32_t place, uint64_t value)
{
	vm_new_at(place);
	make_tables();
	vm.data[510] = value;
	run_translated(guest_reads_on);
	VM_EXPECT_CALL(0x41);
}

/* What is unmapped is gone at once, and what is mapped in its place is there, if others ran between or not. */
static void taken_away(bool others)
{
	cap_t frame;
	volatile uint64_t *words;
	struct vm other;

	boot_reader(1, 7);
	other = vm;
	boot_reader(0, 8);
	frame = object_new(OBJECT_FRAME, PAGE_BITS);
	words = scratch_map(mint_new(frame, RIGHTS_ALL, 0), 60);
	words[0] = MARK + 2;
	EXPECT_OK(frame_map(frame, vm.space, GUEST_DATA + PAGE_SIZE, RW, MEMORY_NORMAL));
	expect_read(alias(GUEST_DATA + PAGE_SIZE), MARK + 2);
	EXPECT_OK(frame_unmap(frame));
	if (others) {
		struct vm reader = vm;

		turn_to(&other);
		expect_read(alias(GUEST_DATA) + 4080, 7);
		turn_to(&reader);
	}
	vm_reply(DISPOSITION_STEP, alias(GUEST_DATA + PAGE_SIZE));
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_DATA + PAGE_SIZE);
	EXPECT_OK(frame_map(mint_new(program_frame((const void *)(uintptr_t)taken_away), RIGHTS_ALL,
				     0),
			    vm.space, GUEST_DATA + PAGE_SIZE, RIGHT_READ, MEMORY_NORMAL));
	vm_reply(DISPOSITION_RESUME, 0);
	VM_EXPECT_CALL(0x41);
	EXPECT_EQUAL(vm_register(GUEST_A1),
		     *(const volatile uint64_t *)((uintptr_t)taken_away & ~(PAGE_SIZE - 1)));
}

static void taken_away_at_once(void)
{
	taken_away(false);
}

static void taken_away_from_another(void)
{
	taken_away(true);
}

/* Two VCpus of one guest, each with tables of its own, both under ASID 0: each sees by its own. */
static void siblings(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	volatile uint64_t *table = scratch_map(mint_new(frame, RIGHTS_ALL, 0), 60);
	const uint64_t at = alias(GUEST_DATA) + 8 * 510;
	struct vm first, second;

	boot_reader(0, 1);
	first = vm;
	EXPECT_OK(frame_map(frame, first.space, GUEST_DATA + PAGE_SIZE, RW, MEMORY_NORMAL));
	table[1] = BLOCK(GUEST_CODE);
	/* What the other has at ALIAS: one page on, this page. */
	table[2] = BLOCK(2 * GIB);
	vm_new_at(1);
	for (unsigned int i = 0; i < 2; i++)
		EXPECT_OK(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), first.space, 2 * GIB));
	EXPECT_OK(frame_map(mint_new(frame, RIGHTS_ALL, 0), first.space,
			    2 * GIB + GUEST_DATA - GUEST_CODE, RIGHT_READ, MEMORY_NORMAL));
	table[510] = 2;
	vm.space = first.space;
	EXPECT_OK(vcpu_configure(vm.vcpu, vm.space, mint_new(vm.endpoint, RIGHT_WRITE, BADGE_VCPU),
				 1));
	vm_start();
	vm_run(guest_reads_on, GUEST_DATA + PAGE_SIZE, TRANSLATE_A1, TRANSLATE_A2);
	VM_EXPECT_CALL(0x41);
	second = vm;
	for (unsigned int i = 0; i < 10; i++) {
		turn_to(&first);
		expect_read(at, 1);
		turn_to(&second);
		expect_read(at, 2);
	}
}

/* More lives of address spaces than there are identifiers: 256 or 65,536. Who runs on meanwhile sees nothing of it. */
#define LIVES 66000

static void identifiers_of_guests(void)
{
	const uint64_t at = alias(GUEST_DATA) + 8 * 510;
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	uint64_t physical;
	struct vm first, second;

	boot_reader(1, 1);
	first = vm;
	boot_reader(0, 2);
	second = vm;
	for (uint32_t i = 0; i < LIVES; i++) {
		/* What a guest that is not on the core loses costs it its identifier; the question brings it onto the core. */
		EXPECT_OK(
			frame_map(frame, second.space, GUEST_DATA + PAGE_SIZE, RW, MEMORY_NORMAL));
		EXPECT_OK(vcpu_translate(first.vcpu, alias(GUEST_DATA), 0, &physical));
		EXPECT_OK(frame_unmap(frame));
		EXPECT_OK(vcpu_translate(second.vcpu, alias(GUEST_DATA), 0, &physical));
		if (i % 8192 != 0 && i < 65500)
			continue;
		turn_to(&first);
		expect_read(at, 1);
		turn_to(&second);
		expect_read(at, 2);
	}
}

static const struct test tests[] = {
	{ "stage 2: read-only memory is readable", read_only_is_readable },
	{ "stage 2: memory that is not executable", not_executable },
	{ "stage 2: a block of 2 MiB", block },
	{ "stage 2: memory is taken away at once", taken_away_at_once },
	{ "stage 2: memory is taken away from a guest that is not on the core",
	  taken_away_from_another },
	{ "stage 2: two VCpus with tables of their own", siblings },
	{ "stage 2: more identifiers than there are", identifiers_of_guests },
};

const struct suite stage2_suite = SUITE(tests);
