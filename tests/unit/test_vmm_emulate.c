/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses to devices that the server decodes itself, from the exit to the registers that the reply
 * brings.
 */
#include <string.h>

#include <idl/kernel.h>

#include "test_vmm_fixture.h"

#define PRIORITIES_OF_SPIS (DISTRIBUTOR + 0x400 + 32)
#define SYNDROME_WRITE     0x40

/* Whether the processor would tell of a write: bit L of a pair, opc of a single register. */
static bool is_store(uint32_t word)
{
	return !(word >> 22 & ((word >> 27 & 7) == 5 ? 1 : 3));
}

/*
 * Let the guest execute `word` with x3 = VIRTUAL + `address`, which makes an exit at `address`; of
 * what it was at the exit, only `write` is known.
 */
static uint64_t execute_as(uint32_t word, uint64_t address, bool write)
{
	const uint64_t exit[5] = { address, write ? ACCESS_WRITE : 0, 0,
				   0x92000000 | (write ? SYNDROME_WRITE : 0), VIRTUAL + address };

	memcpy(memory + 0x1000, &word, sizeof(word));
	page->registers.pc = VIRTUAL + ENTRY;
	page->registers.x[3] = VIRTUAL + address;
	return guest_exit(EXIT_MEMORY, exit) & ~(uint64_t)REPLY_SLOTS;
}

static uint64_t execute(uint32_t word, uint64_t address)
{
	return execute_as(word, address, is_store(word));
}

static void execute_well(uint32_t word, uint64_t address)
{
	ck_assert_uint_eq(execute(word, address), DISPOSITION_STEP | REPLY_REGISTERS);
	ck_assert_uint_eq(update->registers.pc, page->registers.pc);
}

START_TEST(test_pairs)
{
	guest_start();
	page->registers.x[1] = 0x1111111110203040;
	page->registers.x[2] = 0x2222222250607080;
	page->registers.x[30] = 30;
	page->registers.sp = 31;
	/* stp w1, w2, [x3], #-8 */
	execute_well(0x28bf0861, PRIORITIES_OF_SPIS);
	ck_assert_uint_eq(guest_read(PRIORITIES_OF_SPIS, 8), 0x5060708010203040);
	ck_assert_uint_eq(update->registers.x[3], VIRTUAL + PRIORITIES_OF_SPIS - 8);
	ck_assert_uint_eq(update->registers.x[1], page->registers.x[1]);
	ck_assert_uint_eq(update->registers.x[30], 30);
	ck_assert_uint_eq(update->registers.sp, 31);
	/* ldp w1, w2, [x3] */
	page->registers.x[1] = UINT64_MAX;
	page->registers.x[2] = UINT64_MAX;
	execute_well(0x29400861, PRIORITIES_OF_SPIS);
	ck_assert_uint_eq(update->registers.x[1], 0x10203040);
	ck_assert_uint_eq(update->registers.x[2], 0x50607080);
	ck_assert_uint_eq(update->registers.x[3], page->registers.x[3]);
	/* stp x1, xzr, [x3, #504] at 504 below. */
	page->registers.x[1] = 0xf0e0d0c0b0a09080;
	ck_assert_uint_eq(execute(0xa91ffc61, PRIORITIES_OF_SPIS - 504),
			  DISPOSITION_STEP | REPLY_REGISTERS);
	ck_assert_uint_eq(guest_read(PRIORITIES_OF_SPIS, 8), 0xf0e0d0c0b0a09080);
	/* ldpsw x1, x2, [x3], #8 */
	guest_write(PRIORITIES_OF_SPIS, 8, 0x7000000080000000);
	execute_well(0x68c10861, PRIORITIES_OF_SPIS);
	ck_assert_uint_eq(update->registers.x[1], 0xffffffff80000000);
	ck_assert_uint_eq(update->registers.x[2], 0x70000000);
	ck_assert_uint_eq(update->registers.x[3], VIRTUAL + PRIORITIES_OF_SPIS + 8);
}
END_TEST

START_TEST(test_writeback)
{
	guest_start();
	/* strb w1, [x3], #1; strb of register 31 writes zero. */
	page->registers.x[1] = 0xffffffffffffff48;
	execute_well(0x38001461, UART);
	ck_assert_str_eq(console_text(), "H");
	ck_assert_uint_eq(update->registers.x[3], VIRTUAL + UART + 1);
	/* ldrsb w1, [x3], #1 and ldrsb x1, [x3], #1 of a priority. */
	guest_write(PRIORITIES_OF_SPIS, 1, 0x80);
	execute_well(0x38c01461, PRIORITIES_OF_SPIS);
	ck_assert_uint_eq(update->registers.x[1], 0xffffff80);
	execute_well(0x38801461, PRIORITIES_OF_SPIS);
	ck_assert_uint_eq(update->registers.x[1], 0xffffffffffffff80);
	/* ldr w1, [sp], #4 with SP_EL0. */
	page->registers.sp = VIRTUAL + PRIORITIES_OF_SPIS;
	page->registers.pstate = 0x3c4;
	execute_well(0xb84047e1, PRIORITIES_OF_SPIS);
	ck_assert_uint_eq(update->registers.sp, VIRTUAL + PRIORITIES_OF_SPIS + 4);
	ck_assert_uint_eq(update->registers.x[1], 0x80);
	/*
	 * With TCO and ALLINT set, which a guest sets itself and a VMM must not: only PSTATE as it
	 * was passes the kernel's check, and what the instruction ends (BTYPE) the step ends.
	 */
	page->registers.pstate = 0xf2002c05;
	execute_well(0xb8404461, PRIORITIES_OF_SPIS);
	ck_assert_uint_eq(update->registers.pstate, page->registers.pstate);
}
END_TEST

