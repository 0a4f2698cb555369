/* SPDX-License-Identifier: BSD-2-Clause */
/* What a test expects, and how that comes to the console as TAP. */
#include "test.h"

#include <stdarg.h>

#include <cloister/console.h>
#include <cloister/print.h>

static bool quiet;

void report_quiet(bool is_quiet)
{
	quiet = is_quiet;
}

void report_line(const char *format, ...)
{
	va_list arguments;

	if (quiet)
		return;
	va_start(arguments, format);
	console_line_list(ROOT_SLOT_FIRMWARE, format, arguments);
	va_end(arguments);
}

void test_fail(const char *file, int line, const char *format, ...)
{
	char text[CONSOLE_LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	print_format_list(text, sizeof(text), format, arguments);
	va_end(arguments);
	report_line("# %s:%d: %s", file, line, text);
	test_abort();
}

void status_fail(enum status got, enum status expected, const char *what, const char *file,
		 int line)
{
	test_fail(file, line, "%s: %s, expected %s", what, status_name(got), status_name(expected));
}

void expect_equal(uint64_t got, uint64_t expected, const char *what, const char *file, int line)
{
	if (got != expected)
		test_fail(file, line, "%s: 0x%lx, expected 0x%lx", what, (unsigned long)got,
			  (unsigned long)expected);
}

void expect_refused(enum status got, const char *what, const char *file, int line)
{
	if (got == OK)
		test_fail(file, line, "%s: OK, expected an error", what);
}

void expect_true(bool condition, const char *what, const char *file, int line)
{
	if (!condition)
		test_fail(file, line, "not so: %s", what);
}
