/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in view, and the notices that say so. A key changes the view at once; its notice is shown
 * before anything else, and until then no further key is taken. A line that was begun is shown again
 * behind the notice, from its start, so that a prompt stands where its answer is typed.
 */
#include "keys.h"

#include <stddef.h>

#include <cloister/print.h>

/* Add to the notice; what finds no room is cut. */
#define SAY(m, ...)                                                                             \
	((m)->notice_length += (uint32_t)print_format((m)->notice + (m)->notice_length,         \
						      sizeof((m)->notice) - (m)->notice_length, \
						      __VA_ARGS__))

/* The console of this number, from 1; NULL if there are not so many. */
static struct client *console_numbered(struct multiplexer *m, uint32_t number)
{
	for (uint32_t i = 0; i < m->count; i++)
		if (m->clients[i].kind == CLIENT_CONSOLE && !--number)
			return &m->clients[i];
	return NULL;
}

/* The number of a console; behind the last one, how many there are and one more. */
static uint32_t number_of(const struct multiplexer *m, const struct client *console)
{
	uint32_t number = 1;

	for (uint32_t i = 0; i < m->count && &m->clients[i] != console; i++)
		number += m->clients[i].kind == CLIENT_CONSOLE;
	return number;
}

static uint32_t console_count(const struct multiplexer *m)
{
	return number_of(m, NULL) - 1;
}

static void say_gone(struct multiplexer *m, const char *name, uint64_t bytes)
{
	if (bytes)
		SAY(m, HISTORY_GONE, (unsigned long)bytes, name);
}

/* What came while it was out of view, and the line that was begun, are yet to be shown. */
static void resume(struct multiplexer *m)
{
	for (uint32_t i = 0; i < m->count; i++) {
		struct client *c = &m->clients[i];

		if (multiplexer_in_view(m, c))
			say_gone(m, c->name, history_resume(&c->history));
	}
}

static void view_guest(struct multiplexer *m, uint32_t number)
{
	struct client *c = console_numbered(m, number);

	if (!c) {
		SAY(m, "[cloister] there is no guest %u; Ctrl-T h shows the keys\r\n", number);
		return;
	}
	m->focus = c;
	m->view = VIEW_GUEST;
	SAY(m, "[cloister] guest %u of %u: %s; Ctrl-T h shows the keys\r\n", number,
	    console_count(m), c->name);
}

static void view_next(struct multiplexer *m)
{
	uint32_t number = number_of(m, m->focus);

	view_guest(m, number < console_count(m) ? number + 1 : 1);
}

static void view_all(struct multiplexer *m)
{
	m->view = VIEW_ALL;
	SAY(m, "[cloister] all guests; what is typed goes to %s\r\n",
	    m->focus ? m->focus->name : "nobody");
}

static void view_log(struct multiplexer *m)
{
	m->view = VIEW_LOG;
	SAY(m, "[cloister] the machine's log; what is typed goes to nobody\r\n");
	say_gone(m, "it", history_restart(&m->log));
}

static void leave_shell(struct multiplexer *m)
{
	if (m->before == VIEW_ALL)
		view_all(m);
	else if (m->before == VIEW_LOG)
		view_log(m);
	else if (m->focus)
		view_guest(m, number_of(m, m->focus));
	else
		SAY(m, "[cloister] there is no guest with a console; Ctrl-T h shows the keys\r\n");
}

static void view_shell(struct multiplexer *m)
{
	if (!m->shell) {
		SAY(m, "[cloister] there is no shell; Ctrl-T h shows the keys\r\n");
		return;
	}
	m->before = m->view;
	m->view = VIEW_SHELL;
	SAY(m, "[cloister] the shell; Ctrl-T s leaves it, Ctrl-T h shows the keys\r\n");
}

static void help(struct multiplexer *m)
{
	SAY(m, "[cloister] keys, each behind Ctrl-T:\r\n"
	       "  1 to 9  that guest        n  the next guest\r\n"
	       "  a       all guests        l  the machine's log\r\n"
	       "  s       the shell         h  this help\r\n"
	       "  Ctrl-T  Ctrl-T itself\r\n");
	for (uint32_t i = 0; i < m->count; i++) {
		struct client *c = &m->clients[i];

		if (c->kind == CLIENT_CONSOLE)
			SAY(m, "  guest %u: %s%s\r\n", number_of(m, c), c->name,
			    multiplexer_in_view(m, c) ? ", in view" : "");
	}
}

void keys_command(struct multiplexer *m, char key)
{
	if (key >= '1' && key <= '9')
		view_guest(m, (uint32_t)(key - '0'));
	else if (key == 'n')
		view_next(m);
	else if (key == 'a')
		view_all(m);
	else if (key == 'l')
		view_log(m);
	else if (key == 's' && m->view == VIEW_SHELL)
		leave_shell(m);
	else if (key == 's')
		view_shell(m);
	else if (key == 'h')
		help(m);
	else
		SAY(m, "[cloister] this is no key; Ctrl-T h shows the keys\r\n");
	resume(m);
}

bool keys_view_console(struct multiplexer *m, const char *name)
{
	for (uint32_t i = 0; i < m->count; i++) {
		struct client *c = &m->clients[i];

		if (c->kind != CLIENT_CONSOLE || !multiplexer_named(c, name))
			continue;
		view_guest(m, number_of(m, c));
		resume(m);
		return true;
	}
	return false;
}

void keys_begin(struct multiplexer *m, bool restarted)
{
	m->focus = console_numbered(m, 1);
	/* What a predecessor showed last may have been a line without an end. */
	m->line_open = restarted;
	if (restarted)
		SAY(m, "[cloister] the console was restarted\r\n");
	if (console_count(m) > 1)
		view_guest(m, 1);
	else if (!m->focus && m->shell)
		m->view = VIEW_SHELL;
}
