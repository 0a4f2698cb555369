/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests of the shell. What is kept is shown as if the shell had written it, line by line, so it waits
 * for the screen as the shell does; but what would command the terminal is made plain, for the terminal's answers
 * would be typed into the shell.
 */
#include "request.h"

#include <stddef.h>

#include <cloister/print.h>
#include <cloister/string.h>

#include "keys.h"
#include "multiplexer.h"
#include "row.h"

static void answer(struct multiplexer *m, enum status result)
{
	struct view_request *shared = m->shell_view;

	m->request.at_work = false;
	shared->result = result;
	__atomic_store_n(&shared->answered, m->request.number, __ATOMIC_RELEASE);
	m->answered = true;
}

/* What is shown of the place where `source` begins now; what was before is gone. */
static void begin_line(struct request *r)
{
	uint64_t first = history_first(r->source);

	if (r->place < first)
		r->place = first;
	r->line_begins = true;
	r->column = 0;
}

static void say_gone(struct multiplexer *m, const char *name)
{
	char text[128];
	size_t length;

	if (!m->request.place)
		return;
	length = print_format(text, sizeof(text), HISTORY_GONE, (unsigned long)m->request.place,
			      name);
	history_add(&m->shell->history, text, (uint32_t)length);
}

/* Whose kept output or lines are meant by a name. False: nobody's. */
static bool find_kept(struct multiplexer *m, const char *name)
{
	struct request *r = &m->request;

	r->source = &m->log;
	r->prefix = "";
	if (!*name)
		return true;
	for (uint32_t i = 0; i < m->count; i++) {
		const struct client *c = &m->clients[i];

		if (c->kind == CLIENT_SHELL || !multiplexer_named(c, name))
			continue;
		if (c->kind == CLIENT_CONSOLE)
			r->source = &c->history;
		else
			r->prefix = c->prefix;
		return true;
	}
	return false;
}

static void begin_kept(struct multiplexer *m, const char *name)
{
	struct request *r = &m->request;

	if (!find_kept(m, name)) {
		answer(m, ERR_ARGUMENT);
		return;
	}
	r->at_work = true;
	r->place = 0;
	r->end = r->source->written;
	r->behind = m->shell->output.consumed + stream_available(&m->shell->output);
	begin_line(r);
	say_gone(m, *name ? name : "it");
}

/* The name is the shell's to write: it may lack an end, and change meanwhile. */
static void begin(struct multiplexer *m)
{
	const struct view_request *shared = m->shell_view;
	uint32_t action = __atomic_load_n(&shared->action, __ATOMIC_RELAXED);
	char name[NAME_SIZE];

	memcpy(name, shared->name, sizeof(shared->name));
	name[sizeof(shared->name)] = '\0';
	/* Whose fingers are in another console keep it, whatever becomes of the shell. */
	if (action == VIEW_CONSOLE && m->view != VIEW_SHELL)
		answer(m, ERR_STATE);
	else if (action == VIEW_CONSOLE)
		answer(m, keys_view_console(m, name) ? OK : ERR_ARGUMENT);
	else if (action == VIEW_KEPT)
		begin_kept(m, name);
	else
		answer(m, ERR_ARGUMENT);
}

static bool begins_with(const struct request *r)
{
	uint32_t length = strlen(r->prefix);

	for (uint32_t i = 0; i < length; i++)
		if (r->place + i >= r->end ||
		    (char)history_at(r->source, r->place + i) != r->prefix[i])
			return false;
	return true;
}

static void show_some(struct multiplexer *m)
{
	struct request *r = &m->request;
	struct row row = { 0 };

	/* Its client has gone on writing meanwhile. */
	if (r->place < history_oldest(r->source))
		begin_line(r);
	if (r->line_begins)
		r->shown = begins_with(r);
	row.column = r->column;
	row_fill(&row, r->source, r->place, r->end);
	r->place += row.bytes;
	r->line_begins = row.ended;
	if (!r->shown)
		return;
	r->column = row.column;
	history_add(&m->shell->history, row.text, row.length);
}

static bool go_on(struct multiplexer *m)
{
	struct request *r = &m->request;
	struct client *shell = m->shell;

	if ((int32_t)(shell->output.consumed - r->behind) < 0)
		return false;
	if (multiplexer_in_view(m, shell) && history_unshown(&shell->history))
		return false;
	if (r->place < r->end) {
		show_some(m);
		return true;
	}
	if (r->column)
		history_add(&shell->history, "\r\n", 2);
	answer(m, OK);
	return true;
}

void request_init(struct multiplexer *m)
{
	if (m->shell)
		m->request.number = __atomic_load_n(&m->shell_view->answered, __ATOMIC_RELAXED);
}

bool request_run(struct multiplexer *m)
{
	uint32_t number;

	if (!m->shell)
		return false;
	if (m->request.at_work)
		return go_on(m);
	number = __atomic_load_n(&m->shell_view->request, __ATOMIC_ACQUIRE);
	/* A notice must be shown before the view changes again. */
	if (number == m->request.number || m->notice_length)
		return false;
	m->request.number = number;
	begin(m);
	return true;
}
