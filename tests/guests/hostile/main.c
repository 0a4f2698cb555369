/* SPDX-License-Identifier: BSD-2-Clause */
/* An attack, and the count of its attempts. */
#include "hostile.h"

#include <cloister/print.h>
#include <stdarg.h>

#include <machine.h>

#define LINE_SIZE 240

/* What is wrong is told so many times. */
#define WRONG_MAX 40

#define REASONS_MAX 16

static struct reason {
	const char *text;
	unsigned int count;
} reasons[REASONS_MAX];

static unsigned int tried;
static unsigned int good;
static unsigned int exempt;

static void put_line(const char *line)
{
	for (; *line; line++)
		arch_put(*line);
	arch_put('\r');
	arch_put('\n');
}

static void say(const char *prefix, const char *format, va_list arguments)
{
	char line[LINE_SIZE];
	size_t length = print_format(line, sizeof(line), "%s", prefix);

	print_format_list(line + length, sizeof(line) - length, format, arguments);
	put_line(line);
}

void hostile_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say("", format, arguments);
	va_end(arguments);
}

void hostile_judge(bool is_good, const char *format, ...)
{
	va_list arguments;

	tried++;
	if (is_good) {
		good++;
		return;
	}
	if (tried - good - exempt > WRONG_MAX)
		return;
	va_start(arguments, format);
	say("wrong: ", format, arguments);
	va_end(arguments);
}

void hostile_exempt(const char *reason)
{
	unsigned int i = 0;

	tried++;
	exempt++;
	while (i < REASONS_MAX - 1 && reasons[i].text && reasons[i].text != reason)
		i++;
	reasons[i].text = reason;
	reasons[i].count++;
}

void guest_main(const uint8_t *tree)
{
	(void)tree;
	arch_console_start();
	hostile_attack();
	for (unsigned int i = 0; i < REASONS_MAX && reasons[i].text; i++)
		hostile_say("exempt: %u, %s", reasons[i].count, reasons[i].text);
	hostile_say("%s: %u tried, %u as specified, %u exempt", hostile_name, tried, good, exempt);
	arch_power_off();
}
