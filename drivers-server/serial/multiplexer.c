/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console multiplexer's logic. The bytes of the console in view pass as they are, and are kept;
 * those of a console out of view are kept only. A log's bytes are gathered into lines, shown whole, each
 * behind its log's name and never inside a line that a console has begun: that is broken off first. Who
 * is in view writes in turn. The first that finds too little room stops the round and keeps its turn, so
 * a console that fills every gap cannot keep a log's line out, nor the other way round.
 */
#include "multiplexer.h"

#include <stddef.h>

#include <cloister/counter.h>
#include <cloister/print.h>
#include <cloister/string.h>

#include "keys.h"
#include "row.h"
#include "typed.h"

static const char line_end[] = { '\r', '\n' };

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
	for (uint32_t i = 0; i < m->count; i++) {
		client_init(&m->clients[i], &config->clients[i]);
		if (m->clients[i].kind == CLIENT_SHELL) {
			m->shell = &m->clients[i];
			m->shell_view = &((struct line *)config->clients[i].line)->view;
		}
	}
	request_init(m);
	keys_begin(m, m->screen.produced != 0);
}

bool multiplexer_named(const struct client *c, const char *name)
{
	size_t length = strlen(name);

	return length == strlen(c->name) && memcmp(name, c->name, length) == 0;
}

bool multiplexer_in_view(const struct multiplexer *m, const struct client *c)
{
	if (c->kind == CLIENT_SHELL)
		return m->view == VIEW_SHELL;
	if (c->kind != CLIENT_CONSOLE)
		return false;
	return m->view == VIEW_ALL || (m->view == VIEW_GUEST && c == m->focus);
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
	multiplexer_touch(m, c);
	return true;
}

/* Show some of what is kept, as it is. */
static bool show_kept(struct multiplexer *m, struct history *h)
{
	if (!has_room(m, 1))
		return false;
	history_show(h, &m->screen);
	m->line_open = h->data[(h->shown - 1) % HISTORY_SIZE] != '\n';
	multiplexer_touch_driver(m);
	return true;
}

/* A row is shown at once, so that it is broken off only where its console paused. */
static bool show_row(struct multiplexer *m, struct client *c)
{
	bool goes_on = m->line_open && m->writer == c;
	struct row row = { .column = goes_on ? m->column : 0 };
	uint32_t prefix = goes_on ? 0 : strlen(c->prefix);

	row_fill(&row, &c->history, c->history.shown, c->history.written);
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
	multiplexer_touch_driver(m);
	return true;
}

/* Whether another console is about to go on with its line; one that never ends has to give way. */
static bool another_writes(const struct multiplexer *m, const struct client *c)
{
	const struct client *writer = m->writer;

	if (!m->line_open || !writer || writer == c || m->line_bytes >= ROW_MAX)
		return false;
	return history_unshown(&writer->history) || stream_available(&writer->output);
}

static bool console_write(struct multiplexer *m, struct client *c)
{
	bool moved = !history_unshown(&c->history) && keep_output(m, c);

	if (!history_unshown(&c->history))
		return false;
	if (m->view != VIEW_ALL)
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
		multiplexer_touch(m, c);
	return moved;
}

static void log_put(struct multiplexer *m, const char *text, uint32_t size)
{
	stream_write(&m->screen, text, size);
	history_add(&m->log, text, size);
}

/* Whether all that logs have written is shown. */
static bool logs_shown(const struct multiplexer *m)
{
	for (uint32_t i = 0; i < m->count; i++) {
		const struct client *c = &m->clients[i];

		if (c->kind == CLIENT_LOG && (c->complete || stream_available(&c->output)))
			return false;
	}
	return true;
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
	if (m->held_until && logs_shown(m))
		m->held_until = 0;
	multiplexer_touch_driver(m);
}

/*
 * Until when lines of logs wait for the shell's answer, which programs read too; 0: they do not. However many answers it
 * announces: what has waited for the time of one is shown before any line waits again.
 */
static uint64_t logs_wait(const struct multiplexer *m)
{
	uint32_t end;
	uint64_t until;

	if (m->view != VIEW_SHELL)
		return 0;
	end = __atomic_load_n(&m->shell_view->answer_end, __ATOMIC_ACQUIRE);
	if ((int32_t)(end - m->shell->output.consumed) <= 0 && !history_unshown(&m->shell->history))
		return 0;
	until = __atomic_load_n(&m->shell_view->answer_until, __ATOMIC_RELAXED);
	if (until > counter_after_us(ANSWER_WHOLE_US))
		return 0;
	if (m->held_until && until > m->held_until)
		until = m->held_until;
	return until > counter_read() ? until : 0;
}

/* Whether a line that is gathered has to wait for the shell. */
static bool log_held(struct multiplexer *m)
{
	if (!logs_wait(m))
		return false;
	if (!m->held_until)
		m->held_until = counter_after_us(ANSWER_WHOLE_US);
	return true;
}

static bool log_write(struct multiplexer *m, struct client *c)
{
	bool moved = log_gather(m, c);
	uint32_t prefix = strlen(c->prefix);

	if (!c->complete || log_held(m) || !has_room(m, prefix + c->length + 2 * sizeof(line_end)))
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
	multiplexer_touch_driver(m);
	return true;
}

/* Whether it is only kept what this client writes. */
static bool out_of_view(const struct multiplexer *m, const struct client *c)
{
	return c->kind != CLIENT_LOG && !multiplexer_in_view(m, c);
}

/* Consoles out of view wait neither for the screen nor for each other. */
static bool keep_round(struct multiplexer *m)
{
	bool moved = false;

	for (uint32_t i = 0; i < m->count; i++) {
		struct client *c = &m->clients[i];

		if (out_of_view(m, c))
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

bool multiplexer_run(struct multiplexer *m)
{
	bool kept = keep_round(m);
	bool asked = request_run(m);
	bool wrote = write_round(m);

	return typed_read(m) || wrote || asked || kept;
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
	if (m->answered)
		signals |= 1U << (PEER_CLIENT + (uint32_t)(m->shell - m->clients));
	m->answered = false;
	m->touched = 0;
	return signals;
}

/* True if output can go on already. Who is out of view can, whoever waits for the screen. */
static bool await_output(struct multiplexer *m, bool logs)
{
	bool ready = m->wanted && stream_await_room(&m->screen, m->wanted);

	for (uint32_t i = 0; i < m->count; i++) {
		struct client *c = &m->clients[i];

		if (c->complete && logs)
			continue;
		/* It waited until now. */
		ready |= c->complete && !m->wanted;
		if (out_of_view(m, c) || !m->wanted)
			ready |= stream_await_data(&c->output);
	}
	return ready;
}

uint64_t multiplexer_sleep_until(struct multiplexer *m)
{
	uint64_t logs = logs_wait(m);
	bool output = await_output(m, logs);

	if (typed_await(m) || output)
		return 0;
	return logs ? logs : DEADLINE_NEVER;
}
