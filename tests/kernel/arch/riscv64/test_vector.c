/* SPDX-License-Identifier: BSD-2-Clause */
/* Vector registers of guests, on a processor that has them; on one without, its instructions are none. */
#include "vm.h"

extern const char guest_vectors[], guest_load_vector[];

/* What guest_vectors sets: one element of 32 bits, tail and mask agnostic; vxrm 2 and vxsat. */
#define VTYPE 0xd0
#define VCSR  5

static bool has_vectors(void)
{
	if (vm.page->features & FEATURE_V)
		return true;
	VM_EXPECT_EXCEPTION(EXCEPTION_UNDEFINED);
	return false;
}

static void fill(uint32_t place, uint64_t salt)
{
	vm_new_at(place);
	vm_start();
	vm_run(guest_vectors, salt, ~salt, salt << 1);
}

static void expect_filled(uint64_t salt)
{
	const uint64_t values[] = { salt, ~salt, salt << 1, salt };
	uint64_t words;

	vm_reply(DISPOSITION_STEP, GUEST_DATA);
	VM_EXPECT_CALL(0x71);
	words = 32 * vm_register(GUEST_A0) / sizeof(uint64_t);
	for (uint64_t i = 0; i < words; i++)
		EXPECT_EQUAL(vm.data[i], values[i / (words / ARRAY_SIZE(values))]);
	EXPECT_EQUAL(vm_register(GUEST_A1), VTYPE);
	EXPECT_EQUAL(vm_register(GUEST_A2), 1);
	EXPECT_EQUAL(vm_register(GUEST_A2 + 1), VCSR);
}

/* Two guests in turns. */
static void of_two(void)
{
	struct vm first;

	fill(1, 0x0123456789abcdef);
	if (!has_vectors())
		return;
	VM_EXPECT_CALL(0x70);
	first = vm;
	fill(0, 0xfedcba9876543210);
	VM_EXPECT_CALL(0x70);
	expect_filled(0xfedcba9876543210);
	/* Its exit, which the test did not answer before it took the other's, comes again. */
	vm = first;
	vm_wait();
	VM_EXPECT_CALL(0x70);
	expect_filled(0x0123456789abcdef);
}

static void saved(void)
{
	volatile uint64_t *to;
	const volatile uint64_t *from;

	fill(0, 0x1122334455667788);
	if (!has_vectors())
		return;
	EXPECT_OK(vcpu_stop(vm.vcpu, 0));
	vm_reply_and_leave(DISPOSITION_RESUME, 0, 10);
	EXPECT_OK(vcpu_save(vm.vcpu));
	to = (volatile uint64_t *)&vm.update->state;
	from = (const volatile uint64_t *)&vm.page->state;
	for (size_t i = 0; i < sizeof(vm.page->state) / sizeof(uint64_t); i++)
		to[i] = from[i];
	EXPECT_OK(vcpu_restore(vm.vcpu));
	EXPECT_OK(vcpu_resume(vm.vcpu));
	vm_wait();
	VM_EXPECT_CALL(0x70);
	expect_filled(0x1122334455667788);
}

/* The hardware says nothing of it but the address: the kernel reads it, and steps over it. */
static void load(void)
{
	const volatile uint32_t *instruction;

	vm_new();
	vm_start();
	vm_run(guest_load_vector, GUEST_NOWHERE + 0x40, 0, 0);
	if (!has_vectors())
		return;
	VM_EXPECT(EXIT_MEMORY);
	EXPECT_EQUAL(vm.exit.word[1], GUEST_NOWHERE + 0x40);
	EXPECT_EQUAL(vm.exit.word[2], 0);
	instruction = (const volatile uint32_t *)(guest_load_vector + vm.page->registers.pc -
						  guest_address(guest_load_vector));
	EXPECT_EQUAL(vm.exit.word[4], *instruction);
	vm_reply(DISPOSITION_STEP, 0);
	VM_EXPECT_CALL(0);
}

static const struct test tests[] = {
	{ "vector: registers of two guests", of_two },
	{ "vector: registers saved and restored", saved },
	{ "vector: a load where nothing is", load },
};

const struct suite vector_suite = SUITE(tests);
