/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line to the console multiplexer. That may die at any point and come back: it signals when it does, so
 * every wait looks again at what it waits for.
 */
#include "terminal.h"

#include <stdarg.h>

#include <cloister/counter.h>
#include <cloister/print.h>

/* Farther than any answer goes. */
#define ANSWER_OPEN 0x40000000U

static void set_answer_end(struct terminal *t, uint32_t end)
{
	__atomic_store_n(&t->view->answer_end, end, __ATOMIC_RELEASE);
}

void terminal_begin_answer(struct terminal *t)
{
	uint64_t until = counter_after_us(ANSWER_WHOLE_US);

	__atomic_store_n(&t->view->answer_until, until, __ATOMIC_RELAXED);
	set_answer_end(t, t->out.produced + ANSWER_OPEN);
}

void terminal_end_answer(struct terminal *t)
{
	set_answer_end(t, t->out.produced);
}

bool terminal_init(struct terminal *t, const struct shell_config *config)
{
	struct line *line = (struct line *)config->line;

	stream_producer_init(&t->out, &line->output);
	stream_consumer_init(&t->in, &line->input);
	t->view = &line->view;
	t->wait = config->wait;
	t->multiplexer = config->multiplexer;
	terminal_end_answer(t);
	/* A predecessor may have died between a byte and its signal. */
	notification_signal(t->multiplexer);
	return t->out.produced != 0;
}

static void wait_for_multiplexer(struct terminal *t)
{
	uint64_t bits;

	notification_wait(t->wait, DEADLINE_NEVER, &bits);
}

/* Tell the multiplexer what it waits for. */
static void tell(struct terminal *t)
{
	bool consumer = stream_wakes_consumer(&t->out);

	if (stream_wakes_producer(&t->in) || consumer)
		notification_signal(t->multiplexer);
}

void terminal_write(struct terminal *t, const char *data, uint32_t size)
{
	uint32_t written = stream_write(&t->out, data, size);

	while (written < size) {
		tell(t);
		if (!stream_await_room(&t->out, 1))
			wait_for_multiplexer(t);
		written += stream_write(&t->out, data + written, size - written);
	}
}

void terminal_print(struct terminal *t, const char *format, ...)
{
	char text[TERMINAL_TEXT_MAX];
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = print_format_list(text, sizeof(text), format, arguments);
	va_end(arguments);
	terminal_write(t, text, (uint32_t)length);
}

uint8_t terminal_read(struct terminal *t)
{
	uint8_t byte;

	while (!stream_read(&t->in, &byte, 1)) {
		tell(t);
		if (!stream_await_data(&t->in))
			wait_for_multiplexer(t);
	}
	return byte;
}

enum status terminal_view(struct terminal *t, enum view_action action, const char *name)
{
	struct view_request *view = t->view;
	uint64_t deadline = counter_after_us((uint64_t)TERMINAL_PATIENCE * 1000000);
	uint32_t request = __atomic_load_n(&view->request, __ATOMIC_RELAXED) + 1;
	uint32_t result;
	uint64_t bits;

	view->action = action;
	print_format(view->name, sizeof(view->name), "%s", name);
	__atomic_store_n(&view->request, request, __ATOMIC_RELEASE);
	notification_signal(t->multiplexer);
	while (__atomic_load_n(&view->answered, __ATOMIC_ACQUIRE) != request)
		if (notification_wait(t->wait, deadline, &bits) == ERR_DEADLINE)
			return ERR_DEADLINE;
	result = __atomic_load_n(&view->result, __ATOMIC_RELAXED);
	return result == OK || result == ERR_STATE ? (enum status)result : ERR_ARGUMENT;
}
