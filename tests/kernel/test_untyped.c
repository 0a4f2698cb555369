/* SPDX-License-Identifier: BSD-2-Clause */
/* Untyped: what retype makes, what it refuses, and that revoke gives all back. */
#include "test.h"

#include <cloister/string.h>

static uint64_t used(cap_t untyped)
{
	uint64_t address, bytes;
	uint32_t size_bits, flags;

	EXPECT_OK(untyped_describe(untyped, &address, &size_bits, &flags, &bytes));
	return bytes;
}

static enum status retype(cap_t untyped, enum object_type type, uint32_t size_bits, cap_t slot)
{
	return untyped_retype(untyped, type, size_bits, ROOT_SLOT_CNODE, slot, 1, 0);
}

static void boot_untypeds(void)
{
	const struct boot_info *boot = (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;

	EXPECT(boot->untyped_count > 0 && boot->untyped_count <= BOOT_UNTYPED_MAX);
	for (uint32_t i = 0; i < boot->untyped_count; i++) {
		uint64_t address, bytes;
		uint32_t size_bits, flags;

		EXPECT_OK(untyped_describe(ROOT_SLOT_UNTYPED + i, &address, &size_bits, &flags,
					   &bytes));
		EXPECT_EQUAL(address, boot->untyped[i].address);
		EXPECT_EQUAL(size_bits, boot->untyped[i].size_bits);
		EXPECT_EQUAL(flags, boot->untyped[i].flags);
		EXPECT_EQUAL(address & ((1ULL << size_bits) - 1), 0);
	}
}

static void boot_untypeds_apart(void)
{
	const struct boot_info *boot = (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;

	for (uint32_t i = 0; i < boot->untyped_count; i++)
		for (uint32_t j = 0; j < i; j++) {
			const struct boot_untyped *a = &boot->untyped[i];
			const struct boot_untyped *b = &boot->untyped[j];

			EXPECT(a->address + (1ULL << a->size_bits) <= b->address ||
			       b->address + (1ULL << b->size_bits) <= a->address);
		}
}

static void all_types(void)
{
	static const struct {
		enum object_type type;
		uint32_t size_bits;
		uint32_t bits;
	} objects[] = {
		{ OBJECT_UNTYPED, 14, 14 },
		{ OBJECT_CNODE, 4, 4 + BITS_SLOT },
		{ OBJECT_THREAD, 0, BITS_THREAD },
		{ OBJECT_VCPU, 0, BITS_VCPU },
		{ OBJECT_SCHED_CONTEXT, 0, BITS_SCHED_CONTEXT },
		{ OBJECT_ENDPOINT, 0, BITS_ENDPOINT },
		{ OBJECT_NOTIFICATION, 0, BITS_NOTIFICATION },
		{ OBJECT_FRAME, 12, 12 },
		{ OBJECT_FRAME, 21, 21 },
		{ OBJECT_PAGE_TABLE, 0, BITS_PAGE_TABLE },
		{ OBJECT_ADDRESS_SPACE, 0, BITS_ADDRESS_SPACE },
		{ OBJECT_GUEST_SPACE, 0, BITS_GUEST_SPACE },
	};

	EXPECT_EQUAL(used(ARENA), 0);
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		uint64_t before = used(ARENA);
		uint64_t size = 1ULL << objects[i].bits;
		uint64_t start = (before + size - 1) & ~(size - 1);

		object_new(objects[i].type, objects[i].size_bits);
		EXPECT_EQUAL(used(ARENA), start + size);
	}
}

static void several_at_once(void)
{
	cap_t frames = slots_new(4);
	uint64_t first, address;

	EXPECT_OK(untyped_retype(ARENA, OBJECT_FRAME, PAGE_BITS, ROOT_SLOT_CNODE, frames, 4, 0));
	EXPECT_OK(frame_address(frames, &first));
	for (uint32_t i = 1; i < 4; i++) {
		EXPECT_OK(frame_address(frames + i, &address));
		EXPECT_EQUAL(address, first + i * PAGE_SIZE);
	}
}

static void into_another_cnode(void)
{
	cap_t cnode = object_new(OBJECT_CNODE, 4);
	cap_t moved = slot_new();

	EXPECT_OK(untyped_retype(ARENA, OBJECT_ENDPOINT, 0, cnode, 3, 2, 0));
	EXPECT_STATUS(untyped_retype(ARENA, OBJECT_ENDPOINT, 0, cnode, 4, 1, 0), ERR_OCCUPIED);
	EXPECT_OK(cnode_move(cnode, 4, ROOT_SLOT_CNODE, moved));
	EXPECT_OK(untyped_retype(ARENA, OBJECT_ENDPOINT, 0, cnode, 4, 1, 0));
}

static void exhaustion(void)
{
	cap_t untyped = object_new(OBJECT_UNTYPED, 13);
	cap_t slots = slots_new(3);

	EXPECT_STATUS(untyped_retype(untyped, OBJECT_FRAME, PAGE_BITS, ROOT_SLOT_CNODE, slots, 3,
				     0),
		      ERR_MEMORY);
	EXPECT_EQUAL(used(untyped), 0);
	EXPECT_OK(retype(untyped, OBJECT_FRAME, PAGE_BITS, slots));
	EXPECT_STATUS(retype(untyped, OBJECT_UNTYPED, 13, slots + 1), ERR_MEMORY);
	EXPECT_EQUAL(used(untyped), PAGE_SIZE);
	EXPECT_OK(retype(untyped, OBJECT_FRAME, PAGE_BITS, slots + 1));
	EXPECT_STATUS(retype(untyped, OBJECT_ENDPOINT, 0, slots + 2), ERR_MEMORY);
	EXPECT_STATUS(cnode_delete(ROOT_SLOT_CNODE, slots + 2), ERR_CAPABILITY);
}

static void revoke_gives_back(void)
{
	cap_t untyped = object_new(OBJECT_UNTYPED, 14);
	cap_t inner = slot_new(), frame = slot_new(), copy = slot_new();

	for (unsigned int round = 0; round < 3; round++) {
		uint64_t *words;

		EXPECT_OK(retype(untyped, OBJECT_UNTYPED, 13, inner));
		EXPECT_OK(retype(inner, OBJECT_FRAME, PAGE_BITS, frame));
		EXPECT_OK(cnode_copy(ROOT_SLOT_CNODE, frame, ROOT_SLOT_CNODE, copy));
		words = scratch_map(copy, 0);
		for (size_t i = 0; i < PAGE_SIZE / sizeof(*words); i++) {
			EXPECT_EQUAL(words[i], 0);
			words[i] = 0x5a5a5a5a00000000 + i;
		}
		EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, untyped));
		EXPECT_EQUAL(used(untyped), 0);
		EXPECT_STATUS(cnode_delete(ROOT_SLOT_CNODE, inner), ERR_CAPABILITY);
		EXPECT_STATUS(cnode_delete(ROOT_SLOT_CNODE, frame), ERR_CAPABILITY);
		EXPECT_STATUS(cnode_delete(ROOT_SLOT_CNODE, copy), ERR_CAPABILITY);
	}
}

