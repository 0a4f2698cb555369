/* SPDX-License-Identifier: BSD-2-Clause */
/* The log of a server: lines of text, over a stream to the console multiplexer. */
#ifndef CLOISTER_LOG_H
#define CLOISTER_LOG_H

#include <cloister/message.h>
#include <cloister/stream.h>

/* Bytes of a line with its newline; what is longer is cut. */
#define LOG_LINE_SIZE 160

struct log {
	struct stream_producer out;
	cap_t notify;
	/* Lines that had no room since the last that had. */
	uint32_t lost;
};

/* Log to `shared`; `notify` is the slot of the notification that tells its reader. */
void log_init(struct log *log, struct stream *shared, cap_t notify);

/*
 * Write one line (the format without a newline, as print_format() has it). Never waits: a line that
 * has no room is dropped and counted, and the next that has room says how many were.
 */
void log_line(struct log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
