/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the root server says. To the kernel's console, synchronously: start-up, reports of crashes,
 * and everything once a driver failed. To its log line, which the console multiplexer shows: the
 * rest; what finds no room there goes to the kernel's console, for the root server waits for nobody.
 */
#include "root.h"

#include <stdarg.h>

#include <cloister/print.h>
#include <cloister/stream.h>
#include <cloister/string.h>
#include <idl/kernel_client.h>
#include <idl/serial.h>

#define LINE_MAX 200
#define CHUNK 40

static struct stream_producer log;
static cap_t log_notify;
static bool log_works;

static void write_console(const char *text, size_t size)
{
	while (size > 0) {
		uint64_t chunk[CHUNK / sizeof(uint64_t)] = {0};
		size_t length = size < CHUNK ? size : CHUNK;

		memcpy(chunk, text, length);
		firmware_console_write(ROOT_SLOT_FIRMWARE, (uint32_t)length, chunk[0], chunk[1],
				       chunk[2], chunk[3], chunk[4]);
		text += length;
		size -= length;
	}
}

/* Formats one line with its newline; returns its length. */
static size_t format_line(char line[LINE_MAX], const char *format, va_list arguments)
{
	size_t length;

	print_format_list(line, LINE_MAX - 1, format, arguments);
	length = strlen(line);
	line[length] = '\n';
	return length + 1;
}

void console_print(const char *format, ...)
{
	char line[LINE_MAX];
	va_list arguments;

	va_start(arguments, format);
	write_console(line, format_line(line, format, arguments));
	va_end(arguments);
}

void log_open(const struct manifest *head)
{
	struct line *line = (struct line *)(uintptr_t)head->root_log_line;

	if (head->root_log_notify == 0)
		return;
	stream_producer_init(&log, &line->output);
	log_notify = head->root_log_notify;
	log_works = true;
}

void log_close(void)
{
	log_works = false;
}

void log_print(const char *format, ...)
{
	char line[LINE_MAX];
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = format_line(line, format, arguments);
	va_end(arguments);
	if (log_works && stream_room(&log) >= length) {
		stream_write(&log, line, length);
		notification_signal(log_notify);
	} else {
		write_console(line, length);
	}
}