static void given_out_once(void)
{
	cap_t untyped = object_new(OBJECT_UNTYPED, 12);
	cap_t frame = slot_new();

	/* Without a revoke of the Untyped, its memory stays used when what was made of it is gone. */
	EXPECT_OK(retype(untyped, OBJECT_FRAME, PAGE_BITS, frame));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, frame));
	EXPECT_STATUS(retype(untyped, OBJECT_FRAME, PAGE_BITS, frame), ERR_MEMORY);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, untyped));
	EXPECT_OK(retype(untyped, OBJECT_FRAME, PAGE_BITS, frame));
}

static void wrong_sizes(void)
{
	static const struct {
		enum object_type type;
		uint32_t size_bits;
	} wrong[] = {
		{ OBJECT_UNTYPED, 11 },      { OBJECT_UNTYPED, 48 },      { OBJECT_UNTYPED, 64 },
		{ OBJECT_FRAME, 0 },         { OBJECT_FRAME, 13 },        { OBJECT_FRAME, 22 },
		{ OBJECT_FRAME, 0x10c },     { OBJECT_CNODE, 1 },         { OBJECT_CNODE, 17 },
		{ OBJECT_THREAD, 11 },       { OBJECT_VCPU, 1 },          { OBJECT_ENDPOINT, 6 },
		{ OBJECT_NOTIFICATION, 1 },  { OBJECT_SCHED_CONTEXT, 9 }, { OBJECT_PAGE_TABLE, 12 },
		{ OBJECT_ADDRESS_SPACE, 1 }, { OBJECT_GUEST_SPACE, 1 },   { OBJECT_IRQ_CONTROL, 0 },
		{ OBJECT_IRQ_HANDLER, 0 },   { OBJECT_FIRMWARE, 0 },      { OBJECT_NULL, 0 },
		{ (enum object_type)31, 0 },
	};
	cap_t slot = slot_new();

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		EXPECT_STATUS(retype(ARENA, wrong[i].type, wrong[i].size_bits, slot), ERR_ARGUMENT);
	EXPECT_EQUAL(used(ARENA), 0);
}

