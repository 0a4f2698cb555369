/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses to where nothing is mapped: what the exit tells, and how its reply completes them. */
#include "vm.h"

extern const char guest_it_load[], guest_ldrb[], guest_ldrh[], guest_ldr_w[], guest_ldr_x[],
	guest_ldrsb_w[];
extern const char guest_ldrsb_x[], guest_ldrsh_w[], guest_ldrsh_x[], guest_ldrsw[];
extern const char guest_ldr_zero[], guest_strb[], guest_strh[], guest_str_w[], guest_str_x[];
extern const char guest_str_zero[], guest_ldp[], guest_stp[], guest_ldr_post[], guest_str_pre[];
extern const char guest_ldadd[];

#define VALUE 0xf1e2d3c4b5a69788ULL
/* What x1 holds before. */
#define OLD 0x1122334455667788ULL
/* The instruction of an access program: behind the three that set the vectors. */
#define ACCESS_OFFSET 12

static void reads(void)
{
	static const struct {
		const char *program;
		uint64_t size_bits;
		uint64_t expected;
	} cases[] = {
		{ guest_ldrb, 0, 0x88 },
		{ guest_ldrh, 1, 0x9788 },
		{ guest_ldr_w, 2, 0xb5a69788 },
		{ guest_ldr_x, 3, VALUE },
		{ guest_ldrsb_w, 0, 0xffffff88 },
		{ guest_ldrsb_x, 0, 0xffffffffffffff88 },
		{ guest_ldrsh_w, 1, 0xffff9788 },
		{ guest_ldrsh_x, 1, 0xffffffffffff9788 },
		{ guest_ldrsw, 2, 0xffffffffb5a69788 },
		{ guest_ldr_zero, 3, OLD },
	};

	vm_new();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t address = GUEST_NOWHERE + 0x120;

		vm_start();
		vm_run(cases[i].program, address, OLD, 0);
		VM_EXPECT(EXIT_MEMORY);
		EXPECT_EQUAL(vm.exit.word[1], address);
		EXPECT_EQUAL(vm.exit.word[5], address);
		EXPECT_EQUAL(vm.exit.word[2], cases[i].size_bits | ACCESS_DECODED);
		EXPECT_EQUAL(vm.page->registers.pc,
			     guest_address(cases[i].program) + ACCESS_OFFSET);
		vm_reply(DISPOSITION_STEP, VALUE);
		VM_EXPECT_CALL(0);
		EXPECT_EQUAL(vm.page->registers.x[1], cases[i].expected);
		EXPECT_EQUAL(vm.page->registers.x[0], address);
		vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	}
}

static void writes(void)
{
	static const struct {
		const char *program;
		uint64_t size_bits;
		uint64_t expected;
	} cases[] = {
		{ guest_strb, 0, 0x88 },        { guest_strh, 1, 0x9788 },
		{ guest_str_w, 2, 0xb5a69788 }, { guest_str_x, 3, VALUE },
		{ guest_str_zero, 3, 0 },
	};

	vm_new();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t address = GUEST_NOWHERE + 0xff8;

		vm_start();
		vm_run(cases[i].program, address, VALUE, 0);
		VM_EXPECT(EXIT_MEMORY);
		EXPECT_EQUAL(vm.exit.word[1], address);
		EXPECT_EQUAL(vm.exit.word[2], cases[i].size_bits | ACCESS_DECODED | ACCESS_WRITE);
		EXPECT_EQUAL(vm.exit.word[3], cases[i].expected);
		vm_reply(DISPOSITION_STEP, 0x55);
		VM_EXPECT_CALL(0);
		EXPECT_EQUAL(vm.page->registers.x[1], VALUE);
		vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	}
}

