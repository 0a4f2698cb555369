/* SPDX-License-Identifier: BSD-2-Clause */
/* The PL031 as a driver sees it, over a clock page that the test writes. */
#include <stdlib.h>

#include <cloister/clock.h>

#include <devices/pl031_registers.h>

#include "test_vmm_fixture.h"

#define SECOND 1000000000ULL
#define HOUR   3600U
#define TODAY  1750000000U

static uint32_t reg(uint64_t offset)
{
	return (uint32_t)guest_read(RTC + offset, 4);
}

static void set(uint64_t offset, uint32_t value)
{
	guest_write(RTC + offset, 4, value);
}

static bool line(void)
{
	return slot[RTC_IRQ].line;
}

static uint64_t deadline(void)
{
	return vmm.vcpus[0].next_deadline;
}

/* A second begins now. */
static void host_says(uint64_t seconds)
{
	clock_publish(&clock_page, &(struct clock_time){ now, seconds });
}

static void begin(void)
{
	guest_start();
	host_says(TODAY);
}

/* Let time go on with all deadlines that come; gives how many did. */
static uint32_t pass(uint64_t time)
{
	uint64_t end = now + time;
	uint32_t events = 0;

	for (; deadline() <= end; events++) {
		ck_assert_uint_gt(deadline(), now);
		now = deadline();
		guest_event(0);
	}
	now = end;
	return events;
}

START_TEST(test_identification)
{
	static const uint8_t id[] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	begin();
	for (uint32_t i = 0; i < sizeof(id); i++) {
		set(RTCPeriphID0 + 4 * i, 0xff);
		ck_assert_uint_eq(reg(RTCPeriphID0 + 4 * i), id[i]);
	}
}
END_TEST

/* After a reset all but the time and the control register are 0. */
START_TEST(test_registers)
{
	begin();
	ck_assert_uint_eq(reg(RTCCR), CR_START);
	for (uint64_t offset = RTCMR; offset < RTCPeriphID0; offset += 4)
		if (offset != RTCCR)
			ck_assert_uint_eq(reg(offset), 0);
	set(RTCMR, 0x89abcdef);
	ck_assert_uint_eq(reg(RTCMR), 0x89abcdef);
	set(RTCIMSC, 0xffffffff);
	ck_assert_uint_eq(reg(RTCIMSC), INT_MATCH);
	/* It goes, and nothing stops it; what only can be read stays. */
	set(RTCCR, 0);
	ck_assert_uint_eq(reg(RTCCR), CR_START);
	set(RTCDR, 5);
	set(RTCRIS, 1);
	set(RTCMIS, 1);
	ck_assert_uint_eq(reg(RTCDR), TODAY);
	ck_assert_uint_eq(reg(RTCRIS), 0);
	ck_assert(!line());
	for (uint64_t offset = RTCICR + 4; offset < RTCPeriphID0; offset += 4) {
		set(offset, 0xffffffff);
		ck_assert_uint_eq(reg(offset), 0);
	}
}
END_TEST

START_TEST(test_accesses)
{
	begin();
	for (uint64_t offset = 1; offset < 4; offset++) {
		guest_write(RTC + RTCMR + offset, 1, 0xff);
		ck_assert_uint_eq(guest_read(RTC + RTCPeriphID0 + offset, 1), 0);
	}
	ck_assert_uint_eq(reg(RTCMR), 0);
	ck_assert_uint_eq(guest_read(RTC + RTCDR, 2), TODAY & 0xffff);
	ck_assert_uint_eq(guest_read(RTC + RTCDR, 1), TODAY & 0xff);
	ck_assert_int_eq(guest_access(RTC + RTCMR, 8, false, 0), DISPOSITION_ABORT);
	ck_assert_int_eq(guest_access(RTC + RTCMR, 8, true, 1), DISPOSITION_ABORT);
	ck_assert_uint_eq(reg(RTCMR), 0);
}
END_TEST

