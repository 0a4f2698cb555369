/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the manifest to the root server's first instruction; the kernel's console; and the ends of the machine.
 */
#include "kernel_machine.h"

#include <arch/cpu.h>
#include <boot.h>
#include <console.h>

static bool said(const char *words)
{
	return __builtin_strstr(fake_console_text(), words);
}

static bool reaches(uint64_t address, uint32_t rights, paddr_t physical)
{
	paddr_t found = 0;

	return fake_access(&root.thread->context, address, rights, &found) && found == physical;
}

static bool faults(uint64_t address)
{
	paddr_t found;

	return !fake_access(&root.thread->context, address, RIGHT_READ, &found);
}

START_TEST(the_root_server_finds)
{
	const struct boot_info *info;
	paddr_t found = 0;

	ck_assert(fake_access(&root.thread->context, ROOT_BOOT_INFO, RIGHT_READ, &found));
	ck_assert(!reaches(ROOT_BOOT_INFO, RIGHT_WRITE, found));
	info = phys_to_virt(found);
	ck_assert_uint_eq(info->counter_frequency, FAKE_FREQUENCY);
	ck_assert(reaches(info->manifest, RIGHT_READ, MACHINE_IMAGE));
	ck_assert_uint_eq(MACHINE_IMAGE - info->image_offset, ROOT_IMAGE);
	ck_assert_uint_eq(info->untyped_count, MACHINE_UNTYPEDS);
	for (uint32_t i = 0; i < info->untyped_count; i++) {
		const struct slot *slot = slot_of(ROOT_SLOT_UNTYPED + i);

		ck_assert_int_eq(slot->type, OBJECT_UNTYPED);
		ck_assert_uint_eq(slot->object, info->untyped[i].address);
		ck_assert_uint_eq(slot->size_bits, info->untyped[i].size_bits);
		ck_assert_uint_eq(slot->flags & SLOT_MEMORY_FLAGS, info->untyped[i].flags);
	}
	ck_assert_uint_eq(root.thread->registers.pc, ROOT_PROGRAM);
	ck_assert_uint_eq(root.thread->registers.sp, ROOT_STACK_TOP);
	for (cap_t slot = ROOT_SLOT_FREE; slot < 1U << MACHINE_CNODE_BITS; slot++)
		ck_assert_int_eq(slot_of(slot)->type, OBJECT_NULL);
	ck_assert_int_eq(slot_of(ROOT_SLOT_NULL)->type, OBJECT_NULL);
	ck_assert_int_eq(slot_of(ROOT_SLOT_SCRATCH)->type, OBJECT_NULL);
}
END_TEST

START_TEST(the_root_server_reaches)
{
	paddr_t stack = 0;
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t block = object_new(OBJECT_FRAME, BLOCK_BITS);

	ck_assert(reaches(ROOT_PROGRAM, RIGHT_READ | RIGHT_EXECUTE, MACHINE_IMAGE + PAGE_SIZE));
	ck_assert(!reaches(ROOT_PROGRAM, RIGHT_WRITE, MACHINE_IMAGE + PAGE_SIZE));
	ck_assert(
		reaches(ROOT_PROGRAM + 2 * PAGE_SIZE, RIGHT_WRITE, MACHINE_IMAGE + 3 * PAGE_SIZE));
	ck_assert(!reaches(ROOT_PROGRAM + 2 * PAGE_SIZE, RIGHT_EXECUTE,
			   MACHINE_IMAGE + 3 * PAGE_SIZE));
	ck_assert(faults(ROOT_PROGRAM + 3 * PAGE_SIZE));
	ck_assert(fake_access(&root.thread->context, ROOT_STACK_TOP - 8, RIGHT_WRITE, &stack));
	ck_assert(!fake_access(&root.thread->context, ROOT_STACK_TOP - 8, RIGHT_EXECUTE, &stack));
	ck_assert(!faults(ROOT_STACK_TOP - 16 * PAGE_SIZE));
	ck_assert(faults(ROOT_STACK_TOP - 16 * PAGE_SIZE - 8));
	ck_assert(faults(ROOT_STACK_TOP));
	ck_assert(faults(0));
	ck_assert(reaches(ROOT_IMAGE + MIB(2) - 1, RIGHT_READ, MACHINE_IMAGE + MIB(2) - 1));
	ck_assert(!reaches(ROOT_IMAGE, RIGHT_WRITE, MACHINE_IMAGE));
	ck_assert(faults(ROOT_IMAGE + MIB(2)));
	/* A region with a table and nothing in it. */
	ck_assert(faults(ROOT_SCRATCH));
	ck_assert_ok(frame_map(frame, ROOT_SLOT_ADDRESS_SPACE, ROOT_SCRATCH, RIGHT_WRITE,
			       MEMORY_NORMAL));
	ck_assert_int_eq(frame_map(block, ROOT_SLOT_ADDRESS_SPACE, ROOT_SCRATCH, RIGHT_READ,
				   MEMORY_NORMAL),
			 ERR_OCCUPIED);
	machine_check();
}
END_TEST

