/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console multiplexer's logic. The bytes of the console in view pass as they are, and are kept;
 * those of a console out of view are kept only. A log's bytes are gathered into lines, shown whole, each
 * behind its log's name and never inside a line that a console has begun: that is broken off first. Who
 * is in view writes in turn. The first that finds too little room stops the round and keeps its turn, so
 * a console that fills every gap cannot keep a log's line out, nor the other way round.
 */
#include "multiplexer.h"

#include <cloister/print.h>
#include <cloister/string.h>

#include "keys.h"

static const char line_end[] = { '\r', '\n' };

/* A part of a line of VIEW_ALL. */
struct row {
	char text[2 * LOG_TEXT_MAX];
	uint32_t length;
	/* Bytes that it comes from. */
	uint32_t bytes;
	uint32_t column;
	bool ended;
};

static void client_init(struct client *c, const struct serial_client *config)
{
	struct line *line = (struct line *)config->line;

	c->kind = (enum client_kind)config->kind;
	stream_consumer_init(&c->output, &line->output);
	stream_producer_init(&c->input, &line->input);
	print_format(c->name, sizeof(c->name), "%.*s", (int)sizeof(config->name), config->name);
	print_format(c->prefix, sizeof(c->prefix), "[%s] ", c->name);
}

void multiplexer_init(struct multiplexer *m, const struct console_config *config)
{
	struct line *line = (struct line *)config->driver_line;

	memset(m, 0, sizeof(*m));
	m->count = config->client_count;
	stream_producer_init(&m->screen, &line->output);
	stream_consumer_init(&m->keyboard, &line->input);
	for (uint32_t i = 0; i < m->count; i++)
		client_init(&m->clients[i], &config->clients[i]);
	keys_begin(m);
}

bool multiplexer_in_view(const struct multiplexer *m, const struct client *c)
{
	if (c->kind != CLIENT_CONSOLE)
		return false;
	return m->view == VIEW_ALL || (m->view == VIEW_GUEST && c == m->focus);
}

static void touch_driver(struct multiplexer *m)
{
	m->touched |= 1U << PEER_DRIVER;
}

static void touch_client(struct multiplexer *m, const struct client *c)
{
	m->touched |= 1U << (PEER_CLIENT + (uint32_t)(c - m->clients));
}

/* Whether `size` bytes have room on the screen; if not, who comes next waits for them. */
static bool has_room(struct multiplexer *m, uint32_t size)
{
	m->wanted = stream_room(&m->screen) < size ? size : 0;
	return !m->wanted;
}

static void break_line(struct multiplexer *m)
{
	if (m->line_open)
		stream_write(&m->screen, line_end, sizeof(line_end));
	m->line_open = false;
}

/* Keep at most a chunk of what a console has written. */
static bool keep_output(struct multiplexer *m, struct client *c)
{
	uint8_t chunk[CHUNK];
	uint32_t count = stream_read(&c->output, chunk, sizeof(chunk));

	if (!count)
		return false;
	history_add(&c->history, chunk, count);
	touch_client(m, c);
	return true;
}

/* Show some of what is kept, as it is. */
static bool show_kept(struct multiplexer *m, struct history *h)
{
	if (!has_room(m, 1))
		return false;
	history_show(h, &m->screen);
	m->line_open = h->data[(h->shown - 1) % HISTORY_SIZE] != '\n';
	touch_driver(m);
	return true;
}

/* Take one byte of a console. What would reach beyond its line of the screen is not shown as it is. */
static void row_take(struct row *row, char byte)
{
	bool plain;

	if (byte == '\r' || (byte == '\b' && !row->column))
		return;
	if (byte == '\n') {
		memcpy(row->text + row->length, line_end, sizeof(line_end));
		row->length += sizeof(line_end);
		row->ended = true;
		return;
	}
	row->column += byte == '\b' ? -1U : 1;
	plain = byte == '\b' || byte == '\t' || (byte >= ' ' && byte <= '~');
	row->text[row->length++] = plain ? byte : '?';
}

/* A row is shown at once, so that it is broken off only where its console paused. */
static bool show_row(struct multiplexer *m, struct client *c)
{
	bool goes_on = m->line_open && m->writer == c;
	struct row row = { .column = goes_on ? m->column : 0 };
	uint32_t prefix = goes_on ? 0 : strlen(c->prefix);

	while (!row.ended && row.bytes < LOG_TEXT_MAX && row.bytes < history_unshown(&c->history))
		row_take(&row, (char)history_peek(&c->history, row.bytes++));
	if (!has_room(m, prefix + row.length + sizeof(line_end)))
		return false;
	c->history.shown += row.bytes;
	if (!row.length)
		return true;
	if (!goes_on) {
		break_line(m);
		stream_write(&m->screen, c->prefix, prefix);
	}
	stream_write(&m->screen, row.text, row.length);
	m->line_open = !row.ended;
	m->writer = c;
	m->line_bytes = (goes_on ? m->line_bytes : 0) + row.bytes;
	m->column = row.column;
	touch_driver(m);
	return true;
}

