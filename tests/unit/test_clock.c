/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock page with a reader beside its driver, and the driver's reckoning against a real-time clock of the test's,
 * which begins its seconds at any time, drifts, and is looked at late.
 */
#include <check.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cloister/clock.h>
#include <cloister/counter.h>

#include "second.h"

#define FREQUENCY 62500000
#define READS     50000

static struct clock_page page;
static struct clock reader;
static bool stop;

uint64_t arch_counter(void)
{
	return 0;
}

uint64_t arch_counter_frequency(void)
{
	return FREQUENCY;
}

static void fresh(void)
{
	page = (struct clock_page){ 0 };
	clock_init(&reader, &page);
}

static void publish(uint64_t counter, uint64_t seconds)
{
	clock_publish(&page, &(struct clock_time){ counter, seconds });
}

/* Nobody has read a clock: seconds count from the counter's 0. */
START_TEST(test_no_clock)
{
	fresh();
	ck_assert_uint_eq(clock_seconds(&reader, 0), 0);
	ck_assert_uint_eq(clock_seconds(&reader, FREQUENCY - 1), 0);
	ck_assert_uint_eq(clock_seconds(&reader, 100ULL * FREQUENCY), 100);
}
END_TEST

START_TEST(test_page)
{
	fresh();
	publish(1000, 1700000000);
	ck_assert_uint_eq(clock_seconds(&reader, 1000), 1700000000);
	ck_assert_uint_eq(clock_seconds(&reader, FREQUENCY + 999), 1700000000);
	ck_assert_uint_eq(clock_seconds(&reader, FREQUENCY + 1000), 1700000001);
	/* Said since the reader looked at the counter. */
	ck_assert_uint_eq(clock_seconds(&reader, 999), 1700000000);
	/* Begun before the counter. */
	publish(0 - (uint64_t)FREQUENCY / 2, 5);
	ck_assert_uint_eq(clock_seconds(&reader, 0), 5);
	ck_assert_uint_eq(clock_seconds(&reader, FREQUENCY / 2), 6);
}
END_TEST

/* A driver that dies in the middle of its writing leaves what it said before. */
START_TEST(test_half_written)
{
	fresh();
	publish(0, 100);
	publish(0, 200);
	page.times[(page.sequence + 1) % 2] = (struct clock_time){ 1, 666 };
	ck_assert_uint_eq(clock_seconds(&reader, 0), 200);
	clock_init(&reader, &page);
	ck_assert_uint_eq(clock_seconds(&reader, 0), 200);
	publish(0, 300);
	ck_assert_uint_eq(clock_seconds(&reader, 0), 300);
}
END_TEST

static void *honest(void *unused)
{
	for (uint64_t i = 1; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++)
		publish(0 - i * FREQUENCY, 1000 - i);
	return unused;
}

/* What stands in the page and the sequence have nothing to do with each other. */
static void *hostile(void *unused)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		for (uint32_t i = 0; i < 2; i++) {
			__atomic_store_n(&page.times[i].counter, UINT64_MAX * (i + 1) / 3,
					 __ATOMIC_RELAXED);
			__atomic_store_n(&page.times[i].seconds, UINT64_MAX, __ATOMIC_RELAXED);
		}
		__atomic_add_fetch(&page.sequence, 1 + 2 * (page.sequence % 3), __ATOMIC_RELAXED);
	}
	return unused;
}

/* A reader sees a whole time, whatever is written meanwhile: all of these are one and the same. */
START_TEST(test_honest_beside)
{
	pthread_t thread;

	fresh();
	publish(0, 1000);
	ck_assert_uint_eq(clock_seconds(&reader, 0), 1000);
	stop = false;
	ck_assert_int_eq(pthread_create(&thread, NULL, honest, NULL), 0);
	for (uint32_t i = 0; i < READS; i++)
		ck_assert_uint_eq(clock_seconds(&reader, 0), 1000);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}
END_TEST

