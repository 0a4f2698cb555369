/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell's end of its line to the console multiplexer: what is typed, what is written, and requests
 * for what is in view. These functions wait where they must; nothing else in the shell does.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdint.h>

#include <cloister/message.h>
#include <cloister/stream.h>
#include <idl/root.h>
#include <idl/serial.h>

/* Bytes of what terminal_print() writes at a time; more is cut. */
#define TERMINAL_TEXT_MAX 512

/* How long the multiplexer may take to answer a request, in seconds. */
#define TERMINAL_PATIENCE 10

struct terminal {
	struct stream_producer out;
	struct stream_consumer in;
	struct view_request *view;
	/* Where to wait for the multiplexer, and what tells it. */
	cap_t wait;
	cap_t multiplexer;
};

/* Take the line where a predecessor left it. True: there was one. */
bool terminal_init(struct terminal *t, const struct shell_config *config);

/* Write `size` bytes, waiting until all have room. They may be shown only when terminal_read() waits. */
void terminal_write(struct terminal *t, const char *data, uint32_t size);

/* terminal_write() of formatted text, as print_format() has it. */
void terminal_print(struct terminal *t, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The next byte that is typed, waiting for it. */
uint8_t terminal_read(struct terminal *t);

/*
 * Between these nothing is shown inside what is written, unless that takes longer than ANSWER_WHOLE_US. What comes next,
 * the prompt, tells the multiplexer that the answer is whole.
 */
void terminal_begin_answer(struct terminal *t);
void terminal_end_answer(struct terminal *t);

/*
 * Ask the multiplexer for `action` (view_request of idl/serial.idl), and wait for its answer. ERR_ARGUMENT:
 * there is nothing of that name, which has at most 31 bytes; ERR_STATE: the shell is not in view;
 * ERR_DEADLINE: no answer came.
 */
enum status terminal_view(struct terminal *t, enum view_action action, const char *name);

#endif
