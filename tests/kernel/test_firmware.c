/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's object: the console and the counts. Its system_off ends the test run. */
#include "test.h"

static void console_limits(void)
{
	cap_t weak = mint_new(ROOT_SLOT_FIRMWARE, RIGHT_READ | RIGHT_WRITE, 0);
	struct message m = { .label = FIRMWARE_SYSTEM_RESET };

	EXPECT_STATUS(firmware_console_write(ROOT_SLOT_FIRMWARE, 41, 0, 0, 0, 0, 0), ERR_ARGUMENT);
	EXPECT_STATUS(firmware_console_write(ROOT_SLOT_FIRMWARE, 0xffffffff, 0, 0, 0, 0, 0),
		      ERR_ARGUMENT);
	EXPECT_OK(firmware_console_write(ROOT_SLOT_FIRMWARE, 0, 0, 0, 0, 0, 0));
	EXPECT_STATUS(firmware_console_write(weak, 0, 0, 0, 0, 0, 0), ERR_RIGHTS);
	EXPECT_STATUS(message_call(weak, &m), ERR_RIGHTS);
	m.label = FIRMWARE_SYSTEM_RESET + 0x40;
	EXPECT_STATUS(message_call(ROOT_SLOT_FIRMWARE, &m), ERR_TYPE);
}

static void instructions(void)
{
	uint64_t guest = 0, others = 0, more = 0;
	enum status status = firmware_instructions(ROOT_SLOT_FIRMWARE, &guest, &others);

	/* A processor without counters says so. */
	if (status == ERR_STATE)
		return;
	EXPECT_OK(status);
	EXPECT_OK(firmware_instructions(ROOT_SLOT_FIRMWARE, &guest, &more));
	EXPECT(more > others);
}

static const struct test tests[] = {
	{ "firmware: limits and rights", console_limits },
	{ "firmware: instructions are counted, or not at all", instructions },
};

const struct suite firmware_suite = SUITE(tests);
