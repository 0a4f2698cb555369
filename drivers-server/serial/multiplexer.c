/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console multiplexer's logic. A console's bytes pass as they are. A log's bytes are gathered
 * into lines, shown whole, each behind its log's name and never inside a line that a console has
 * begun: that is broken off first. Clients write in turn. The first that finds too little room stops the
 * round and keeps its turn, so a console that fills every gap cannot keep a log's line out, nor the
 * other way round.
 */
#include "multiplexer.h"

#include <stddef.h>

#include <cloister/print.h>
#include <cloister/string.h>

#define CHUNK 512

static const char line_end[] = { '\r', '\n' };

static void client_init(struct client *c, const struct serial_client *config)
{
	struct line *line = (struct line *)config->line;

	c->kind = (enum client_kind)config->kind;
	stream_consumer_init(&c->output, &line->output);
	stream_producer_init(&c->input, &line->input);
	print_format(c->prefix, sizeof(c->prefix), "[%.*s] ", (int)sizeof(config->name),
		     config->name);
}

void multiplexer_init(struct multiplexer *m, const struct console_config *config)
{
	struct line *line = (struct line *)config->driver_line;

	*m = (struct multiplexer){ .count = config->client_count };
	stream_producer_init(&m->screen, &line->output);
	stream_consumer_init(&m->keyboard, &line->input);
	for (uint32_t i = 0; i < m->count; i++) {
		client_init(&m->clients[i], &config->clients[i]);
		if (m->clients[i].kind == CLIENT_CONSOLE && !m->focus)
			m->focus = &m->clients[i];
	}
}

static void touch_driver(struct multiplexer *m)
{
	m->touched |= 1U << PEER_DRIVER;
}

static void touch_client(struct multiplexer *m, const struct client *c)
{
	m->touched |= 1U << (PEER_CLIENT + (uint32_t)(c - m->clients));
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Whether `size` bytes have room on the screen; if not, the client at `turn` waits for them. */
static bool has_room(struct multiplexer *m, uint32_t size)
{
	m->wanted = stream_room(&m->screen) < size ? size : 0;
	return !m->wanted;
}

/* Copy at most a chunk; gives how many bytes, and the last of them. */
static uint32_t move(struct stream_producer *to, struct stream_consumer *from, uint8_t *last)
{
	uint8_t chunk[CHUNK];
	uint32_t count = stream_read(from, chunk, smaller(stream_room(to), sizeof(chunk)));

	if (!count)
		return 0;
	*last = chunk[count - 1];
	return stream_write(to, chunk, count);
}

static bool console_write(struct multiplexer *m, struct client *c)
{
	uint8_t last;

	if (!stream_available(&c->output) || !has_room(m, 1) ||
	    !move(&m->screen, &c->output, &last))
		return false;
	m->line_open = last != '\n';
	touch_client(m, c);
	touch_driver(m);
	return true;
}

/* Take one byte of a log. What a terminal might obey is not shown as it is. */
static void log_take(struct client *c, char byte)
{
	/* The newline behind a line that was full without it. */
	bool spare = c->broken && byte == '\n';

	c->broken = false;
	if (spare)
		return;
	if (byte != '\n')
		c->text[c->length++] = byte >= ' ' && byte <= '~' ? byte : '?';
	c->broken = c->length == LOG_TEXT_MAX;
	c->complete = byte == '\n' || c->broken;
}

static bool log_gather(struct multiplexer *m, struct client *c)
{
	bool moved = false;
	char byte;

	while (!c->complete && stream_read(&c->output, &byte, 1)) {
		log_take(c, byte);
		moved = true;
	}
	if (moved)
		touch_client(m, c);
	return moved;
}

static void log_show(struct multiplexer *m, struct client *c, uint32_t prefix)
{
	if (m->line_open)
		stream_write(&m->screen, line_end, sizeof(line_end));
	stream_write(&m->screen, c->prefix, prefix);
	stream_write(&m->screen, c->text, c->length);
	stream_write(&m->screen, line_end, sizeof(line_end));
	m->line_open = false;
	c->length = 0;
	c->complete = false;
	touch_driver(m);
}

static bool log_write(struct multiplexer *m, struct client *c)
{
	bool moved = log_gather(m, c);
	uint32_t prefix = strlen(c->prefix);

	if (!c->complete || !has_room(m, prefix + c->length + 2 * sizeof(line_end)))
		return moved;
	log_show(m, c, prefix);
	return true;
}

static bool write_round(struct multiplexer *m)
{
	bool moved = false;

	m->wanted = 0;
	for (uint32_t i = 0; i < m->count; i++) {
		struct client *c = &m->clients[m->turn];

		moved |= c->kind == CLIENT_LOG ? log_write(m, c) : console_write(m, c);
		if (m->wanted)
			break;
		m->turn = (m->turn + 1) % m->count;
	}
	return moved;
}

/* Without a console, what is typed goes nowhere, but it goes: the driver must not be held up. */
static bool discard_input(struct multiplexer *m)
{
	uint8_t chunk[CHUNK];

	if (!stream_read(&m->keyboard, chunk, sizeof(chunk)))
		return false;
	touch_driver(m);
	return true;
}

static bool read_input(struct multiplexer *m)
{
	uint8_t last;

	if (!m->focus)
		return discard_input(m);
	m->input_waits = stream_available(&m->keyboard) && !stream_room(&m->focus->input);
	if (!move(&m->focus->input, &m->keyboard, &last))
		return false;
	touch_client(m, m->focus);
	touch_driver(m);
	return true;
}

bool multiplexer_run(struct multiplexer *m)
{
	bool wrote = write_round(m);

	return read_input(m) || wrote;
}

static bool wakes(struct stream_producer *to, struct stream_consumer *from)
{
	bool consumer = stream_wakes_consumer(to);

	return stream_wakes_producer(from) || consumer;
}

uint32_t multiplexer_signals(struct multiplexer *m)
{
	uint32_t signals = 0;

	if (m->touched & 1U << PEER_DRIVER && wakes(&m->screen, &m->keyboard))
		signals |= 1U << PEER_DRIVER;
	for (uint32_t i = 0; i < m->count; i++) {
		uint32_t peer = 1U << (PEER_CLIENT + i);

		if (m->touched & peer && wakes(&m->clients[i].input, &m->clients[i].output))
			signals |= peer;
	}
	m->touched = 0;
	return signals;
}

/* True if output can go on already. */
static bool await_output(struct multiplexer *m)
{
	bool ready = false;

	if (m->wanted)
		return stream_await_room(&m->screen, m->wanted);
	for (uint32_t i = 0; i < m->count; i++)
		ready |= stream_await_data(&m->clients[i].output);
	return ready;
}

bool multiplexer_may_sleep(struct multiplexer *m)
{
	bool output = await_output(m);
	bool input = m->input_waits ? stream_await_room(&m->focus->input, 1) :
				      stream_await_data(&m->keyboard);

	return !output && !input;
}
