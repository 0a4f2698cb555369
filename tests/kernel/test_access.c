/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses to where nothing is mapped: what the exit tells, and how its reply completes them. */
#include "vm.h"

extern const char guest_load_8[], guest_store_8[];

static void reads(void)
{
	vm_new();
	for (size_t i = 0; i < guest_load_count; i++) {
		const struct access_program *load = &guest_loads[i];
		uint64_t address = GUEST_NOWHERE + 0x120;

		vm_start();
		vm_run(load->program, address, READ_OLD, 0);
		VM_EXPECT(EXIT_MEMORY);
		EXPECT_EQUAL(vm.exit.word[1], address);
		EXPECT_EQUAL(vm.exit.word[5], address);
		EXPECT_EQUAL(vm.exit.word[2], load->size_bits | ACCESS_DECODED);
		EXPECT_EQUAL(vm.page->registers.pc, guest_address(load->program) + ACCESS_OFFSET);
		vm_reply(DISPOSITION_STEP, READ_VALUE);
		VM_EXPECT_CALL(0);
		EXPECT_EQUAL(vm_register(GUEST_A1), load->expected);
		EXPECT_EQUAL(vm_register(GUEST_A0), address);
		vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	}
}

static void writes(void)
{
	vm_new();
	for (size_t i = 0; i < guest_store_count; i++) {
		const struct access_program *store = &guest_stores_of[i];
		uint64_t address = GUEST_NOWHERE + 0xff8;

		vm_start();
		vm_run(store->program, address, READ_VALUE, 0);
		VM_EXPECT(EXIT_MEMORY);
		EXPECT_EQUAL(vm.exit.word[1], address);
		EXPECT_EQUAL(vm.exit.word[2], store->size_bits | ACCESS_DECODED | ACCESS_WRITE);
		EXPECT_EQUAL(vm.exit.word[3], store->expected);
		vm_reply(DISPOSITION_STEP, 0x55);
		VM_EXPECT_CALL(0);
		EXPECT_EQUAL(vm_register(GUEST_A1), READ_VALUE);
		vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	}
}

/* What the hardware does not decode: only the address is told, and no step can complete it. */
static void undecoded(void)
{
	vm_new();
	for (size_t i = 0; i < guest_undecoded_count; i++) {
		uint64_t address = GUEST_NOWHERE + 0x40 + guest_undecoded[i].offset;

		vm_start();
		vm_run(guest_undecoded[i].program, GUEST_NOWHERE + 0x40, READ_OLD, 0);
		VM_EXPECT(EXIT_MEMORY);
		EXPECT_EQUAL(vm.exit.word[2] & ACCESS_DECODED, 0);
		EXPECT_EQUAL(vm.exit.word[1], address);
		EXPECT_EQUAL(vm.exit.word[5], address);
		vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	}
}

/* The VMM has emulated it: a register changed, next instruction. */
static void completed_by_hand(void)
{
	const struct undecoded_program *undecoded = &guest_undecoded[0];

	vm_boot(undecoded->program, GUEST_NOWHERE + 0x40, READ_VALUE, EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[2] & ACCESS_DECODED, 0);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_NOWHERE + 0x40);
	vm.update->registers = vm.page->registers;
	vm.update->registers.x[GUEST_A0] += 8;
	vm.update->registers.pc += 4;
	vm_reply(DISPOSITION_RESUME | REPLY_REGISTERS, 0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A0), GUEST_NOWHERE + 0x48);
	EXPECT_EQUAL(vm_register(GUEST_A1), READ_VALUE);
}

static void permission(void)
{
	vm_boot(guest_store_8, GUEST_CODE + 0x18, READ_VALUE, EXIT_MEMORY);
	EXPECT(vm.exit.word[2] & ACCESS_PERMISSION);
	EXPECT(vm.exit.word[2] & ACCESS_WRITE);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_CODE + 0x18);
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(0);
}

static void memory_is_none(void)
{
	vm_new();
	vm.data[3] = READ_VALUE;
	vm_start();
	vm_run(guest_load_8, GUEST_DATA + 24, 0, 0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A1), READ_VALUE);
}

/* The reply says to try again: the VMM has mapped what was missing. */
static void mapped_meanwhile(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	volatile uint64_t *words = scratch_map(mint_new(frame, RIGHTS_ALL, 0), 60);

	words[1] = READ_VALUE;
	vm_boot(guest_load_8, GUEST_CODE + 0x20008, 0, EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[2] & ACCESS_PERMISSION, 0);
	EXPECT_OK(frame_map(frame, vm.space, GUEST_CODE + 0x20000, RIGHT_READ, MEMORY_NORMAL));
	vm_reply(DISPOSITION_RESUME, 0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm_register(GUEST_A1), READ_VALUE);
}

static void beyond_the_space(void)
{
	/* Above 39 bits: an address size that the space does not have. */
	vm_boot(guest_load_8, 1ULL << 39, 0, EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], 1ULL << 39);
}

static const struct test tests[] = {
	{ "access: reads of every size, sign extension", reads },
	{ "access: writes of every size", writes },
	{ "access: what is not decoded", undecoded },
	{ "access: completed by the VMM with registers", completed_by_hand },
	{ "access: against the mapping's rights", permission },
	{ "access: memory makes no exit", memory_is_none },
	{ "access: tried again after the page was mapped", mapped_meanwhile },
	{ "access: beyond the guest's space", beyond_the_space },
};

const struct suite access_suite = SUITE(tests);
