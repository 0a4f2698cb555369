/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptions: the place of each value, errors in order, and any text at all without a crash.
 */
#include "test_cloister.h"

#include "schema.h"

#include <string.h>

static struct bench bench;

static void begin(void)
{
	struct blob kernel;
	struct blob bytes;

	bench_begin(&bench);
	kernel = bench_linux(&bench, 8192, 100000);
	bytes = bench_linux(&bench, 5000, 1);
	bench_file(&bench, "Image", kernel.data, kernel.size);
	bench_file(&bench, "bytes", bytes.data, bytes.size);
}

static void end(void)
{
	bench_end(&bench);
}

static const char whole[] =
	"{\n"
	"  \"board\": \"qemu-virt-aarch64\",\n"
	"  \"guests\": [\n"
	"    { \"name\": \"linux\", \"memory\": \"64 MiB\", \"kernel\": \"Image\",\n"
	"      \"initrd\": \"bytes\", \"command_line\": \"a=\\u00e4\\\"b\\\\\", \"priority\": 107,\n"
	"      \"budget\": { \"budget_us\": 500, \"period_us\": 1000 },\n"
	"      \"devices\": [ { \"type\": \"pl011\", \"address\": \"0x0a000000\", \"interrupt\": 40 } ] },\n"
	"    { \"name\": \"bare\", \"memory\": 4194304, \"memory_base\": \"0x80000000\",\n"
	"      \"kernel\": { \"raw\": \"bytes\", \"load\": \"0x80001000\" }, \"devices\": [] }\n"
	"  ]\n"
	"}\n";

START_TEST(values)
{
	const struct guest *guest = bench.description.guests;

	ck_assert_uint_eq(bench_read(&bench, whole, strlen(whole)), 0);
	ck_assert_uint_eq(bench.description.guest_count, 2);
	ck_assert_str_eq(guest[0].name, "linux");
	ck_assert_uint_eq(guest[0].memory_base, 0x40000000);
	ck_assert_uint_eq(guest[0].memory_size, 64 * MIB);
	ck_assert_uint_eq(guest[0].priority, 107);
	ck_assert_uint_eq(guest[0].budget, 500);
	ck_assert_uint_eq(guest[0].entry, 0x40000000);
	ck_assert_uint_eq(guest[0].image_count, 3);
	ck_assert_uint_eq(guest[0].device_count, 2);
	ck_assert_uint_eq(guest[0].devices[1].irq, 40);
	ck_assert_uint_eq(guest[1].priority, 100);
	ck_assert_uint_eq(guest[1].entry, 0x80001000);
	ck_assert_uint_eq(guest[1].device_count, 1);
	ck_assert_uint_eq(bench.description.board.uart, 0x09000000);
}
END_TEST

/* The places are found by walking the text, so strings with brackets and quotes in them must not mislead. */
START_TEST(places)
{
	static const char text[] =
		"{ \"x\\\"]}\": [ 1, \"{\\\\\", [ true, {} ], null ],\n"
		"\t\"\xc3\xa4\": \"\xc3\xa4\", \"board\" :\n 5, \"guests\": {} }";
	const struct error *error = bench.errors.list;

	ck_assert_uint_eq(bench_read(&bench, text, strlen(text)), 4);
	ck_assert_uint_eq(error[0].line, 1);
	ck_assert_uint_eq(error[0].column, 3);
	ck_assert_uint_eq(error[1].line, 2);
	ck_assert_uint_eq(error[1].column, 2);
	ck_assert_uint_eq(error[2].line, 3);
	ck_assert_uint_eq(error[2].column, 2);
	ck_assert_uint_eq(error[3].line, 3);
	ck_assert_uint_eq(error[3].column, 15);
}
END_TEST

START_TEST(too_many_errors)
{
	static char text[30000] = "{";
	size_t length = 1;

	for (uint32_t i = 0; i < 1000; i++)
		length +=
			(size_t)snprintf(text + length, sizeof(text) - length, "\"x%u\": 0,\n", i);
	memcpy(text + length, "\"y\":0}", 6);
	ck_assert_uint_eq(bench_read(&bench, text, length + 6), 1003);
}
END_TEST

START_TEST(truncated)
{
	for (size_t size = 0; size < strlen(whole) - 2; size++) {
		ck_assert_uint_eq(bench_read(&bench, whole, size), 1);
		ck_assert_uint_ge(bench.errors.list[0].line, 1);
	}
}
END_TEST

START_TEST(hostile)
{
	static const char words[] = "{}[]\",:\\/-0.eEtn 5\n\t\x80\xff";
	char text[sizeof(whole)];

	for (uint32_t i = 0; i < 1500; i++) {
		memcpy(text, whole, sizeof(whole));
		for (uint32_t n = bench_random() % 3 + 1; n > 0; n--)
			text[bench_random() % (sizeof(whole) - 1)] =
				words[bench_random() % sizeof(words)];
		bench_read(&bench, text, sizeof(whole) - 1);
	}
}
END_TEST

START_TEST(deep)
{
	static char text[200000];

	memset(text, '[', sizeof(text));
	ck_assert_uint_eq(bench_read(&bench, text, sizeof(text)), 1);
	for (uint32_t i = 0; i < 900; i++)
		text[900 + i] = ']';
	ck_assert_uint_eq(bench_read(&bench, text, 1800), 1);
}
END_TEST

Suite *document_suite(void)
{
	Suite *suite = suite_create("document");
	TCase *test = tcase_create("document");

	tcase_add_checked_fixture(test, begin, end);
	tcase_set_timeout(test, 120);
	tcase_add_test(test, values);
	tcase_add_test(test, places);
	tcase_add_test(test, too_many_errors);
	tcase_add_test(test, truncated);
	tcase_add_test(test, hostile);
	tcase_add_test(test, deep);
	suite_add_tcase(suite, test);
	return suite;
}