/* Nothing of what the kernel keeps for itself is in an Untyped. */
START_TEST(memory_that_is_taken)
{
	for (cap_t i = 0; i < MACHINE_UNTYPEDS; i++) {
		const struct slot *slot = slot_of(ROOT_SLOT_UNTYPED + i);
		paddr_t end = slot->object + BIT(slot->size_bits);

		ck_assert(end <= FAKE_RAM || slot->object >= MACHINE_IMAGE);
		ck_assert(end <= MACHINE_BOOT || slot->object >= MACHINE_FREE);
	}
}
END_TEST

static void boot(void *manifest)
{
	fake_boot(manifest);
}

/* A manifest that this kernel must not believe: it says so, and stops. */
static void refuses(const char *words)
{
	ck_assert_int_eq(fake_try(boot, machine_manifest()), FAKE_HALTED);
	ck_assert_msg(said(words), "no word of \"%s\" but: %s", words, fake_console_text());
}

START_TEST(manifests_that_are_refused)
{
	struct manifest *manifest = machine_manifest();
	struct manifest good = *manifest;

	manifest->magic++;
	refuses("no manifest");
	*manifest = good;
	manifest->version = 99;
	refuses("manifest version 99, this kernel reads ");
	for (unsigned int i = 0; i < 5; i++) {
		uint32_t *counts[] = { &manifest->memory_count, &manifest->device_count,
				       &manifest->root_segment_count, &manifest->root_cnode_bits,
				       &manifest->root_priority };

		*manifest = good;
		*counts[i] = ~0U;
		refuses("damaged");
	}
	*manifest = good;
	manifest->root_cnode_bits = 7;
	refuses("too small");
	*manifest = good;
	manifest->root_cnode_bits = 16;
	refuses("do not fit the manifest's boot region");
	*manifest = good;
	manifest->root_segments[0].address = ROOT_BOOT_INFO;
	refuses("cannot be mapped at 0x600000");
	*manifest = good;
	manifest->root_segments[0].address = MIB(512);
	refuses("cannot be mapped");
	*manifest = good;
	manifest->root_segments[0].rights = RIGHT_WRITE | RIGHT_EXECUTE;
	refuses("cannot be mapped");
}
END_TEST

/* Each page apart: no Untyped is larger than one. */
START_TEST(memory_in_too_many_pieces)
{
	struct manifest *manifest = machine_manifest();

	for (unsigned int i = 0; i < DEVICE_REGIONS_MAX; i++)
		manifest->devices[i] = (struct memory_region){ BIT(33) - PAGE_SIZE, BIT(32) };
	manifest->device_count = DEVICE_REGIONS_MAX;
	refuses("more than 112 pieces");
}
END_TEST