/* The first half in memory, the second in a device, behind another page of the guest's tables. */
START_TEST(test_two_pages)
{
	const uint64_t edge = UART + 0x1000 - 8;

	guest_start();
	/* ldp x1, x2, [x3]: the second doubleword is behind the UART. */
	ck_assert_uint_eq(execute(0xa9400861, edge), DISPOSITION_ABORT);
	/* ldp w1, w2, [x3], wholly inside. */
	execute_well(0x29400861, edge);
	ck_assert_uint_eq(update->registers.x[2], 0xb1);
	/* ldr x1, [x3], #8: crosses the end. */
	ck_assert_uint_eq(execute(0xf8408461, edge + 4), DISPOSITION_ABORT);
}
END_TEST

START_TEST(test_refused_accesses)
{
	static const uint32_t words[] = {
		0x3cc10461, /* ldr q1, [x3], #16 */
		0xad400861, /* ldp q1, q2, [x3] */
		0x885f7c61, /* ldxr w1, [x3] */
		0xb8210062, /* ldadd w1, w2, [x3] */
		0xd50b7423, /* dc zva, x3 */
		0xd503201f, /* nop: the code has changed */
	};

	guest_start();
	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		ck_assert_uint_eq(execute(words[i], UART), DISPOSITION_ABORT);
	ck_assert_str_eq(log_text(),
			 "guest: undecodable access to 0x9000000 (pc 0xffff000040001000)\n");
	/* A doubleword is nothing for a UART: ldr x1, [x3], #8. */
	ck_assert_uint_eq(execute(0xf8408461, UART), DISPOSITION_ABORT);
	/* AArch32. */
	page->registers.pstate = 0x10;
	ck_assert_uint_eq(execute(0xb8404461, UART), DISPOSITION_ABORT);
}
END_TEST

/* The guest's tables allowed what was executed, and nothing of what stands there now. */
START_TEST(test_changed_code)
{
	guest_start();
	page->registers.x[1] = 'x';
	/* strb w1, [x3], #1 in the place of a load; ldrb w1, [x3], #1 in the place of a store. */
	ck_assert_uint_eq(execute_as(0x38001461, UART, false), DISPOSITION_ABORT);
	ck_assert_uint_eq(execute_as(0x38401461, UART, true), DISPOSITION_ABORT);
	/* stp w1, w2, [x3] in the place of a load. */
	ck_assert_uint_eq(execute_as(0x29000861, UART, false), DISPOSITION_ABORT);
	ck_assert_str_eq(console_text(), "");
}
END_TEST

START_TEST(test_code_elsewhere)
{
	const uint64_t exit[5] = { UART, 0, 0, 0x92000000, VIRTUAL + UART };

	guest_start();
	/* Code that is not mapped any more, that is a device, that ends with memory. */
	page->registers.pc = 0x1000;
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, exit), DISPOSITION_ABORT);
	page->registers.pc = VIRTUAL + DISTRIBUTOR;
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, exit), DISPOSITION_ABORT);
	page->registers.pc = VIRTUAL + MEMORY_BASE + MEMORY_SIZE - 2;
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, exit), DISPOSITION_ABORT);
}
END_TEST

START_TEST(test_no_decoding_needed)
{
	const uint64_t hole[5] = { NOWHERE, ACCESS_WRITE, 0, 0x92000040, VIRTUAL + NOWHERE };
	const uint64_t walk[5] = { UART, ACCESS_WALK, 0, 0x92000080, VIRTUAL + UART };
	const uint64_t maintenance[5] = { UART, ACCESS_WRITE, 0, 0x92000140, VIRTUAL + UART };
	const uint64_t broken[5] = { 0, 0, 0, 0x92000010, 0 };

	guest_start();
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, hole), DISPOSITION_ABORT);
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, walk), DISPOSITION_ABORT);
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, maintenance), DISPOSITION_STEP);
	ck_assert_uint_eq(guest_exit(EXIT_OTHER, broken), DISPOSITION_ABORT);
	ck_assert_str_eq(log_text(), "guest: no device to write at 0xa000000 (pc 0x40001000)\n"
				     "guest: no memory for tables at 0x9000000 (pc 0x40001000)\n"
				     "guest: unexpected trap 0x92000010 (pc 0x40001000)\n");
}
END_TEST

#define ROM 0x1000U

static uint32_t rom[1024] __attribute__((aligned(4096)));