/* No reader waits for one that writes without end; what it reads is only a time. */
START_TEST(test_hostile_beside)
{
	pthread_t thread;

	fresh();
	stop = false;
	ck_assert_int_eq(pthread_create(&thread, NULL, hostile, NULL), 0);
	for (uint32_t i = 0; i < READS; i++)
		clock_seconds(&reader, i);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	publish(0, 1000);
	ck_assert_uint_eq(clock_seconds(&reader, FREQUENCY), 1001);
}
END_TEST

/* A real-time clock: what it tells when the counter stands at a value. */
static struct {
	int64_t phase;
	int64_t base;
	/* Millionths by which it is fast. */
	int64_t drift;
	/* How late, in ticks, the driver can come to look. */
	int64_t late;
} rtc;

static struct second second;
static uint64_t now;
static uint32_t looks;
static uint32_t steps;

static uint32_t rtc_seconds(void)
{
	int64_t at = (int64_t)now + rtc.phase;

	return (uint32_t)(rtc.base + (at + at / 1000000 * rtc.drift) / FREQUENCY);
}

/* Nobody may see a second twice, or lose one, but where the clock was set. */
static void check_said(void)
{
	uint64_t before = clock_seconds(&reader, now);
	struct clock_time time = second_time(&second);

	clock_publish(&page, &time);
	if (looks > 1)
		ck_assert_uint_eq(clock_seconds(&reader, now), before);
}

static void sleep_until(uint64_t deadline)
{
	ck_assert_uint_gt(deadline, now);
	now = deadline + (uint64_t)(rtc.late ? rand() % rtc.late : 0);
}

/* What the driver's loop does. */
static void driver_look(void)
{
	uint64_t before = now;
	enum second_change change;

	now += (uint64_t)(rtc.late ? rand() % 100 : 0);
	change = second_look(&second, rtc_seconds(), before, now);
	looks++;
	if (change == SECOND_STEPPED) {
		struct clock_time time = second_time(&second);

		steps++;
		clock_publish(&page, &time);
	}
	if (change == SECOND_MOVED) {
		sleep_until(second_next_middle(&second, now));
		check_said();
	}
	sleep_until(second_next_look(&second, now));
}

/* How far the page's second is from the clock's, in ticks. */
static int64_t error(void)
{
	uint64_t kept = now;
	int64_t low = 0;
	int64_t high = FREQUENCY;
	uint32_t seconds = rtc_seconds();
	int64_t said;

	/* When the clock's next second begins. */
	while (high - low > 1) {
		now = kept + (uint64_t)(low + high) / 2;
		if (rtc_seconds() == seconds)
			low = (low + high) / 2;
		else
			high = (low + high) / 2;
	}
	now = kept;
	said = (int64_t)page.times[page.sequence % 2].counter;
	said += (int64_t)(seconds + 1 - page.times[page.sequence % 2].seconds) * FREQUENCY;
	return llabs(said - (int64_t)kept - high);
}

static void driver_start(const struct clock_time *said)
{
	looks = 0;
	steps = 0;
	second_init(&second, FREQUENCY, said);
}

static void begin(int seed)
{
	srand((unsigned int)seed);
	fresh();
	now = (uint64_t)rand() % (3 * FREQUENCY);
	rtc.phase = rand() % FREQUENCY;
	rtc.base = 1700000000 + rand() % 1000;
	rtc.drift = 0;
	rtc.late = FREQUENCY / 500;
	driver_start(NULL);
}

/* Each look halves what is open, until it is less than a hundredth of a second. */
START_TEST(test_finds_the_second)
{
	begin(_i);
	driver_look();
	ck_assert_int_le(error(), FREQUENCY / 2);
	while (looks < 12)
		driver_look();
	ck_assert_int_le(error(), FREQUENCY / 100);
	/* The first was all that was said at once. */
	ck_assert_uint_eq(steps, 1);
}
END_TEST