/* An image of two blocks, memory in two regions with what is taken in one of them only, a device at address 0. */
START_TEST(memory_in_other_places)
{
	const paddr_t boot_at = FAKE_RAM + MIB(10);
	const struct boot_untyped expected[] = {
		{ .address = FAKE_RAM + MIB(6), .size_bits = 21 },
		{ .address = FAKE_RAM + MIB(8), .size_bits = 21 },
		{ .address = FAKE_RAM + MIB(12), .size_bits = 22 },
		{ .address = FAKE_RAM + MIB(16), .size_bits = 24 },
		{ .address = MACHINE_IMAGE, .size_bits = 21, .flags = UNTYPED_IMAGE },
		{ .address = MACHINE_IMAGE + MIB(2), .size_bits = 21, .flags = UNTYPED_IMAGE },
		{ .address = 0, .size_bits = 13, .flags = UNTYPED_DEVICE },
	};
	struct manifest *manifest = machine_manifest();

	manifest->image_size = MIB(4);
	manifest->boot_address = boot_at;
	manifest->memory_count = 2;
	manifest->memory[0] = (struct memory_region){ FAKE_RAM, MIB(8) };
	manifest->memory[1] = (struct memory_region){ FAKE_RAM + MIB(8), FAKE_RAM_SIZE - MIB(8) };
	manifest->device_count = 1;
	manifest->devices[0] = (struct memory_region){ 0, 2 * PAGE_SIZE };
	fake_boot(manifest);
	root.thread = thread_of(core.current);
	for (cap_t i = 0; i < ARRAY_SIZE(expected); i++) {
		const struct slot *slot = slot_of(ROOT_SLOT_UNTYPED + i);

		ck_assert_int_eq(slot->type, OBJECT_UNTYPED);
		ck_assert_uint_eq(slot->object, expected[i].address);
		ck_assert_uint_eq(slot->size_bits, expected[i].size_bits);
		ck_assert_uint_eq(slot->flags & SLOT_MEMORY_FLAGS, expected[i].flags);
	}
	ck_assert_int_eq(slot_of(ROOT_SLOT_UNTYPED + ARRAY_SIZE(expected))->type, OBJECT_NULL);
	ck_assert(reaches(ROOT_IMAGE + MIB(4) - 1, RIGHT_READ, MACHINE_IMAGE + MIB(4) - 1));
	ck_assert(faults(ROOT_IMAGE + MIB(4)));
}
END_TEST

START_TEST(conversions)
{
	console_print("[%s|%c|%u|%lu|%x|%lx|%8x|%08x|%2u|%%]\n", "text", 'c', 7U, ~0UL, 0xabcU,
		      ~0UL, 0x12U, 0x12U, 12345U);
	ck_assert(said("[text|c|7|18446744073709551615|abc|ffffffffffffffff|      12|00000012|"
		       "12345|%]\r\n"));
}
END_TEST

START_TEST(words_of_the_root_server)
{
	static const char text[] = "forty bytes, and the last of them is (40";
	const uint64_t *words = (const uint64_t *)(const void *)text;
	uint64_t guests = 0, others = 0;

	ck_assert_ok(firmware_console_write(ROOT_SLOT_FIRMWARE, 40, words[0], words[1], words[2],
					    words[3], words[4]));
	ck_assert(said(text));
	ck_assert_ok(firmware_console_write(ROOT_SLOT_FIRMWARE, 0, 1, 2, 3, 4, 5));
	ck_assert_int_eq(firmware_console_write(ROOT_SLOT_FIRMWARE, 41, 0, 0, 0, 0, 0),
			 ERR_ARGUMENT);
	ck_assert_int_eq(firmware_instructions(ROOT_SLOT_FIRMWARE, &guests, &others), ERR_STATE);
	fake.instructions = 1000;
	ck_assert_ok(firmware_instructions(ROOT_SLOT_FIRMWARE, &guests, &others));
	ck_assert_uint_eq(guests, 1000);
	ck_assert_uint_eq(others, 500);
}
END_TEST

static void off(void *argument)
{
	(void)argument;
	firmware_system_off(ROOT_SLOT_FIRMWARE);
}

static void reset(void *argument)
{
	(void)argument;
	firmware_system_reset(ROOT_SLOT_FIRMWARE);
}

static void stop(void *argument)
{
	panic("%s", (const char *)argument);
}

START_TEST(ends)
{
	static char reason[] = "because of a test";

	ck_assert_int_eq(fake_try(off, NULL), FAKE_OFF);
	ck_assert_int_eq(fake_try(reset, NULL), FAKE_RESET);
	ck_assert_int_eq(fake_try(stop, reason), FAKE_HALTED);
	ck_assert(said("the kernel stops: because of a test\r\n"));
}
END_TEST

int main(void)
{
	TCase *tcase = machine_case("boot");

	tcase_add_test(tcase, the_root_server_finds);
	tcase_add_test(tcase, the_root_server_reaches);
	tcase_add_test(tcase, memory_that_is_taken);
	tcase_add_test(tcase, manifests_that_are_refused);
	tcase_add_test(tcase, memory_in_too_many_pieces);
	tcase_add_test(tcase, memory_in_other_places);
	tcase_add_test(tcase, conversions);
	tcase_add_test(tcase, words_of_the_root_server);
	tcase_add_test(tcase, ends);
	return machine_main("boot", &tcase, 1);
}
