/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses: the bus and the guest's memory, at their edges and beyond. */
#include "test_vmm_fixture.h"

static uint64_t seen_offset;

static bool note_access(void *device, struct access *access)
{
	seen_offset = access->offset;
	access->value = *(uint64_t *)device;
	return access->offset != 8;
}

static uint64_t values[3] = { 0x1111111111111111, 0x2222222222222222, 0x3333333333333333 };

static bool add(struct bus *bus, uint64_t base, uint64_t size, unsigned int device)
{
	const struct region region = { base, size, note_access, &values[device] };

	return bus_add(bus, &region);
}

START_TEST(test_lookup)
{
	struct bus bus = { 0 };

	ck_assert_ptr_null(bus_find(&bus, 0, 1));
	ck_assert(add(&bus, 0x2000, 0x1000, 1));
	ck_assert(add(&bus, 0x4000, 0x10, 2));
	ck_assert(add(&bus, 0x1000, 0x800, 0));
	ck_assert_ptr_null(bus_find(&bus, 0xfff, 1));
	ck_assert_ptr_eq(bus_find(&bus, 0x1000, 8)->device, &values[0]);
	ck_assert_ptr_eq(bus_find(&bus, 0x17f8, 8)->device, &values[0]);
	ck_assert_ptr_null(bus_find(&bus, 0x17f9, 8));
	ck_assert_ptr_null(bus_find(&bus, 0x1800, 1));
	ck_assert_ptr_null(bus_find(&bus, 0x1ffc, 8));
	ck_assert_ptr_eq(bus_find(&bus, 0x2fff, 1)->device, &values[1]);
	ck_assert_ptr_null(bus_find(&bus, 0x3000, 1));
	ck_assert_ptr_eq(bus_find(&bus, 0x400f, 1)->device, &values[2]);
	ck_assert_ptr_null(bus_find(&bus, UINT64_MAX, 1));
}
END_TEST

START_TEST(test_overlap_is_refused)
{
	struct bus bus = { 0 };

	ck_assert(add(&bus, 0x2000, 0x1000, 0));
	ck_assert(!add(&bus, 0x2000, 0x1000, 1));
	ck_assert(!add(&bus, 0x1000, 0x1001, 1));
	ck_assert(!add(&bus, 0x2fff, 1, 1));
	ck_assert(!add(&bus, 0x2800, 0x10, 1));
	ck_assert(!add(&bus, 0x1000, 0x10000, 1));
	ck_assert(!add(&bus, 0x5000, 0, 1));
	ck_assert(!add(&bus, UINT64_MAX - 0xffe, 0x1000, 1));
	ck_assert(add(&bus, UINT64_MAX - 0xfff, 0x1000, 1));
	ck_assert_ptr_eq(bus_find(&bus, UINT64_MAX, 1)->device, &values[1]);
	ck_assert_ptr_null(bus_find(&bus, UINT64_MAX, 2));
	ck_assert(add(&bus, 0x1000, 0x1000, 2));
	ck_assert(add(&bus, 0x3000, 0x1000, 2));
	ck_assert_uint_eq(bus.count, 4);
}
END_TEST

START_TEST(test_full_bus)
{
	struct bus bus = { 0 };

	for (uint64_t i = BUS_REGIONS_MAX; i > 0; i--)
		ck_assert(add(&bus, i * 0x1000, 0x1000, i % 3));
	ck_assert(!add(&bus, 0, 0x1000, 0));
	for (uint64_t i = 1; i <= BUS_REGIONS_MAX; i++)
		ck_assert_ptr_eq(bus_find(&bus, i * 0x1000 + 0xfff, 1)->device, &values[i % 3]);
}
END_TEST

START_TEST(test_access_is_relative_and_cut)
{
	struct bus bus = { 0 };
	struct access access = { .size = 2 };

	ck_assert(add(&bus, 0x2000, 0x1000, 1));
	ck_assert(bus_access(&bus, 0x2004, &access));
	ck_assert_uint_eq(seen_offset, 4);
	ck_assert_uint_eq(access.value, 0x2222);
	access.size = 8;
	ck_assert(bus_access(&bus, 0x2000, &access));
	ck_assert_uint_eq(access.value, values[1]);
	ck_assert(!bus_access(&bus, 0x2008, &access));
	ck_assert(!bus_access(&bus, 0x3000, &access));
}
END_TEST

START_TEST(test_memory_range)
{
	uint8_t host[16];
	const struct memory m = { .base = 0x1000, .size = sizeof(host), .host = host };
	const struct memory top = { .base = UINT64_MAX - 15, .size = 16, .host = host };

	ck_assert_ptr_eq(memory_range(&m, 0x1000, 16), host);
	ck_assert_ptr_eq(memory_range(&m, 0x100f, 1), host + 15);
	ck_assert_ptr_null(memory_range(&m, 0xfff, 1));
	ck_assert_ptr_null(memory_range(&m, 0x100f, 2));
	ck_assert_ptr_null(memory_range(&m, 0x1010, 1));
	ck_assert_ptr_null(memory_range(&m, 0x1000, 17));
	ck_assert_ptr_null(memory_range(&m, 0x1001, UINT64_MAX));
	ck_assert_ptr_null(memory_range(&m, UINT64_MAX, 2));
	ck_assert_ptr_null(memory_range(&m, 0, UINT64_MAX));
	ck_assert_ptr_eq(memory_range(&top, UINT64_MAX, 1), host + 15);
	ck_assert_ptr_null(memory_range(&top, UINT64_MAX, 2));
	ck_assert_ptr_null(memory_range(&top, 0, 1));
}
END_TEST

START_TEST(test_roms)
{
	uint8_t host[32];
	const struct vmm_rom roms[] = {
		{ .source = (uintptr_t)host + 16, .size = 8, .address = 0 },
		{ .source = (uintptr_t)host + 24, .size = 8, .address = UINT64_MAX - 7 },
	};
	const struct memory m = {
		.base = 0x1000, .size = 16, .host = host, .roms = roms, .rom_count = 2
	};

	ck_assert_ptr_eq(memory_readable(&m, 0x1000, 16), host);
	ck_assert_ptr_eq(memory_readable(&m, 0, 8), host + 16);
	ck_assert_ptr_eq(memory_readable(&m, UINT64_MAX, 1), host + 31);
	ck_assert_ptr_null(memory_readable(&m, 0, 9));
	ck_assert_ptr_null(memory_readable(&m, 1, UINT64_MAX));
	ck_assert_ptr_null(memory_readable(&m, UINT64_MAX, 2));
	ck_assert_ptr_null(memory_readable(&m, 8, 1));
	ck_assert_ptr_null(memory_range(&m, 0, 1));
	ck_assert_ptr_null(memory_range(&m, UINT64_MAX, 1));
}
END_TEST

Suite *bus_suite(void)
{
	Suite *suite = suite_create("bus");
	TCase *tests = tcase_create("bus");

	tcase_add_test(tests, test_lookup);
	tcase_add_test(tests, test_overlap_is_refused);
	tcase_add_test(tests, test_full_bus);
	tcase_add_test(tests, test_access_is_relative_and_cut);
	tcase_add_test(tests, test_memory_range);
	tcase_add_test(tests, test_roms);
	suite_add_tcase(suite, tests);
	return suite;
}