static void start_with_rom(void)
{
	guest_start();
	config.rom_count = 1;
	config.roms[0] = (struct vmm_rom){ (uintptr_t)rom, sizeof(rom), ROM };
	vmm.memory.rom_count = 1;
}

/* ldp w1, w2, [x3] of a device, executed in a ROM. */
START_TEST(test_code_in_rom)
{
	const uint64_t exit[5] = { PRIORITIES_OF_SPIS, 0, 0, 0x92000000,
				   VIRTUAL + PRIORITIES_OF_SPIS };

	start_with_rom();
	rom[1] = 0x29400861;
	guest_write(PRIORITIES_OF_SPIS + 4, 1, 0x40);
	page->registers.pc = VIRTUAL + ROM + 4;
	page->registers.x[3] = VIRTUAL + PRIORITIES_OF_SPIS;
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, exit), DISPOSITION_STEP | REPLY_REGISTERS);
	ck_assert_uint_eq(update->registers.x[2], 0x40);
}
END_TEST

/* Stores are refused, be they decoded or not; maintenance of its lines has nothing to do. */
START_TEST(test_writes_to_rom)
{
	const uint64_t access = ACCESS_WRITE | ACCESS_PERMISSION;
	const uint64_t decoded[5] = { ROM, access | ACCESS_DECODED | 2, 1, 0x9200004f, ROM };
	const uint64_t maintenance[5] = { ROM + 64, access, 0, 0x9200014f, ROM + 64 };
	const uint64_t pair[5] = { ROM + 8, access, 0, 0x9200004f, VIRTUAL + ROM + 8 };

	start_with_rom();
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, decoded), DISPOSITION_ABORT);
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, maintenance), DISPOSITION_STEP);
	/* stp w1, w2, [x3] */
	rom[0] = 0x29000861;
	page->registers.pc = VIRTUAL + ROM;
	page->registers.x[3] = VIRTUAL + ROM + 8;
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, pair), DISPOSITION_ABORT);
	ck_assert_uint_eq(rom[2], 0);
	ck_assert_str_eq(log_text(),
			 "guest: write to read-only memory at 0x1000 (pc 0x40001000)\n"
			 "guest: write to read-only memory at 0x1008 (pc 0xffff000000001000)\n");
}
END_TEST

/* The end of a ROM and the device behind it: what is read of the one, and written to neither. */
START_TEST(test_rom_before_device)
{
	const uint64_t at = UART - 4;
	uint64_t read[5] = { UART, 0, 0, 0x92000000, VIRTUAL + UART };
	uint64_t write[5] = { UART, ACCESS_WRITE, 0, 0x92000040, VIRTUAL + UART };

	start_with_rom();
	config.roms[0].address = UART - sizeof(rom);
	rom[1023] = 0x12345678;
	page->registers.x[1] = 'x';
	page->registers.x[2] = 'y';
	page->registers.x[3] = VIRTUAL + at;
	page->registers.pc = VIRTUAL + UART - sizeof(rom);
	/* ldp w1, w2, [x3] */
	rom[0] = 0x29400861;
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, read), DISPOSITION_STEP | REPLY_REGISTERS);
	ck_assert_uint_eq(update->registers.x[1], 0x12345678);
	/* stp w1, w2, [x3] */
	rom[0] = 0x29000861;
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, write), DISPOSITION_ABORT);
	ck_assert_uint_eq(rom[1023], 0x12345678);
	ck_assert_str_eq(console_text(), "");
}
END_TEST

/* Any instruction at any device, with any registers: an answer, and nothing else. */
START_TEST(test_random_instructions)
{
	uint64_t random = 0x2545f4914f6cdd1d;

	guest_start();
	for (uint32_t i = 0; i < 300000; i++) {
		uint64_t label;

		for (uint32_t r = 0; r < 31; r++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			page->registers.x[r] = random & 1 ? random : VIRTUAL + UART + random % 8192;
		}
		label = execute(0x28000000 | (uint32_t)(random >> 3),
				(random & 2 ? UART : DISTRIBUTOR) + random % 0x1000);
		must(label == DISPOSITION_ABORT || label == (DISPOSITION_STEP | REPLY_REGISTERS));
		console_text();
	}
}
END_TEST

Suite *emulate_suite(void)
{
	Suite *suite = suite_create("emulate");
	TCase *tests = tcase_create("emulate");

	tcase_add_test(tests, test_pairs);
	tcase_add_test(tests, test_writeback);
	tcase_add_test(tests, test_two_pages);
	tcase_add_test(tests, test_refused_accesses);
	tcase_add_test(tests, test_changed_code);
	tcase_add_test(tests, test_code_elsewhere);
	tcase_add_test(tests, test_no_decoding_needed);
	tcase_add_test(tests, test_code_in_rom);
	tcase_add_test(tests, test_writes_to_rom);
	tcase_add_test(tests, test_rom_before_device);
	tcase_add_test(tests, test_random_instructions);
	tcase_set_timeout(tests, 60);
	suite_add_tcase(suite, tests);
	return suite;
}
