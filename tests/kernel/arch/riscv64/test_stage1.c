/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest's own translation, which the kernel walks in software (vcpu.translate): in each mode of vsatp, by rights, and with
 * tables that are none. The page of data is the guest's table at every level: entry 1 leads to itself, all others are at the end
 * of a way through it.
 */
#include "vm.h"

extern const char guest_reads_on[];

#define SV39 8
#define SV48 9
#define SV57 10

/* Privileged Architecture, "Sv39: Page-Based 39-bit Virtual-Memory System". */
#define PTE_V 0x01ULL
#define PTE_R 0x02ULL
#define PTE_W 0x04ULL
#define PTE_X 0x08ULL
#define PTE_U 0x10ULL
#define PTE_A 0x40ULL
#define PTE_D 0x80ULL

#define UXL_64 (2ULL << 32)
#define SUM    (1ULL << 18)
#define MXR    (1ULL << 19)

/* Where entries lead: nothing is there, and nothing needs to be. */
#define TARGET 0x87ffe00000ULL

enum entry {
	TABLE = 1,
	PLAIN,
	USER,
	READ_ONLY,
	EXECUTE_ONLY,
	EXECUTE_USER,
	NOT_ACCESSED,
	NOT_DIRTY,
	NOT_VALID,
	NOT_READABLE,
	RESERVED,
	TABLE_ACCESSED,
	TABLE_NOWHERE,
	TABLE_OUTSIDE,
	MISALIGNED,
	ENTRIES,
	/* In a top table: entry 1 of the upper half. */
	TABLE_OF_UPPER_HALF = 256 + TABLE,
};

static uint64_t entry(uint64_t physical, uint64_t bits)
{
	return physical >> 12 << 10 | bits;
}

static void make_tables(void)
{
	const uint64_t used = PTE_V | PTE_A | PTE_D;
	const uint64_t entries[ENTRIES] = {
		[TABLE] = entry(GUEST_DATA, PTE_V),
		[PLAIN] = entry(TARGET, used | PTE_R | PTE_W),
		[USER] = entry(TARGET, used | PTE_R | PTE_W | PTE_U),
		[READ_ONLY] = entry(TARGET, used | PTE_R),
		[EXECUTE_ONLY] = entry(TARGET, used | PTE_X),
		[EXECUTE_USER] = entry(TARGET, used | PTE_X | PTE_U),
		[NOT_ACCESSED] = entry(TARGET, PTE_V | PTE_R | PTE_W | PTE_D),
		[NOT_DIRTY] = entry(TARGET, PTE_V | PTE_R | PTE_W | PTE_A),
		[NOT_VALID] = entry(TARGET, (used | PTE_R | PTE_W) & ~PTE_V),
		[NOT_READABLE] = entry(TARGET, used | PTE_W),
		[RESERVED] = entry(TARGET, used | PTE_R | PTE_W | 1ULL << 54),
		[TABLE_ACCESSED] = entry(GUEST_DATA, PTE_V | PTE_A),
		[TABLE_NOWHERE] = entry(GUEST_NOWHERE, PTE_V),
		/* Two bits more than the guest's space has. */
		[TABLE_OUTSIDE] = entry(GUEST_DATA | 1ULL << 40, PTE_V),
		[MISALIGNED] = entry(TARGET + 0x1000, used | PTE_R | PTE_W),
	};

	for (unsigned int i = 0; i < ENTRIES; i++)
		vm.data[i] = entries[i];
}

/* A guest that stands still, with this translation and mode. */
static void set_up(uint64_t vsatp, uint64_t status, uint64_t mode)
{
	volatile uint64_t *to = (volatile uint64_t *)&vm.update->state;
	const volatile uint64_t *from = (const volatile uint64_t *)&vm.page->state;

	for (size_t i = 0; i < sizeof(vm.page->state) / sizeof(uint64_t); i++)
		to[i] = from[i];
	vm.update->state.vsatp = vsatp;
	vm.update->state.vsstatus = UXL_64 | status;
	vm.update->state.registers.mode = mode;
	EXPECT_OK(vcpu_restore(vm.vcpu));
}

static void begin(void)
{
	vm_new();
	vm_start();
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	EXPECT_OK(vcpu_save(vm.vcpu));
	make_tables();
}

static uint64_t satp(uint64_t mode)
{
	return mode << 60 | GUEST_DATA >> 12;
}

/* An address whose way is through entry 1 of each table but the last, and `up` levels above that through `index`. */
static uint64_t address(uint64_t mode, uint64_t up, uint64_t index)
{
	uint64_t levels = mode - SV39 + 3;
	uint64_t value = 0x123;

	for (uint64_t level = 0; level < levels; level++)
		value |= (level == up ? index : 1) << (12 + 9 * level);
	return value;
}

#define FAULT 0

static void expect(uint64_t at, uint32_t write, uint64_t physical)
{
	uint64_t got = 0;

	EXPECT_STATUS(vcpu_translate(vm.vcpu, at, write, &got),
		      physical == FAULT ? ERR_ARGUMENT : OK);
	if (physical != FAULT)
		EXPECT_EQUAL(got, physical);
}