static void wrong_destinations(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t slots = slots_new(2);
	uint64_t before;

	EXPECT_OK(retype(ARENA, OBJECT_ENDPOINT, 0, slots + 1));
	before = used(ARENA);
	EXPECT_STATUS(untyped_retype(ARENA, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, slots, 2, 0),
		      ERR_OCCUPIED);
	EXPECT_STATUS(cnode_delete(ROOT_SLOT_CNODE, slots), ERR_CAPABILITY);
	EXPECT_STATUS(untyped_retype(ARENA, OBJECT_ENDPOINT, 0, endpoint, slots, 1, 0), ERR_TYPE);
	EXPECT_STATUS(untyped_retype(ARENA, OBJECT_ENDPOINT, 0, slots, slots, 1, 0),
		      ERR_CAPABILITY);
	EXPECT_STATUS(untyped_retype(ARENA, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, slots, 1, 64),
		      ERR_ARGUMENT);
	EXPECT_REFUSED(
		untyped_retype(ARENA, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, 0xffffffff, 1, 0));
	EXPECT_REFUSED(
		untyped_retype(ARENA, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, slots, 0xffffffff, 0));
	EXPECT_EQUAL(used(ARENA), before);
}

static void image_memory(void)
{
	const void *code = (const void *)(uintptr_t)test_run;
	const void *page = (const void *)((uintptr_t)code & ~(PAGE_SIZE - 1));
	cap_t frame = slot_new();

	/* The program's pages were given out once already, to run it. */
	EXPECT_OK(cnode_copy(ROOT_SLOT_CNODE, program_frame(code), ROOT_SLOT_CNODE, frame));
	EXPECT(memcmp(scratch_map(frame, 0), page, PAGE_SIZE) == 0);
}

static void image_memory_gives_frames_only(void)
{
	const struct boot_info *boot = (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;
	cap_t slot = slot_new(), frame = slot_new();
	uint32_t i = 0;

	while (i < boot->untyped_count && !(boot->untyped[i].flags & UNTYPED_IMAGE))
		i++;
	EXPECT(i < boot->untyped_count);
	EXPECT_STATUS(retype(ROOT_SLOT_UNTYPED + i, OBJECT_THREAD, 0, slot), ERR_ARGUMENT);
	EXPECT_STATUS(retype(ROOT_SLOT_UNTYPED + i, OBJECT_ENDPOINT, 0, slot), ERR_ARGUMENT);
	EXPECT_STATUS(untyped_retype(ROOT_SLOT_UNTYPED + i, OBJECT_FRAME, PAGE_BITS,
				     ROOT_SLOT_CNODE, slot, 1, 8),
		      ERR_ARGUMENT);
	EXPECT_REFUSED(untyped_retype(ROOT_SLOT_UNTYPED + i, OBJECT_FRAME, PAGE_BITS,
				      ROOT_SLOT_CNODE, slot, 1,
				      1ULL << boot->untyped[i].size_bits));
	EXPECT_OK(retype(ROOT_SLOT_UNTYPED + i, OBJECT_UNTYPED, PAGE_BITS, slot));
	EXPECT_STATUS(retype(slot, OBJECT_ENDPOINT, 0, frame), ERR_ARGUMENT);
	EXPECT_OK(retype(slot, OBJECT_FRAME, PAGE_BITS, frame));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, frame));
	EXPECT_OK(cnode_delete(ROOT_SLOT_CNODE, slot));
}

static const struct test tests[] = {
	{ "untyped: the first ones are as boot_info says", boot_untypeds },
	{ "untyped: the first ones do not overlap", boot_untypeds_apart },
	{ "untyped: retype makes every type, aligned", all_types },
	{ "untyped: retype makes several at once", several_at_once },
	{ "untyped: retype into another CNode", into_another_cnode },
	{ "untyped: exhaustion leaves all as it was", exhaustion },
	{ "untyped: revoke gives all back, zeroed", revoke_gives_back },
	{ "untyped: memory is given out once", given_out_once },
	{ "untyped: wrong types and sizes", wrong_sizes },
	{ "untyped: wrong destinations", wrong_destinations },
	{ "untyped: image memory keeps its contents", image_memory },
	{ "untyped: image memory gives frames only", image_memory_gives_frames_only },
};

const struct suite untyped_suite = SUITE(tests);
