/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log of a server. Lines go out whole or not at all, and a slow reader never holds the server
 * up.
 */
#include <cloister/log.h>
#include <cloister/print.h>

void log_init(struct log *log, struct stream *shared, cap_t notify)
{
	stream_producer_init(&log->out, shared);
	log->notify = notify;
	log->lost = 0;
}

void log_line(struct log *log, const char *format, ...)
{
	char lost[48];
	char line[LOG_LINE_SIZE];
	uint32_t lost_length = 0;
	uint32_t length;
	va_list arguments;

	va_start(arguments, format);
	length = print_format_list(line, sizeof(line) - 1, format, arguments);
	va_end(arguments);
	line[length++] = '\n';
	if (log->lost)
		lost_length = print_format(lost, sizeof(lost), "(%u lines lost here)\n", log->lost);
	if (stream_room(&log->out) < lost_length + length) {
		log->lost++;
		return;
	}
	stream_write(&log->out, lost, lost_length);
	stream_write(&log->out, line, length);
	log->lost = 0;
	if (stream_wakes_consumer(&log->out))
		notification_signal(log->notify);
}
