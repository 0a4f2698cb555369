/* SPDX-License-Identifier: BSD-2-Clause */
/* What a test expects, and how that comes to the console as TAP. */
#include "test.h"

#include <stdarg.h>

#include <cloister/print.h>
#include <cloister/string.h>

#define LINE_SIZE 240
#define CHUNK     40

static void write_console(const char *text, size_t size)
{
	while (size > 0) {
		uint64_t chunk[CHUNK / sizeof(uint64_t)] = { 0 };
		size_t length = size < CHUNK ? size : CHUNK;

		memcpy(chunk, text, length);
		firmware_console_write(ROOT_SLOT_FIRMWARE, (uint32_t)length, chunk[0], chunk[1],
				       chunk[2], chunk[3], chunk[4]);
		text += length;
		size -= length;
	}
}

static void report_list(const char *format, va_list arguments)
{
	char line[LINE_SIZE];
	size_t length = print_format_list(line, sizeof(line) - 1, format, arguments);

	line[length] = '\n';
	write_console(line, length + 1);
}

void report_line(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report_list(format, arguments);
	va_end(arguments);
}

void test_fail(const char *file, int line, const char *format, ...)
{
	char text[LINE_SIZE];
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