/* The page's time, then the guest's own. */
START_TEST(test_time)
{
	begin();
	ck_assert_uint_eq(reg(RTCDR), TODAY);
	now += SECOND - 1;
	ck_assert_uint_eq(reg(RTCDR), TODAY);
	now++;
	ck_assert_uint_eq(reg(RTCDR), TODAY + 1);
	set(RTCLR, 100);
	ck_assert_uint_eq(reg(RTCLR), 100);
	ck_assert_uint_eq(reg(RTCDR), 100);
	now += 50 * SECOND;
	ck_assert_uint_eq(reg(RTCDR), 150);
	set(RTCLR, 0xffffffff);
	ck_assert_uint_eq(reg(RTCDR), 0xffffffff);
	now += SECOND;
	ck_assert_uint_eq(reg(RTCDR), 0);
	ck_assert_uint_eq(deadline(), DEADLINE_NEVER);
}
END_TEST

/* Without a driver's word time counts from the machine's start. */
START_TEST(test_no_clock)
{
	guest_start();
	ck_assert_uint_eq(reg(RTCDR), now / SECOND);
}
END_TEST

/* A match is there until it is cleared; the line follows the mask. */
START_TEST(test_match)
{
	begin();
	set(RTCMR, TODAY + 10);
	ck_assert_uint_eq(deadline(), DEADLINE_NEVER);
	set(RTCIMSC, 1);
	ck_assert_uint_eq(deadline(), now + 10 * SECOND);
	ck_assert_uint_eq(pass(10 * SECOND - 1), 0);
	ck_assert_uint_eq(reg(RTCRIS), 0);
	ck_assert(!line());
	ck_assert_uint_eq(pass(1), 1);
	ck_assert(line());
	ck_assert_uint_eq(deadline(), DEADLINE_NEVER);
	ck_assert_uint_eq(reg(RTCRIS), INT_MATCH);
	ck_assert_uint_eq(reg(RTCMIS), INT_MATCH);
	set(RTCIMSC, 0);
	ck_assert(!line());
	ck_assert_uint_eq(reg(RTCRIS), INT_MATCH);
	ck_assert_uint_eq(reg(RTCMIS), 0);
	set(RTCIMSC, 1);
	ck_assert(line());
	pass(5 * SECOND);
	ck_assert(line());
	/* Any value clears. */
	set(RTCICR, 0);
	ck_assert(!line());
	ck_assert_uint_eq(reg(RTCRIS), 0);
	/* And it is over until the count has come round. */
	ck_assert_uint_le(pass(HOUR * SECOND), 60);
	ck_assert(!line());
}
END_TEST

/* What nobody wants to be told of is found when somebody looks. */
START_TEST(test_masked_match)
{
	begin();
	set(RTCMR, TODAY + 10);
	ck_assert_uint_eq(pass(20 * SECOND), 0);
	ck_assert_uint_eq(reg(RTCRIS), INT_MATCH);
	ck_assert(!line());
	set(RTCIMSC, 1);
	ck_assert(line());
}
END_TEST

/* The comparator compares at once: with the time that is written, and with the match that is. */
START_TEST(test_match_now)
{
	begin();
	set(RTCIMSC, 1);
	set(RTCMR, TODAY);
	ck_assert(line());
	set(RTCICR, 1);
	ck_assert(!line());
	set(RTCMR, 5000);
	ck_assert(!line());
	set(RTCLR, 4999);
	ck_assert(!line());
	ck_assert_uint_eq(deadline(), now + SECOND);
	set(RTCLR, 5000);
	ck_assert(line());
	set(RTCICR, 1);
	/* Set past a match there is none. */
	set(RTCMR, 6000);
	set(RTCLR, 7000);
	ck_assert(!line());
	pass(10 * SECOND);
	ck_assert(!line());
}
END_TEST

