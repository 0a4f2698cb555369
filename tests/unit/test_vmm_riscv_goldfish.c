/* SPDX-License-Identifier: BSD-2-Clause */
/* Goldfish's real-time clock. */
#include "test_vmm_riscv.h"

#define TIME_LOW        (RTC + 0x00)
#define TIME_HIGH       (RTC + 0x04)
#define ALARM_LOW       (RTC + 0x08)
#define ALARM_HIGH      (RTC + 0x0c)
#define IRQ_ENABLED     (RTC + 0x10)
#define CLEAR_ALARM     (RTC + 0x14)
#define ALARM_STATUS    (RTC + 0x18)
#define CLEAR_INTERRUPT (RTC + 0x1c)

#define SECOND 1000000000ULL
#define EPOCH  1700000000ULL

static uint64_t get(uint64_t address)
{
	return hart_read(0, address, 4);
}

static void set(uint64_t address, uint64_t value)
{
	hart_write(0, address, 4, value);
}

static uint64_t time_now(void)
{
	uint64_t low = get(TIME_LOW);

	return get(TIME_HIGH) << 32 | low;
}

static void set_alarm(uint64_t when)
{
	set(ALARM_HIGH, when >> 32);
	set(ALARM_LOW, when & 0xffffffff);
	set(IRQ_ENABLED, 1);
}

static bool interrupts(void)
{
	return vmm.arch.goldfish_rtc.host->line;
}

static void pass(uint64_t ns)
{
	now += ns;
	hart_event(0, 0);
}

/* At the counter's present value it is half a second past EPOCH. */
static void start(void)
{
	guest_start();
	clock_publish(&clock_page, &(struct clock_time){ now - SECOND / 2, EPOCH });
}

START_TEST(test_time)
{
	uint64_t low;

	start();
	ck_assert_uint_eq(time_now(), EPOCH * SECOND + SECOND / 2);
	now += 12345;
	ck_assert_uint_eq(time_now(), EPOCH * SECOND + SECOND / 2 + 12345);
	/* The upper half is of the moment at which the lower one was read. */
	low = get(TIME_LOW);
	now += 10 * SECOND;
	ck_assert_uint_eq(get(TIME_HIGH) << 32 | low, EPOCH * SECOND + SECOND / 2 + 12345);
}
END_TEST

START_TEST(test_set)
{
	const uint64_t time = 0x123456789abcdef0;

	start();
	set(TIME_HIGH, time >> 32);
	set(TIME_LOW, time & 0xffffffff);
	ck_assert_uint_eq(time_now(), time);
	now += 777;
	ck_assert_uint_eq(time_now(), time + 777);
	/* It goes on over a reset. */
	sbi(0, 0x53525354, 0, 1, 0, 0);
	for (uint32_t i = HARTS; i-- > 0;)
		hart_exit(i, EXIT_START, (const uint64_t[5]){ 0 });
	ck_assert_uint_eq(time_now(), time + 777);
}
END_TEST

START_TEST(test_alarm)
{
	uint64_t time;

	start();
	time = time_now();
	set_alarm(time + 3 * SECOND);
	ck_assert_uint_eq(get(ALARM_STATUS), 1);
	ck_assert_uint_eq(get(ALARM_HIGH) << 32 | get(ALARM_LOW), time + 3 * SECOND);
	pass(3 * SECOND - 1);
	ck_assert(!interrupts());
	pass(1);
	ck_assert(interrupts());
	ck_assert_uint_eq(get(ALARM_STATUS), 0);
	set(IRQ_ENABLED, 0);
	ck_assert(!interrupts());
	set(IRQ_ENABLED, 1);
	ck_assert(interrupts());
	set(CLEAR_INTERRUPT, 1);
	ck_assert(!interrupts());
	pass(100 * SECOND);
	ck_assert(!interrupts());
	/* In the past: at once. */
	set_alarm(time);
	ck_assert(interrupts());
}
END_TEST

/* Far away, over deadlines on the way; and taken back. */
START_TEST(test_far_alarm)
{
	uint64_t end;

	start();
	set_alarm(time_now() + 1000 * SECOND);
	end = now + 1000 * SECOND;
	while (!interrupts()) {
		ck_assert_uint_gt(vmm.vcpus[0].next_deadline, now);
		ck_assert_uint_le(vmm.vcpus[0].next_deadline, end);
		now = vmm.vcpus[0].next_deadline;
		hart_event(0, 0);
	}
	ck_assert_uint_eq(now, end);
	set(CLEAR_INTERRUPT, 1);
	set_alarm(time_now() + SECOND);
	set(CLEAR_ALARM, 1);
	ck_assert_uint_eq(get(ALARM_STATUS), 0);
	pass(2 * SECOND);
	ck_assert(!interrupts());
	set_alarm(UINT64_MAX);
	pass(100 * SECOND);
	ck_assert(!interrupts());
}
END_TEST

START_TEST(test_sizes)
{
	start();
	for (unsigned int size = 1; size <= 8; size *= 2)
		for (unsigned int at = 0; at < 4; at++)
			ck_assert_uint_eq(hart_access(0, IRQ_ENABLED + at, size, at & 1, 0),
					  size == 4 && !at ? DISPOSITION_STEP : DISPOSITION_ABORT);
	for (uint64_t at = 0x20; at < 0x1000; at += 4) {
		set(RTC + at, 0xffffffff);
		ck_assert_uint_eq(get(RTC + at), 0);
	}
}
END_TEST

START_TEST(test_no_clock_page)
{
	guest_configure();
	config.clock = 0;
	ck_assert_str_eq(vmm_init(&vmm, &config), "a Goldfish RTC without a clock page");
}
END_TEST

Suite *goldfish_suite(void)
{
	Suite *suite = suite_create("goldfish");
	TCase *tests = tcase_create("goldfish");

	tcase_add_test(tests, test_time);
	tcase_add_test(tests, test_set);
	tcase_add_test(tests, test_alarm);
	tcase_add_test(tests, test_far_alarm);
	tcase_add_test(tests, test_sizes);
	tcase_add_test(tests, test_no_clock_page);
	suite_add_tcase(suite, tests);
	return suite;
}
