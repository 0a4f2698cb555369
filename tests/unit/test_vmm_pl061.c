/* SPDX-License-Identifier: BSD-2-Clause */
/* The PL061 and the power button on it, as a driver sees them. */
#include <devices/pl061_registers.h>

#include "test_vmm_fixture.h"

#define PIN    (1U << 3)
#define ALL    0x3fc
#define PRESS  100000000ULL
#define SECOND 1000000000ULL

static uint8_t reg(uint64_t offset)
{
	return (uint8_t)guest_read(GPIO + offset, 1);
}

static void set(uint64_t offset, uint8_t value)
{
	guest_write(GPIO + offset, 1, value);
}

static void press(void)
{
	guest_event(VMM_EVENT_POWER);
}

/* Let time go on, and the deadlines come that it brings. */
static void pass(uint64_t time)
{
	now += time;
	if (now >= vmm.vcpus[0].next_deadline)
		guest_event(0);
}

static bool line(void)
{
	return slot[GPIO_IRQ].line;
}

START_TEST(test_identification)
{
	static const uint8_t id[] = { 0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	guest_start();
	for (uint32_t i = 0; i < sizeof(id); i++) {
		ck_assert_uint_eq(guest_read(GPIO + GPIOPeriphID0 + 4 * i, 4), id[i]);
		set(GPIOPeriphID0 + 4 * i, 0xff);
		ck_assert_uint_eq(reg(GPIOPeriphID0 + 4 * i), id[i]);
	}
}
END_TEST

/* All registers are 0 after a reset (table 3-1), and keep 8 bits, but for those that are read only. */
START_TEST(test_registers)
{
	static const uint64_t kept[] = { GPIODIR, GPIOIS, GPIOIBE, GPIOIEV, GPIOIE, GPIOAFSEL };
	static const uint64_t nothing[5];

	guest_start();
	for (uint64_t offset = 0; offset < GPIOPeriphID0; offset += 4)
		ck_assert_uint_eq(guest_read(GPIO + offset, 4), 0);
	for (uint32_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		guest_write(GPIO + kept[i], 4, 0xffffffa5);
		ck_assert_uint_eq(guest_read(GPIO + kept[i], 4), 0xa5);
		guest_write(GPIO + kept[i], 2, 0xff5a);
		ck_assert_uint_eq(guest_read(GPIO + kept[i], 2), 0x5a);
	}
	set(GPIORIS, 0xff);
	set(GPIOMIS, 0xff);
	for (uint64_t offset = GPIOAFSEL + 4; offset < GPIOPeriphID0; offset += 4) {
		set(offset, 0xff);
		ck_assert_uint_eq(reg(offset), 0);
	}
	ck_assert_uint_eq(guest_exit(EXIT_START, nothing) & 0xf, DISPOSITION_START);
	for (uint64_t offset = 0; offset < GPIOPeriphID0; offset += 4)
		ck_assert_uint_eq(reg(offset), 0);
	ck_assert(!line());
}
END_TEST

START_TEST(test_accesses)
{
	guest_start();
	/* Nothing lies between the registers. */
	for (uint64_t offset = 1; offset < 4; offset++) {
		set(GPIODIR + offset, 0xff);
		ck_assert_uint_eq(reg(GPIODIR + offset), 0);
		ck_assert_uint_eq(reg(GPIOPeriphID0 + offset), 0);
	}
	ck_assert_uint_eq(reg(GPIODIR), 0);
	ck_assert_int_eq(guest_access(GPIO + GPIODIR, 8, false, 0), DISPOSITION_ABORT);
	ck_assert_int_eq(guest_access(GPIO + GPIODIR, 8, true, 0xff), DISPOSITION_ABORT);
	ck_assert_uint_eq(reg(GPIODIR), 0);
}
END_TEST

/* The address selects the pins, for reading and for writing (3.3.1). */
START_TEST(test_masked_data)
{
	guest_start();
	set(ALL, 0xff);
	ck_assert_uint_eq(reg(ALL), 0);
	set(GPIODIR, 0xf7);
	ck_assert_uint_eq(reg(ALL), 0);
	set(ALL, 0xff);
	ck_assert_uint_eq(reg(ALL), 0xf7);
	set(0x30 << 2, 0x00);
	ck_assert_uint_eq(reg(ALL), 0xc7);
	set(0, 0xff);
	ck_assert_uint_eq(reg(ALL), 0xc7);
	for (uint32_t pins = 0; pins < 0x100; pins++)
		ck_assert_uint_eq(reg(pins << 2), 0xc7 & pins);
	/* An input has what is connected to it, an output what was written to it. */
	set(GPIODIR, 0x40);
	ck_assert_uint_eq(reg(ALL), 0x40);
	press();
	ck_assert_uint_eq(reg(ALL), 0x48);
	set(GPIODIR, 0x48);
	ck_assert_uint_eq(reg(ALL), 0x40);
}
END_TEST

/* Edges: falling, rising, both; found whether enabled or not, and there until they are cleared. */
static const struct {
	uint8_t ibe;
	uint8_t iev;
	bool down;
	bool up;
} edges[] = {
	{ 0, 0, false, true },
	{ 0, PIN, true, false },
	{ PIN, 0, true, true },
	{ PIN, PIN, true, true },
	{ (uint8_t)~PIN, (uint8_t)~PIN, false, true },
};

#define EDGES ((int)(sizeof(edges) / sizeof(edges[0])))

START_TEST(test_edges)
{
	guest_start();
	set(GPIOIBE, edges[_i].ibe);
	set(GPIOIEV, edges[_i].iev);
	press();
	ck_assert_uint_eq(reg(GPIORIS), edges[_i].down ? PIN : 0);
	ck_assert_uint_eq(reg(GPIOMIS), 0);
	ck_assert(!line());
	set(GPIOIE, (uint8_t)~PIN);
	ck_assert_uint_eq(reg(GPIOMIS), 0);
	set(GPIOIE, PIN);
	ck_assert_uint_eq(reg(GPIOMIS), edges[_i].down ? PIN : 0);
	ck_assert(line() == edges[_i].down);
	set(GPIOIC, (uint8_t)~PIN);
	ck_assert(line() == edges[_i].down);
	set(GPIOIC, PIN);
	ck_assert_uint_eq(reg(GPIORIS), 0);
	ck_assert(!line());
	ck_assert_uint_eq(reg(PIN << 2), PIN);
	pass(PRESS);
	ck_assert_uint_eq(reg(GPIORIS), edges[_i].up ? PIN : 0);
	ck_assert(line() == edges[_i].up);
	set(GPIOIC, 0xff);
	ck_assert(!line());
}
END_TEST

/* Levels are there as long as they are: to clear them changes nothing. */
START_TEST(test_levels)
{
	guest_start();
	set(GPIOIS, 0xff);
	ck_assert_uint_eq(reg(GPIORIS), 0xff);
	/* Of inputs only. */
	set(GPIODIR, 0xf0);
	ck_assert_uint_eq(reg(GPIORIS), 0x0f);
	set(GPIODIR, 0);
	set(GPIOIEV, 0xff);
	ck_assert_uint_eq(reg(GPIORIS), 0);
	set(GPIOIE, PIN);
	press();
	ck_assert_uint_eq(reg(GPIOMIS), PIN);
	set(GPIOIC, PIN);
	ck_assert_uint_eq(reg(GPIOMIS), PIN);
	ck_assert(line());
	ck_assert_uint_eq(reg(ALL), PIN);
	pass(PRESS);
	ck_assert_uint_eq(reg(GPIOMIS), 0);
	ck_assert(!line());
	set(GPIOIEV, 0);
	ck_assert(line());
	press();
	ck_assert(!line());
	/* No edge was found meanwhile. */
	set(GPIOIS, 0);
	ck_assert_uint_eq(reg(GPIORIS), 0);
}
END_TEST

/* An output is not watched. */
START_TEST(test_button_on_an_output)
{
	guest_start();
	set(GPIOIBE, PIN);
	set(GPIODIR, PIN);
	press();
	ck_assert_uint_eq(reg(GPIORIS), 0);
	ck_assert_uint_eq(reg(ALL), 0);
	pass(PRESS);
	set(GPIODIR, 0);
	ck_assert_uint_eq(reg(ALL), PIN);
}
END_TEST

/* A press lasts a tenth of a second for a guest that looks in time. */
START_TEST(test_press)
{
	guest_start();
	press();
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, now + PRESS);
	pass(PRESS / 2);
	ck_assert_uint_eq(reg(PIN << 2), PIN);
	pass(PRESS / 2 - 1);
	ck_assert_uint_eq(reg(PIN << 2), PIN);
	pass(1);
	ck_assert_uint_eq(reg(PIN << 2), 0);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
}
END_TEST