/* Far away it is asked for once a minute, and comes when it should. */
START_TEST(test_far_match)
{
	begin();
	set(RTCMR, TODAY + HOUR);
	set(RTCIMSC, 1);
	ck_assert_uint_eq(pass(HOUR * SECOND - 1), 59);
	ck_assert(!line());
	ck_assert_uint_eq(pass(1), 1);
	ck_assert(line());
}
END_TEST

/* The page's clock is set: on past the match, and back. */
START_TEST(test_host_is_set)
{
	begin();
	set(RTCMR, TODAY + HOUR);
	set(RTCIMSC, 1);
	host_says(TODAY - HOUR);
	pass(60 * SECOND);
	ck_assert(!line());
	ck_assert_uint_eq(reg(RTCDR), TODAY - HOUR + 60);
	host_says(TODAY + HOUR + 5);
	pass(60 * SECOND);
	ck_assert(line());
	ck_assert_uint_eq(reg(RTCDR), TODAY + HOUR + 65);
	/* The guest's own time is kept that far ahead. */
	set(RTCLR, 1000);
	host_says(TODAY);
	ck_assert_uint_eq(reg(RTCDR), (uint32_t)(1000 - (HOUR + 65)));
}
END_TEST

/* A page that says anything at all: wrong times, and an event a minute, and for each new word of the driver one more. */
START_TEST(test_hostile_page)
{
	uint32_t events = 0;

	srand((unsigned int)_i);
	begin();
	set(RTCIMSC, 1);
	for (uint32_t i = 0; i < 1000; i++) {
		clock_page.sequence += (uint32_t)rand() % 3;
		clock_page.times[0].counter = (uint64_t)rand() << (rand() % 34);
		clock_page.times[1].counter = now - SECOND + (uint64_t)(rand() % 3);
		clock_page.times[rand() % 2].seconds = (uint64_t)rand() << (rand() % 34);
		set(RTCMR, (uint32_t)rand());
		reg(RTCDR);
		set(RTCICR, 1);
		events += pass(SECOND * (uint64_t)(rand() % 60));
	}
	ck_assert_uint_le(events, 3000);
}
END_TEST

/* A reset of the guest takes the alarm away, and leaves the time as it was set. */
START_TEST(test_reset)
{
	static const uint64_t nothing[5];

	begin();
	set(RTCLR, 1000);
	set(RTCMR, 1000);
	set(RTCIMSC, 1);
	ck_assert(line());
	now += SECOND;
	ck_assert_uint_eq(guest_exit(EXIT_START, nothing) & 0xf, DISPOSITION_START);
	ck_assert(!line());
	ck_assert_uint_eq(deadline(), DEADLINE_NEVER);
	ck_assert_uint_eq(reg(RTCDR), 1001);
	ck_assert_uint_eq(reg(RTCRIS), 0);
	ck_assert_uint_eq(reg(RTCMR), 0);
	ck_assert_uint_eq(reg(RTCIMSC), 0);
}
END_TEST

START_TEST(test_no_page)
{
	guest_configure();
	config.clock = 0;
	ck_assert_str_eq(vmm_init(&vmm, &config), "a PL031 without a clock page");
}
END_TEST

Suite *pl031_suite(void)
{
	Suite *suite = suite_create("pl031");
	TCase *tests = tcase_create("pl031");

	tcase_add_test(tests, test_identification);
	tcase_add_test(tests, test_registers);
	tcase_add_test(tests, test_accesses);
	tcase_add_test(tests, test_time);
	tcase_add_test(tests, test_no_clock);
	tcase_add_test(tests, test_match);
	tcase_add_test(tests, test_masked_match);
	tcase_add_test(tests, test_match_now);
	tcase_add_test(tests, test_far_match);
	tcase_add_test(tests, test_host_is_set);
	tcase_add_loop_test(tests, test_hostile_page, 0, 10);
	tcase_add_test(tests, test_reset);
	tcase_add_test(tests, test_no_page);
	suite_add_tcase(suite, tests);
	return suite;
}
