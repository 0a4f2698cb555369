/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls that are none, made by the task itself: they end in an error. */
#include "test.h"

uint64_t raw_call(uint64_t number, uint64_t capability);

static void unknown_numbers(void)
{
	static const uint64_t numbers[] = { SYS_YIELD + 1,          99,   0xffffffff, 1ULL << 32,
					    SYS_YIELD | 1ULL << 32, ~0ULL };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		EXPECT(raw_call(numbers[i], ROOT_SLOT_CNODE) != OK);
	EXPECT_EQUAL(raw_call(SYS_YIELD, 0), OK);
}

static void wide_capabilities(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	uint64_t bits;

	/* No bit of the slot's number is dropped. */
	EXPECT_EQUAL(raw_call(SYS_SIGNAL, 1ULL << 32 | notification), ERR_CAPABILITY);
	EXPECT_EQUAL(raw_call(SYS_SIGNAL, 1ULL << 63 | notification), ERR_CAPABILITY);
	EXPECT_EQUAL(raw_call(SYS_SIGNAL, ~0ULL), ERR_CAPABILITY);
	EXPECT_STATUS(notification_wait(notification, 0, &bits), ERR_DEADLINE);
}

static const struct test tests[] = {
	{ "syscall: unknown numbers", unknown_numbers },
	{ "syscall: capabilities of more than 32 bits", wide_capabilities },
};

const struct suite syscall_suite = SUITE(tests);
