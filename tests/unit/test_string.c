/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/string.c at every alignment, for lengths around its steps. The build gives its functions other names
 * (lib_memcpy and so on) in this program, so that they do not replace the C library's.
 */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>

#include <cloister/string.h>

#define SPAN   80
#define PLACES 17

static uint8_t *bytes;
static uint8_t expected[2 * SPAN];

static void setup(void)
{
	bytes = malloc(sizeof(expected));
	for (unsigned int i = 0; i < sizeof(expected); i++)
		bytes[i] = expected[i] = (uint8_t)(i * 7 + 1);
}

static void teardown(void)
{
	free(bytes);
}

static void check_bytes(void)
{
	for (unsigned int i = 0; i < sizeof(expected); i++)
		if (bytes[i] != expected[i])
			ck_abort_msg("byte %u is %u, not %u", i, bytes[i], expected[i]);
}

/* What memmove() should do, by way of a copy. */
static void model_move(unsigned int to, unsigned int from, unsigned int size)
{
	uint8_t copy[SPAN];

	for (unsigned int i = 0; i < size; i++)
		copy[i] = expected[from + i];
	for (unsigned int i = 0; i < size; i++)
		expected[to + i] = copy[i];
}

START_TEST(copies)
{
	for (unsigned int to = 0; to < PLACES; to++)
		for (unsigned int from = 0; from < PLACES; from++)
			for (unsigned int size = 0; size < SPAN - PLACES; size++) {
				memcpy(bytes + to, bytes + SPAN + from, size);
				model_move(to, SPAN + from, size);
				check_bytes();
			}
}
END_TEST

START_TEST(overlapping_moves)
{
	for (unsigned int to = 0; to < PLACES; to++)
		for (unsigned int from = 0; from < PLACES; from++)
			for (unsigned int size = 0; size < SPAN; size++) {
				memmove(bytes + to, bytes + from, size);
				model_move(to, from, size);
				check_bytes();
			}
}
END_TEST

START_TEST(results)
{
	ck_assert_ptr_eq(memcpy(bytes + 1, bytes + SPAN, 9), bytes + 1);
	ck_assert_ptr_eq(memmove(bytes + 1, bytes, 9), bytes + 1);
	ck_assert_ptr_eq(memset(bytes + 1, 0, 9), bytes + 1);
}
END_TEST

START_TEST(fills)
{
	for (unsigned int to = 0; to < PLACES; to++)
		for (unsigned int size = 0; size < SPAN; size++) {
			memset(bytes + to, (int)(0x100 + size), size);
			for (unsigned int i = 0; i < size; i++)
				expected[to + i] = (uint8_t)size;
			check_bytes();
		}
}
END_TEST

START_TEST(comparisons)
{
	for (unsigned int place = 0; place < PLACES; place++)
		for (unsigned int size = 1; size < SPAN - PLACES; size++) {
			uint8_t *a = bytes + place;
			uint8_t *b = bytes + SPAN;

			memmove(a, b, size);
			ck_assert_int_eq(memcmp(a, b, size), 0);
			a[size - 1]++;
			ck_assert_int_eq(memcmp(a, b, size), a[size - 1] < b[size - 1] ? -1 : 1);
			ck_assert_int_eq(memcmp(b, a, size), a[size - 1] < b[size - 1] ? 1 : -1);
			ck_assert_int_eq(memcmp(a, b, size - 1), 0);
		}
}
END_TEST

START_TEST(lengths)
{
	for (unsigned int size = 0; size < SPAN; size++) {
		memset(bytes, 'x', SPAN);
		bytes[size] = '\0';
		ck_assert_uint_eq(strlen((const char *)bytes), size);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("string");
	TCase *tests = tcase_create("string");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, copies);
	tcase_add_test(tests, overlapping_moves);
	tcase_add_test(tests, results);
	tcase_add_test(tests, fills);
	tcase_add_test(tests, comparisons);
	tcase_add_test(tests, lengths);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
