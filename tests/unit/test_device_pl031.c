/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device server with the model of a PL031, whose deadline is that of the server's wait. What a driver sees of the
 * model itself is in test_vmm_pl031.c.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <idl/kernel_client.h>

#include <cloister/counter.h>

#include <device_server.h>
#include <devices/pl031_registers.h>

#define CAP_INTERRUPT 3
#define CAP_LOG       4
#define SECOND        1000000000ULL
#define TODAY         1750000000U

static struct device_config settings;
static struct device_server server;
static struct device_state kept;
static struct clock_page page;
static struct line log_memory;
static uint64_t now;
static bool line_up;
/* How often the line went up. */
static uint32_t interrupts;

uint64_t arch_counter(void)
{
	return now;
}

uint64_t arch_counter_frequency(void)
{
	return SECOND;
}

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	(void)deadline;
	(void)m;
	if (cap == CAP_INTERRUPT) {
		line_up = number == SYS_SIGNAL;
		interrupts += line_up;
	}
	return OK;
}

static uint32_t guest_access(uint64_t offset, bool write, uint32_t value)
{
	struct message m = {
		.label = LABEL_EXIT + EXIT_WINDOW,
		.word = { 1, offset, ACCESS_DECODED | ACCESS_SIZE(2) | (write ? ACCESS_WRITE : 0),
			  value },
	};

	device_server_handle(&server, &m);
	ck_assert_uint_eq(m.label, DISPOSITION_STEP);
	return (uint32_t)m.word[0];
}

static uint32_t reg(uint64_t offset)
{
	return guest_access(offset, false, 0);
}

static void set(uint64_t offset, uint32_t value)
{
	guest_access(offset, true, value);
}

/* As the kernel does when the deadline of the server's wait has passed, or with bits. */
static void signal(uint64_t bits)
{
	struct message m = { .label = LABEL_SIGNAL, .word = { bits } };

	device_server_handle(&server, &m);
}

static uint64_t reset(uint64_t badge)
{
	struct message m = { .label = DEVICE_RESET, .badge = badge };

	device_server_handle(&server, &m);
	return m.label;
}

/* A process, be it the first or a successor; whatever the line was left at. */
static void begin(void)
{
	line_up = true;
	ck_assert_ptr_null(device_server_init(&server, &settings));
	ck_assert(!line_up);
	interrupts = 0;
}

static void configure(void)
{
	memset(&kept, 0, sizeof(kept));
	memset(&page, 0, sizeof(page));
	settings = (struct device_config){
		.device = { .kind = VMM_DEVICE_PL031, .irq = 34, .size = 0x1000 },
		.state = (uint64_t)(uintptr_t)&kept,
		.clock = (uint64_t)(uintptr_t)&page,
		.log_line = (uint64_t)(uintptr_t)&log_memory,
		.log_notify = CAP_LOG,
		.interrupt = CAP_INTERRUPT,
	};
	now = 5 * SECOND;
	clock_publish(&page, &(struct clock_time){ now, TODAY });
}

static void start(void)
{
	configure();
	begin();
}

START_TEST(time_of_the_page)
{
	start();
	ck_assert_uint_eq(reg(RTCDR), TODAY);
	now += 90 * SECOND;
	ck_assert_uint_eq(reg(RTCDR), TODAY + 90);
}
END_TEST

/* The alarm comes at the server's deadline, once, and no deadline is left. */
START_TEST(alarm)
{
	start();
	ck_assert_uint_eq(server.host.deadline, DEADLINE_NEVER);
	set(RTCMR, TODAY + 4);
	ck_assert_uint_eq(server.host.deadline, DEADLINE_NEVER);
	set(RTCIMSC, 1);
	ck_assert_uint_eq(server.host.deadline, now + 4 * SECOND);
	now += 4 * SECOND - 1;
	signal(DEVICE_EVENT_WAKE);
	ck_assert(!line_up);
	now++;
	signal(0);
	ck_assert(line_up);
	ck_assert_uint_eq(server.host.deadline, DEADLINE_NEVER);
	set(RTCICR, 1);
	ck_assert(!line_up);
	now += 3600 * SECOND;
	signal(0);
	ck_assert_uint_eq(interrupts, 1);
}
END_TEST

/* Its VMM alone resets it, which takes the alarm and leaves the time. */
START_TEST(reset_by_the_vmm)
{
	start();
	set(RTCLR, 1000);
	set(RTCMR, 1002);
	set(RTCIMSC, 1);
	ck_assert_uint_eq(reset(0), ERR_RIGHTS);
	ck_assert_uint_eq(reg(RTCMR), 1002);
	ck_assert_uint_eq(reset(DEVICE_BADGE_VMM), OK);
	ck_assert_uint_eq(server.host.deadline, DEADLINE_NEVER);
	ck_assert_uint_eq(reg(RTCIMSC), 0);
	now += 7 * SECOND;
	ck_assert_uint_eq(reg(RTCDR), 1007);
	ck_assert(!line_up);
}
END_TEST

/* A successor tells the time that the guest has set, and knows of no alarm. */
START_TEST(successor)
{
	start();
	begin();
	ck_assert_uint_eq(reg(RTCDR), TODAY);
	set(RTCLR, 1000);
	set(RTCMR, 1000);
	set(RTCIMSC, 1);
	ck_assert(line_up);
	now += 9 * SECOND;
	begin();
	ck_assert_uint_eq(reg(RTCDR), 1009);
	ck_assert_uint_eq(reg(RTCIMSC), 0);
	ck_assert_uint_eq(reg(RTCRIS), 0);
	ck_assert_uint_eq(server.host.deadline, DEADLINE_NEVER);
	/* It is set to the page's time: there is nothing to be told any more. */
	set(RTCLR, TODAY + 9);
	ck_assert_uint_eq(kept.driver, 0);
	begin();
	ck_assert_uint_eq(reg(RTCDR), TODAY + 9);
	/* What a predecessor left may be anything. */
	kept.driver = UINT64_MAX;
	begin();
	ck_assert_uint_eq(reg(RTCDR), TODAY + 8);
}
END_TEST

START_TEST(no_page)
{
	configure();
	settings.clock = 0;
	ck_assert_str_eq(device_server_init(&server, &settings), "a PL031 without a clock page");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("device_pl031");
	TCase *tests = tcase_create("device_pl031");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, time_of_the_page);
	tcase_add_test(tests, alarm);
	tcase_add_test(tests, reset_by_the_vmm);
	tcase_add_test(tests, successor);
	tcase_add_test(tests, no_page);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
