/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the root server says. To the kernel's console, synchronously: start-up, reports of crashes,
 * and everything once a driver failed. To its log line, which the console multiplexer shows: the
 * rest; what finds no room there goes to the kernel's console, for the root server waits for nobody.
 */
#include "root.h"

#include <stdarg.h>

#include <cloister/console.h>
#include <cloister/log.h>
#include <cloister/print.h>
#include <idl/serial.h>

static struct log root_log;
static bool log_works;

void console_print(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	console_line_list(ROOT_SLOT_FIRMWARE, format, arguments);
	va_end(arguments);
}

void log_open(const struct manifest *head)
{
	struct line *line = (struct line *)(uintptr_t)head->root_log_line;

	if (head->root_log_notify == 0)
		return;
	log_init(&root_log, &line->output, head->root_log_notify);
	log_works = true;
}

/* What the multiplexer has not taken is said here: it may be the report of a guest's end. */
void log_close(void)
{
	uint32_t left;

	if (!log_works)
		return;
	log_works = false;
	/* A count that cannot be stands for a full ring; then all of it is shown, but no more than there was. */
	left = STREAM_SIZE - stream_room(&root_log.out);
	if (left > root_log.out.produced)
		left = root_log.out.produced;
	for (uint32_t at = root_log.out.produced - left; at != root_log.out.produced; at++) {
		char byte = (char)root_log.out.shared->data[at % STREAM_SIZE];

		/* The multiplexer could write there: text, and nothing that a terminal obeys. */
		if (byte != '\n' && (byte < ' ' || byte > '~'))
			byte = '?';
		console_write(ROOT_SLOT_FIRMWARE, &byte, 1);
	}
}

void log_print(const char *format, ...)
{
	char line[LOG_LINE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	if (log_works && stream_room(&root_log.out) >= LOG_LINE_SIZE) {
		print_format_list(line, sizeof(line), format, arguments);
		log_line(&root_log, "%s", line);
	} else {
		console_line_list(ROOT_SLOT_FIRMWARE, format, arguments);
	}
	va_end(arguments);
}