/* Each mode: a page, a larger one, tables that are none, addresses beyond. */
static void modes(void)
{
	begin();
	for (uint64_t mode = SV39; mode <= SV57; mode++) {
		uint64_t levels = mode - SV39 + 3;
		uint64_t beyond = 1ULL << (12 + 9 * levels);

		set_up(satp(mode), 0, MODE_SUPERVISOR);
		expect(address(mode, 0, PLAIN), 1, TARGET + 0x123);
		expect(address(mode, 1, PLAIN), 0, TARGET + 0x1123);
		expect(address(mode, 1, MISALIGNED), 0, FAULT);
		expect(address(mode, 0, MISALIGNED), 0, TARGET + 0x1123);
		expect(address(mode, 0, TABLE), 0, FAULT);
		expect(address(mode, levels - 1, 0), 0, FAULT);
		expect(address(mode, 1, TABLE_ACCESSED), 0, FAULT);
		expect(address(mode, 1, TABLE_NOWHERE), 0, FAULT);
		expect(address(mode, levels - 1, TABLE_OUTSIDE), 0, FAULT);
		/* All bits above are as the highest that is translated. */
		expect(address(mode, 0, PLAIN) | beyond, 0, FAULT);
		vm.data[TABLE_OF_UPPER_HALF] = vm.data[TABLE];
		expect(address(mode, 0, PLAIN) | beyond >> 1, 0, FAULT);
		expect(address(mode, 0, PLAIN) | -(beyond >> 1), 0, TARGET + 0x123);
		vm.data[TABLE_OF_UPPER_HALF] = 0;
	}
	/* Without translation an address is as long as stage 2 takes it. */
	set_up(0, 0, MODE_SUPERVISOR);
	expect(TARGET, 1, TARGET);
	expect(1ULL << 40, 1, 1ULL << 40);
	expect(1ULL << 41, 1, FAULT);
	/* A table that is not there. */
	set_up((uint64_t)SV39 << 60 | GUEST_NOWHERE >> 12, 0, MODE_SUPERVISOR);
	expect(address(SV39, 0, PLAIN), 0, FAULT);
}

/* What may be read or written, by whom. */
static void rights(void)
{
	static const struct {
		uint64_t status;
		uint64_t mode;
		uint64_t readable, writable; /* entries, a bit each */
	} rows[] = {
#define E(name) (1ULL << (name))
		{ 0, MODE_SUPERVISOR, E(PLAIN) | E(READ_ONLY) | E(NOT_DIRTY) | E(MISALIGNED),
		  E(PLAIN) | E(MISALIGNED) },
		{ SUM, MODE_SUPERVISOR,
		  E(PLAIN) | E(READ_ONLY) | E(NOT_DIRTY) | E(MISALIGNED) | E(USER),
		  E(PLAIN) | E(MISALIGNED) | E(USER) },
		{ MXR, MODE_SUPERVISOR,
		  E(PLAIN) | E(READ_ONLY) | E(NOT_DIRTY) | E(MISALIGNED) | E(EXECUTE_ONLY),
		  E(PLAIN) | E(MISALIGNED) },
		{ SUM, MODE_USER, E(USER), E(USER) },
		{ MXR, MODE_USER, E(USER) | E(EXECUTE_USER), E(USER) },
#undef E
	};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set_up(satp(SV39), rows[i].status, rows[i].mode);
		for (unsigned int n = 0; n < ENTRIES; n++) {
			uint64_t at = address(SV39, 0, n);
			uint64_t leads = TARGET + 0x123 + (n == MISALIGNED ? 0x1000 : 0);

			expect(at, 0, rows[i].readable >> n & 1 ? leads : FAULT);
			expect(at, 1, rows[i].writable >> n & 1 ? leads : FAULT);
		}
	}
}

/* A table where nothing is: told with its page, and nothing of the load that needed it. */
static void table_nowhere(void)
{
	const uint64_t at = 3ULL << 30 | 8;

	vm_new();
	vm.data[1] = BLOCK(GUEST_CODE);
	vm.data[3] = entry(GUEST_NOWHERE, PTE_V);
	vm_start();
	vm_run(guest_reads_on, GUEST_DATA, 0, 0);
	VM_EXPECT_CALL(0x41);
	vm_reply(DISPOSITION_STEP, at);
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_NOWHERE);
	EXPECT_EQUAL(vm.exit.word[2], ACCESS_WALK);
	EXPECT_EQUAL(vm.exit.word[4], 0);
	EXPECT_EQUAL(vm.exit.word[5], at);
	vm_reply(DISPOSITION_ABORT, 0);
	VM_EXPECT_EXCEPTION(EXCEPTION_LOAD);
	EXPECT_EQUAL(vm_register(GUEST_ADDRESS), at);
}

static const struct test tests[] = {
	{ "stage 1: a table where nothing is", table_nowhere },
	{ "stage 1: walked in each mode", modes },
	{ "stage 1: rights", rights },
};

const struct suite stage1_suite = SUITE(tests);