/* Whether another console is about to go on with its line; one that never ends has to give way. */
static bool another_writes(const struct multiplexer *m, const struct client *c)
{
	const struct client *writer = m->writer;

	if (!m->line_open || !writer || writer == c || m->line_bytes >= LOG_TEXT_MAX)
		return false;
	return history_unshown(&writer->history) || stream_available(&writer->output);
}

static bool console_write(struct multiplexer *m, struct client *c)
{
	bool moved = !history_unshown(&c->history) && keep_output(m, c);

	if (!history_unshown(&c->history))
		return false;
	if (m->view == VIEW_GUEST)
		return show_kept(m, &c->history) || moved;
	return (!another_writes(m, c) && show_row(m, c)) || moved;
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

static void log_put(struct multiplexer *m, const char *text, uint32_t size)
{
	stream_write(&m->screen, text, size);
	history_add(&m->log, text, size);
}

static void log_show(struct multiplexer *m, struct client *c, uint32_t prefix)
{
	break_line(m);
	log_put(m, c->prefix, prefix);
	log_put(m, c->text, c->length);
	log_put(m, line_end, sizeof(line_end));
	m->log.shown = m->log.written;
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

static bool notice_show(struct multiplexer *m)
{
	if (!has_room(m, m->notice_length + sizeof(line_end)))
		return false;
	break_line(m);
	stream_write(&m->screen, m->notice, m->notice_length);
	m->notice_length = 0;
	touch_driver(m);
	return true;
}

/* Consoles out of view wait neither for the screen nor for each other. */
static bool keep_round(struct multiplexer *m)
{
	bool moved = false;

	for (uint32_t i = 0; i < m->count; i++) {
		struct client *c = &m->clients[i];

		if (c->kind == CLIENT_CONSOLE && !multiplexer_in_view(m, c))
			moved |= keep_output(m, c);
	}
	return moved;
}

static bool write_round(struct multiplexer *m)
{
	bool moved = false;

	m->wanted = 0;
	if (m->notice_length)
		return notice_show(m);
	if (m->view == VIEW_LOG && history_unshown(&m->log))
		return show_kept(m, &m->log);
	for (uint32_t i = 0; i < m->count && !m->wanted; i++) {
		struct client *c = &m->clients[m->turn];

		if (c->kind == CLIENT_LOG)
			moved |= log_write(m, c);
		else if (multiplexer_in_view(m, c))
			moved |= console_write(m, c);
		if (!m->wanted)
			m->turn = (m->turn + 1) % m->count;
	}
	return moved;
}

/* Give typed bytes to the console that they are meant for; in VIEW_LOG, and without any, to nobody. */
static uint32_t send_typed(struct multiplexer *m, uint32_t count)
{
	if (m->view == VIEW_LOG || !m->focus)
		return count;
	count = stream_write(&m->focus->input, m->typed + m->typed_first, count);
	if (count)
		touch_client(m, m->focus);
	return count;
}

/* How many typed bytes there are up to the next prefix key. */
static uint32_t typed_run(const struct multiplexer *m)
{
	uint32_t end = m->typed_first;

	while (end < m->typed_end && m->typed[end] != KEY_PREFIX)
		end++;
	return end - m->typed_first;
}

/* Gives how many typed bytes were taken. */
static uint32_t take_typed(struct multiplexer *m)
{
	char first = m->typed[m->typed_first];
	uint32_t count = 1;

	if (!m->prefixed && first != KEY_PREFIX)
		return send_typed(m, typed_run(m));
	if (!m->prefixed) {
		m->prefixed = true;
		return count;
	}
	if (first == KEY_PREFIX)
		count = send_typed(m, 1);
	else
		keys_command(m, first);
	m->prefixed = !count;
	return count;
}

static bool read_input(struct multiplexer *m)
{
	bool moved = false;
	uint32_t count = 1;

	if (m->typed_first == m->typed_end) {
		m->typed_first = 0;
		m->typed_end = stream_read(&m->keyboard, m->typed, sizeof(m->typed));
		moved = m->typed_end;
		if (moved)
			touch_driver(m);
	}
	while (m->typed_first < m->typed_end && !m->notice_length && count) {
		count = take_typed(m);
		m->typed_first += count;
		moved |= count;
	}
	return moved;
}

bool multiplexer_run(struct multiplexer *m)
{
	bool kept = keep_round(m);
	bool wrote = write_round(m);

	return read_input(m) || wrote || kept;
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

/* True if output can go on already. Who is out of view can, whoever waits for the screen. */
static bool await_output(struct multiplexer *m)
{
	bool ready = m->wanted && stream_await_room(&m->screen, m->wanted);

	for (uint32_t i = 0; i < m->count; i++) {
		struct client *c = &m->clients[i];
		bool kept = c->kind == CLIENT_CONSOLE && !multiplexer_in_view(m, c);

		if (kept || !m->wanted)
			ready |= stream_await_data(&c->output);
	}
	return ready;
}

/* What was typed and not taken waits for a notice, and so for the screen, or for its console. */
static bool await_input(struct multiplexer *m)
{
	if (m->typed_first == m->typed_end)
		return stream_await_data(&m->keyboard);
	return !m->notice_length && stream_await_room(&m->focus->input, 1);
}

bool multiplexer_may_sleep(struct multiplexer *m)
{
	bool output = await_output(m);

	return !await_input(m) && !output;
}
