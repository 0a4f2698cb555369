/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted text against the C library's, its limits, the log of a server, and lines on the kernel's
 * console.
 */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cloister/console.h>
#include <cloister/log.h>
#include <cloister/print.h>
#include <idl/kernel_client.h>

#define NOTIFY   7
#define FIRMWARE 8

static unsigned int signals;
/* What came to the kernel's console since the last line began. */
static char shown[2 * CONSOLE_LINE_SIZE];

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	(void)deadline;
	if (cap == FIRMWARE) {
		ck_assert_int_eq(number, SYS_CALL);
		ck_assert_uint_eq(m->label, FIRMWARE_CONSOLE_WRITE);
		ck_assert_uint_le(m->word[0], 40);
		strncat(shown, (const char *)&m->word[1], m->word[0]);
		m->label = OK;
		return OK;
	}
	ck_assert_int_eq(number, SYS_SIGNAL);
	ck_assert_uint_eq(cap, NOTIFY);
	signals++;
	return OK;
}

/* The same text and length as the C library. */
#define SAME(...)                                                              \
	do {                                                                   \
		char ours[200];                                                \
		char theirs[200];                                              \
		size_t length = print_format(ours, sizeof(ours), __VA_ARGS__); \
                                                                               \
		snprintf(theirs, sizeof(theirs), __VA_ARGS__);                 \
		ck_assert_str_eq(ours, theirs);                                \
		ck_assert_uint_eq(length, strlen(theirs));                     \
	} while (0)

START_TEST(conversions)
{
	SAME("plain");
	SAME("%s|%c|%%|%d|%u|%x", "text", 'x', -12, 12U, 0xabcU);
	SAME("%8s|%2s|%.3s|%.*s|%6.2s|", "text", "text", "text", 2, "text", "text");
	SAME("%5d|%05d|%2d", -12, -12, 12345);
	SAME("%08x|%8x|%016lx|%lx|%llx|%zu", 0xbeefU, 0xbeefU, 0x1234UL, ULONG_MAX, ULLONG_MAX,
	     sizeof(int));
	SAME("%d %d %u", INT_MIN, INT_MAX, UINT_MAX);
	SAME("%ld %ld %lu", LONG_MIN, LONG_MAX, ULONG_MAX);
	SAME("%*d|%0*d", 7, 42, 7, 42);
	SAME("%d %ld %u %lx", 0, 0L, 0U, 0UL);
	SAME("%40d", 1);
}
END_TEST

START_TEST(pointers)
{
	char text[40];

	print_format(text, sizeof(text), "%p", (void *)0x1234);
	ck_assert_str_eq(text, "0x0000000000001234");
}
END_TEST

START_TEST(precision_is_a_limit)
{
	char *unended = malloc(4);

	memset(unended, 'x', 4);
	SAME("%.4s", unended);
	free(unended);
}
END_TEST

START_TEST(cut_to_fit)
{
	for (size_t size = 1; size < 20; size++) {
		char *text = malloc(size);
		size_t length = print_format(text, size, "%s %08x", "abc", 0x12345678U);

		ck_assert_uint_eq(length, size - 1 < 12 ? size - 1 : 12);
		ck_assert_uint_eq(strlen(text), length);
		ck_assert_int_eq(strncmp(text, "abc 12345678", length), 0);
		free(text);
	}
}
END_TEST

START_TEST(percent_at_the_end)
{
	char text[8];
	const char *format = "ab%0";

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
	ck_assert_uint_eq(print_format(text, sizeof(text), format), 2);
#pragma GCC diagnostic pop
	ck_assert_str_eq(text, "ab");
}
END_TEST

static struct stream stream;
static struct log log_out;
static struct stream_consumer reader;

static void open_log(void)
{
	memset(&stream, 0, sizeof(stream));
	signals = 0;
	log_init(&log_out, &stream, NOTIFY);
	stream_consumer_init(&reader, &stream);
}

static char *read_log(void)
{
	static char text[STREAM_SIZE + 1];

	text[stream_read(&reader, text, STREAM_SIZE)] = '\0';
	return text;
}

START_TEST(log_lines)
{
	open_log();
	log_line(&log_out, "one %u", 1U);
	ck_assert_uint_eq(signals, 0);
	ck_assert(stream_await_data(&reader));
	log_line(&log_out, "two");
	ck_assert_uint_eq(signals, 1);
	ck_assert_str_eq(read_log(), "one 1\ntwo\n");
}
END_TEST

START_TEST(log_line_too_long)
{
	const char *text;

	open_log();
	log_line(&log_out, "%400d", 1);
	text = read_log();
	ck_assert_uint_eq(strlen(text), LOG_LINE_SIZE - 1);
	ck_assert_int_eq(text[LOG_LINE_SIZE - 2], '\n');
}
END_TEST

START_TEST(log_without_a_reader)
{
	unsigned int lines = 0;
	char expected[64];

	open_log();
	for (unsigned int i = 0; i < 1000; i++)
		log_line(&log_out, "line %4u", i);
	for (char *line = strtok(read_log(), "\n"); line; line = strtok(NULL, "\n"))
		ck_assert_int_eq(atoi(line + 5), (int)lines++);
	ck_assert_uint_eq(lines, STREAM_SIZE / 10);
	log_line(&log_out, "again");
	snprintf(expected, sizeof(expected), "(%u lines lost here)\nagain\n", 1000 - lines);
	ck_assert_str_eq(read_log(), expected);
	log_line(&log_out, "more");
	ck_assert_str_eq(read_log(), "more\n");
}
END_TEST

static void show(const char *format, ...)
{
	va_list arguments;

	shown[0] = '\0';
	va_start(arguments, format);
	console_line_list(FIRMWARE, format, arguments);
	va_end(arguments);
}

START_TEST(console_lines)
{
	char text[CONSOLE_LINE_SIZE + 1];

	show("%s", "");
	ck_assert_str_eq(shown, "\n");
	/* Around the size of an invocation, and of a line. */
	for (size_t length = 38; length < sizeof(text); length++) {
		size_t kept = length < CONSOLE_LINE_SIZE - 2 ? length : CONSOLE_LINE_SIZE - 2;

		memset(text, 'x', length);
		text[length] = '\0';
		show("%s", text);
		text[kept] = '\n';
		text[kept + 1] = '\0';
		ck_assert_str_eq(shown, text);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("print");
	TCase *tests = tcase_create("print");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, conversions);
	tcase_add_test(tests, pointers);
	tcase_add_test(tests, precision_is_a_limit);
	tcase_add_test(tests, cut_to_fit);
	tcase_add_test(tests, percent_at_the_end);
	tcase_add_test(tests, console_lines);
	tcase_add_test(tests, log_lines);
	tcase_add_test(tests, log_line_too_long);
	tcase_add_test(tests, log_without_a_reader);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