/* And until it looks for one that comes late, so that its debouncing driver takes it for one. */
START_TEST(test_press_that_is_seen_late)
{
	guest_start();
	set(GPIOIBE, PIN);
	set(GPIOIE, PIN);
	press();
	/* To look at other pins, at the interrupt, or to clear it, is not to look at the button. */
	ck_assert_uint_eq(reg((uint8_t)~PIN << 2), 0);
	ck_assert_uint_eq(reg(GPIOMIS), PIN);
	set(GPIOIC, PIN);
	pass(10 * SECOND);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
	ck_assert(!line());
	ck_assert_uint_eq(reg(PIN << 2), PIN);
	ck_assert_uint_eq(reg(GPIOMIS), PIN);
	ck_assert(line());
	ck_assert_uint_eq(reg(PIN << 2), 0);
}
END_TEST

/* Each press is an edge, also for a guest that never looks at the pin. */
START_TEST(test_many_presses)
{
	guest_start();
	set(GPIOIEV, PIN);
	set(GPIOIE, PIN);
	for (uint32_t i = 0; i < 10; i++) {
		press();
		ck_assert(line());
		set(GPIOIC, PIN);
		ck_assert(!line());
		pass(i * PRESS / 4);
	}
}
END_TEST

/* A press does not reach beyond a reset of the guest. */
START_TEST(test_reset)
{
	static const uint64_t nothing[5];

	guest_start();
	set(GPIOIBE, PIN);
	set(GPIOIE, PIN);
	press();
	ck_assert(line());
	ck_assert_uint_eq(guest_exit(EXIT_START, nothing) & 0xf, DISPOSITION_START);
	ck_assert(!line());
	ck_assert_uint_eq(reg(ALL), 0);
	ck_assert_uint_eq(reg(GPIORIS), 0);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
}
END_TEST

START_TEST(test_no_button)
{
	guest_configure();
	config.device_count = 2;
	guest_begin();
	press();
	pass(PRESS);
	ck_assert_int_eq(guest_access(GPIO, 4, false, 0), DISPOSITION_ABORT);
}
END_TEST

Suite *pl061_suite(void)
{
	Suite *suite = suite_create("pl061");
	TCase *tests = tcase_create("pl061");

	tcase_add_test(tests, test_identification);
	tcase_add_test(tests, test_registers);
	tcase_add_test(tests, test_accesses);
	tcase_add_test(tests, test_masked_data);
	tcase_add_loop_test(tests, test_edges, 0, EDGES);
	tcase_add_test(tests, test_levels);
	tcase_add_test(tests, test_button_on_an_output);
	tcase_add_test(tests, test_press);
	tcase_add_test(tests, test_press_that_is_seen_late);
	tcase_add_test(tests, test_many_presses);
	tcase_add_test(tests, test_reset);
	tcase_add_test(tests, test_no_button);
	suite_add_tcase(suite, tests);
	return suite;
}
