/* SPDX-License-Identifier: BSD-2-Clause */
/* Guests that are reset and that end: what the kernel is asked for, and what is said of it. */
#include "test_root.h"

#include <stdarg.h>

#include <cloister/counter.h>
#include <cloister/message.h>
#include <idl/root.h>

#define GUESTS 2
/* Of guest n's VCpu that starts at boot, and of its other one. */
#define FIRST(n)  (100 + (n))
#define SECOND(n) (200 + (n))

static uint64_t now;
static char said[1024];
static bool log_closed;

uint64_t arch_counter(void)
{
	return now;
}

uint64_t arch_counter_frequency(void)
{
	return FREQUENCY;
}

void log_print(const char *format, ...)
{
	size_t length = strlen(said);
	va_list arguments;

	va_start(arguments, format);
	length += (size_t)vsnprintf(said + length, sizeof(said) - length, format, arguments);
	va_end(arguments);
	ck_assert_uint_lt(length + 1, sizeof(said));
	strcat(said, "\n");
}

void log_close(void)
{
	log_closed = true;
}

static void add_vcpu(uint32_t guest, uint32_t cap, uint32_t start)
{
	struct manifest_vcpu *vcpu = ADD(vcpus, vcpu);

	vcpu->vcpu = cap;
	vcpu->guest = guest;
	vcpu->start = start;
}

static void make_guests(void)
{
	for (uint32_t i = 0; i < GUESTS; i++)
		ADD(threads, thread);
	for (uint32_t i = 0; i < GUESTS; i++) {
		struct manifest_guest *guest = ADD(guests, guest);

		snprintf(guest->name, sizeof(guest->name), "g%u", i);
		guest->vmm_thread = i;
	}
	for (uint32_t i = 0; i < GUESTS; i++) {
		add_vcpu(i, FIRST(i), 1);
		add_vcpu(i, SECOND(i), 0);
	}
	ck_assert_str_eq(run(), "");
	guests_init(&description);
	now = 5UL * FREQUENCY;
}

/* Guest `guest`'s VMM calls. */
static void call(uint32_t guest, uint64_t end)
{
	struct message m = { .label = ROOT_GUEST_ENDED,
			     .badge = ROOT_BADGE_GUEST + guest,
			     .word = { end } };

	call_count = 0;
	said[0] = '\0';
	guests_call(&m);
	ck_assert_uint_eq(m.label, OK);
}

/* Both VCpus are stopped, and the first begins again. */
static void expect_restart(uint32_t guest)
{
	ck_assert_uint_eq(call_count, 3);
	expect_call(0, FIRST(guest), VCPU_STOP, 0, 0, 0);
	expect_call(1, SECOND(guest), VCPU_STOP, 0, 0, 0);
	expect_call(2, FIRST(guest), VCPU_START, 0, 0, 0);
}

START_TEST(reset_begins_anew)
{
	make_guests();
	call(1, GUEST_RESET);
	expect_restart(1);
	ck_assert_str_eq(said, "guest g1: reset, number 1\n");
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
}
END_TEST

/* One line a second for each guest, and the last number at the end. */
START_TEST(storm_of_resets)
{
	make_guests();
	call(0, GUEST_RESET);
	for (unsigned int i = 2; i <= 50; i++) {
		now += FREQUENCY / 50;
		call(0, GUEST_RESET);
		expect_restart(0);
		ck_assert_str_eq(said, "");
	}
	call(1, GUEST_RESET);
	ck_assert_str_eq(said, "guest g1: reset, number 1\n");
	now += FREQUENCY / 50;
	call(0, GUEST_RESET);
	ck_assert_str_eq(said, "guest g0: reset, number 51\n");
	call(0, GUEST_RESET);
	call(0, GUEST_OFF);
	ck_assert_ptr_nonnull(strstr(said, "guest g0: reset, number 52\nguest g0: powered off\n"));
}
END_TEST

/* What has ended does not begin again, whatever its VMM says. */
START_TEST(end_is_an_end)
{
	make_guests();
	call(0, _i ? GUEST_OFF : GUEST_FAILED);
	expect_call(0, FIRST(0), VCPU_STOP, 0, 0, 0);
	expect_call(1, SECOND(0), VCPU_STOP, 0, 0, 0);
	call(0, GUEST_RESET);
	ck_assert_uint_eq(call_count, 0);
	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
	call_count = 0;
	guests_server_failed(1);
	expect_call(0, FIRST(1), VCPU_STOP, 0, 0, 0);
	ck_assert(!log_closed);
	ck_assert_uint_eq(guests_deadline(), now + FREQUENCY / 2);
}
END_TEST

/* A badge or an end that nobody has. */
START_TEST(wrong_calls)
{
	struct message m = { .label = ROOT_GUEST_ENDED, .badge = ROOT_BADGE_GUEST + GUESTS };

	make_guests();
	call_count = 0;
	said[0] = '\0';
	guests_call(&m);
	ck_assert_uint_eq(m.label, ERR_RIGHTS);
	m = (struct message){ .label = ROOT_GUEST_ENDED,
			      .badge = ROOT_BADGE_GUEST,
			      .word = { GUEST_FAILED + 1 } };
	guests_call(&m);
	ck_assert_uint_eq(m.label, ERR_ARGUMENT);
	ck_assert_uint_eq(call_count, 0);
	ck_assert_str_eq(said, "");
}
END_TEST

void add_guests_tests(TCase *tests)
{
	tcase_add_test(tests, reset_begins_anew);
	tcase_add_test(tests, storm_of_resets);
	tcase_add_loop_test(tests, end_is_an_end, 0, 2);
	tcase_add_test(tests, wrong_calls);
}