/* What the hardware does not decode: only the address is told, and no step can complete it. */
static void undecoded(void)
{
	static const char *const programs[] = { guest_ldp, guest_stp, guest_ldr_post, guest_ldadd };

	vm_new();
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		vm_start();
		vm_run(programs[i], GUEST_NOWHERE + 0x40, OLD, 0);
		VM_EXPECT(EXIT_MEMORY);
		EXPECT_EQUAL(vm.exit.word[2] & ACCESS_DECODED, 0);
		EXPECT_EQUAL(vm.exit.word[1] & ~0xfffULL, GUEST_NOWHERE);
		EXPECT_EQUAL(vm.exit.word[5], GUEST_NOWHERE + 0x40);
		vm_reply_and_leave(DISPOSITION_PARK, 0, 10);
	}
}

static void completed_by_hand(void)
{
	vm_boot(guest_str_pre, GUEST_NOWHERE + 0x40, VALUE, EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[2] & ACCESS_DECODED, 0);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_NOWHERE + 0x48);
	/* The VMM has emulated it: base written back, next instruction. */
	for (unsigned int i = 0; i < 31; i++)
		vm.update->registers.x[i] = vm.page->registers.x[i];
	vm.update->registers.x[0] += 8;
	vm.update->registers.sp = vm.page->registers.sp;
	vm.update->registers.pc = vm.page->registers.pc + 4;
	vm.update->registers.pstate = vm.page->registers.pstate;
	vm_reply(DISPOSITION_RESUME | REPLY_REGISTERS, 0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm.page->registers.x[0], GUEST_NOWHERE + 0x48);
}

static void permission(void)
{
	vm_boot(guest_str_x, GUEST_CODE + 0x18, VALUE, EXIT_MEMORY);
	EXPECT(vm.exit.word[2] & ACCESS_PERMISSION);
	EXPECT(vm.exit.word[2] & ACCESS_WRITE);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_CODE + 0x18);
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(0);
}

/* A process in AArch32, between conditional instructions: the step is over one of them. */
static void in_an_it_block(void)
{
	vm_boot(guest_it_load, GUEST_NOWHERE, OLD, EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[2], ACCESS_DECODED | 2);
	vm_reply(DISPOSITION_STEP, VALUE);
	VM_EXPECT_CALL(0x43);
	EXPECT_EQUAL(vm.page->registers.x[1], (uint32_t)VALUE);
	EXPECT_EQUAL(vm.page->registers.x[2], 0);
}

static void memory_is_none(void)
{
	vm_new();
	vm.data[3] = VALUE;
	vm_start();
	vm_run(guest_ldr_x, GUEST_DATA + 24, 0, 0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm.page->registers.x[1], VALUE);
}

/* The reply says to try again: the VMM has mapped what was missing. */
static void mapped_meanwhile(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	volatile uint64_t *words = scratch_map(mint_new(frame, RIGHTS_ALL, 0), 60);

	words[1] = VALUE;
	vm_boot(guest_ldr_x, GUEST_CODE + 0x20008, 0, EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[2] & ACCESS_PERMISSION, 0);
	EXPECT_OK(frame_map(frame, vm.space, GUEST_CODE + 0x20000, RIGHT_READ, MEMORY_NORMAL));
	vm_reply(DISPOSITION_RESUME, 0);
	VM_EXPECT_CALL(0);
	EXPECT_EQUAL(vm.page->registers.x[1], VALUE);
}

static void beyond_the_space(void)
{
	/* Above 39 bits: an address size that the space does not have. */
	vm_boot(guest_ldr_x, 1ULL << 39, 0, EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], 1ULL << 39);
}

static const struct test tests[] = {
	{ "access: reads of every size, sign extension", reads },
	{ "access: writes of every size", writes },
	{ "access: what is not decoded", undecoded },
	{ "access: completed by the VMM with registers", completed_by_hand },
	{ "access: against the mapping's rights", permission },
	{ "access: in an IT block", in_an_it_block },
	{ "access: memory makes no exit", memory_is_none },
	{ "access: tried again after the page was mapped", mapped_meanwhile },
	{ "access: beyond the guest's space", beyond_the_space },
};

const struct suite access_suite = SUITE(tests);
