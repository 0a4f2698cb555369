/* SPDX-License-Identifier: BSD-2-Clause */
/* What is needed of a sequence (tests/model/sequence.c), with rules in place of a kernel that say when it fails. */
#include <check.h>
#include <stdlib.h>

#include "../model/action.h"

/* Actions that may be done again, and a last time. */
#define DONE     200000
#define DONE_MAX (DONE + SEQUENCE_MAX)

static struct sequence sequence;
static bool (*rule)(const struct sequence *tried);
static unsigned int done;

bool invoker_fails(const struct sequence *tried)
{
	done += tried->chosen.count;
	return rule(tried);
}

/* The label of each action is its number. */
static void setup(void)
{
	done = 0;
	sequence.chosen.count = 0;
	for (unsigned int i = 0; i < SEQUENCE_MAX; i++)
		sequence_add(&sequence, &(struct action){ .kind = ACTION_CALL, .label = i });
}

static uint64_t label(const struct sequence *tried, unsigned int number)
{
	return tried->action[tried->chosen.place[number]].label;
}

/* How many of these labels are there, each behind the one before it. */
static unsigned int in_order(const struct sequence *tried, const uint64_t *labels,
			     unsigned int count)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < tried->chosen.count && found < count; i++)
		found += label(tried, i) == labels[found];
	return found;
}

static const uint64_t three[] = { 7, 1249, 2400 };

static bool needs_three(const struct sequence *tried)
{
	return in_order(tried, three, 3) == 3;
}

START_TEST(finds_what_is_needed)
{
	rule = needs_three;
	ck_assert(sequence_shorten(&sequence, DONE));
	ck_assert_uint_eq(sequence.chosen.count, 3);
	ck_assert_uint_eq(in_order(&sequence, three, 3), 3);
	ck_assert_uint_lt(done, DONE_MAX / 2);
}
END_TEST

/* The first of two makes good what the second spoils: the second must go before it, or both at once. */
static bool needs_partner(const struct sequence *tried)
{
	static const uint64_t first = 100, second = 2000, last = 2100;

	return in_order(tried, &last, 1) == 1 &&
	       (in_order(tried, &first, 1) == 1 || in_order(tried, &second, 1) == 0);
}

START_TEST(leaves_out_what_only_others_needed)
{
	rule = needs_partner;
	ck_assert(sequence_shorten(&sequence, DONE));
	ck_assert_uint_eq(sequence.chosen.count, 1);
	ck_assert_uint_eq(label(&sequence, 0), 2100);
}
END_TEST

static bool needs_all(const struct sequence *tried)
{
	return tried->chosen.count == SEQUENCE_MAX;
}

START_TEST(gives_up_in_time)
{
	rule = needs_all;
	ck_assert(sequence_shorten(&sequence, DONE));
	ck_assert_uint_eq(sequence.chosen.count, SEQUENCE_MAX);
	for (unsigned int i = 0; i < SEQUENCE_MAX; i++)
		ck_assert_uint_eq(label(&sequence, i), i);
	ck_assert_uint_le(done, DONE_MAX);
}
END_TEST

START_TEST(leaves_out_what_was_refused_at_once)
{
	for (unsigned int i = 0; i < SEQUENCE_MAX; i++)
		sequence.action[i].refused = i != three[0] && i != three[1] && i != three[2];
	rule = needs_three;
	ck_assert(sequence_shorten(&sequence, DONE));
	ck_assert_uint_eq(sequence.chosen.count, 3);
	ck_assert_uint_lt(done, SEQUENCE_MAX + 20);
}
END_TEST

/* One of what it needs was refused. */
START_TEST(keeps_what_was_refused)
{
	for (unsigned int i = 0; i < SEQUENCE_MAX; i++)
		sequence.action[i].refused = i != three[0] && i != three[2];
	rule = needs_three;
	ck_assert(sequence_shorten(&sequence, DONE));
	ck_assert_uint_eq(in_order(&sequence, three, 3), 3);
	ck_assert_uint_eq(sequence.chosen.count, 3);
}
END_TEST

static bool needs_nothing(const struct sequence *tried)
{
	(void)tried;
	return true;
}

START_TEST(comes_to_nothing)
{
	rule = needs_nothing;
	ck_assert(sequence_shorten(&sequence, DONE));
	ck_assert_uint_eq(sequence.chosen.count, 0);
}
END_TEST

static bool never(const struct sequence *tried)
{
	(void)tried;
	return false;
}

START_TEST(says_that_it_does_not_fail_again)
{
	rule = never;
	ck_assert(!sequence_shorten(&sequence, DONE));
	ck_assert_uint_eq(sequence.chosen.count, SEQUENCE_MAX);
	ck_assert_uint_eq(done, SEQUENCE_MAX);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sequence");
	TCase *tests = tcase_create("sequence");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, finds_what_is_needed);
	tcase_add_test(tests, leaves_out_what_only_others_needed);
	tcase_add_test(tests, gives_up_in_time);
	tcase_add_test(tests, leaves_out_what_was_refused_at_once);
	tcase_add_test(tests, keeps_what_was_refused);
	tcase_add_test(tests, comes_to_nothing);
	tcase_add_test(tests, says_that_it_does_not_fail_again);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