/* Then it looks once in a minute or a little more, and the page follows a clock that drifts. */
START_TEST(test_follows)
{
	uint64_t hour;

	begin(_i);
	rtc.drift = _i % 2 ? 400 : -400;
	while (looks < 12)
		driver_look();
	looks = 2;
	hour = now + 3600ULL * FREQUENCY;
	while (now < hour) {
		ck_assert_int_le(error(), FREQUENCY / 16);
		driver_look();
	}
	ck_assert_uint_le(looks, 60 * 6);
	ck_assert_uint_ge(looks, 55);
	ck_assert_uint_eq(steps, 1);
}
END_TEST

/* A clock that is set is believed at once. */
START_TEST(test_clock_is_set)
{
	static const int64_t jumps[] = { 3600, -3600, 2, -2, 1000000000, -1700000000 };

	begin(_i);
	while (looks < 12)
		driver_look();
	rtc.base += jumps[_i % 6];
	driver_look();
	ck_assert_uint_eq(steps, 2);
	looks = 2;
	while (looks < 12) {
		ck_assert_int_le(error(), FREQUENCY / 2);
		driver_look();
	}
	ck_assert_int_le(error(), FREQUENCY / 100);
	ck_assert_uint_eq(steps, 2);
}
END_TEST

/* A restarted driver takes over what its predecessor said; a page that was wrong is put right. */
START_TEST(test_successor)
{
	struct clock_time said;

	begin(_i);
	while (looks < 12)
		driver_look();
	said = page.times[page.sequence % 2];
	now += (uint64_t)rand() % (100ULL * FREQUENCY);
	driver_start(&said);
	while (looks < 12) {
		driver_look();
		ck_assert_int_le(error(), FREQUENCY / 64);
	}
	ck_assert_uint_eq(steps, 0);
	said = (struct clock_time){ (uint64_t)rand() << 40 | (uint64_t)rand(), (uint64_t)rand()
										       << 33 };
	driver_start(&said);
	driver_look();
	ck_assert_uint_eq(steps, 1);
	ck_assert_int_le(error(), FREQUENCY / 2);
}
END_TEST

/* A clock that tells parts of a second is known after one look; which can lie anywhere in the second, or before its begin. */
START_TEST(test_close_look)
{
	const uint64_t began = 1ULL << 40;
	const uint64_t passed = (uint64_t)_i * FREQUENCY / 30;
	const uint64_t before = began + passed;
	struct clock_time time;
	struct second s;

	second_init(&s, FREQUENCY, NULL);
	ck_assert_int_eq(second_look_closely(&s, 1700000000, passed, before, before + 100),
			 SECOND_STEPPED);
	time = second_time(&s);
	ck_assert_uint_eq(time.seconds, 1700000000);
	ck_assert_uint_ge(time.counter, began - 1);
	ck_assert_uint_le(time.counter, began + 100);
	ck_assert_uint_ge(second_next_look(&s, before + 100), before + 60ULL * FREQUENCY);
	/* A minute later it is the same, and nothing is to be corrected. */
	ck_assert_int_eq(second_look_closely(&s, 1700000060, passed, before + 60ULL * FREQUENCY,
					     before + 60ULL * FREQUENCY + 100),
			 SECOND_SAME);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("clock");
	TCase *tests = tcase_create("clock");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, test_no_clock);
	tcase_add_test(tests, test_page);
	tcase_add_test(tests, test_half_written);
	tcase_add_test(tests, test_honest_beside);
	tcase_add_test(tests, test_hostile_beside);
	tcase_add_loop_test(tests, test_finds_the_second, 0, 50);
	tcase_add_loop_test(tests, test_follows, 0, 10);
	tcase_add_loop_test(tests, test_clock_is_set, 0, 30);
	tcase_add_loop_test(tests, test_successor, 0, 30);
	tcase_add_loop_test(tests, test_close_look, 0, 30);
	suite_add_tcase(suite, tests);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
