/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Editing a line. All but a character at the end is shown by writing the line anew, in the columns behind the
 * prompt: what the screen shows depends on nothing that was there before. Who types may be a program, or a
 * terminal that answers what a guest has asked it: no sequence of bytes leads out of the bounds of the line, and
 * what a terminal reports is no command.
 */
#include "editor.h"

#include <cloister/print.h>
#include <cloister/string.h>

#define PROMPT "cloister> "
/* One column stays free: a terminal may wrap its line when the last is written. */
#define WIDTH (EDITOR_COLUMNS - (sizeof(PROMPT) - 1) - 1)

#define CONTROL(letter) ((letter)&0x1f)
#define BELL            0x07
#define ESCAPE          0x1b
#define DELETE          0x7f

/* What a terminal's keys send, by the last byte of a control sequence; and of ESC [ number ~. */
enum key {
	KEY_UP = 'A',
	KEY_DOWN = 'B',
	KEY_RIGHT = 'C',
	KEY_LEFT = 'D',
	KEY_END = 'F',
	KEY_HOME = 'H',
	KEY_NUMBERED = '~',
	/* No last byte of their own. */
	KEY_DELETE = 0x100,
	KEY_NONE,
};

void editor_init(struct editor *e, struct terminal *terminal)
{
	memset(e, 0, sizeof(*e));
	e->terminal = terminal;
}

static void refresh(struct editor *e)
{
	uint32_t shown;

	if (e->cursor < e->first)
		e->first = e->cursor;
	if (e->cursor - e->first > WIDTH)
		e->first = e->cursor - WIDTH;
	shown = e->line.length - e->first;
	terminal_print(e->terminal, "\r" PROMPT "%.*s\x1b[K\r\x1b[%uC",
		       (int)(shown < WIDTH ? shown : WIDTH), e->line.text + e->first,
		       (unsigned int)(sizeof(PROMPT) - 1 + e->cursor - e->first));
}

static void bell(struct editor *e)
{
	terminal_print(e->terminal, "%c", BELL);
}

static void clear(struct editor *e)
{
	e->line.length = 0;
	e->line.text[0] = '\0';
	e->cursor = 0;
	e->first = 0;
	e->line.overlong = false;
	e->back = 0;
}

void editor_begin(struct editor *e)
{
	clear(e);
	refresh(e);
}

static void move_to(struct editor *e, uint32_t cursor)
{
	e->cursor = cursor;
	refresh(e);
}

static void insert(struct editor *e, uint8_t byte)
{
	struct editor_line *l = &e->line;

	if (l->length == EDITOR_LINE_MAX) {
		if (!l->overlong)
			bell(e);
		l->overlong = true;
		return;
	}
	memmove(l->text + e->cursor + 1, l->text + e->cursor, l->length - e->cursor + 1);
	l->text[e->cursor++] = (char)byte;
	l->length++;
	if (e->cursor == l->length && e->cursor - e->first <= WIDTH)
		terminal_write(e->terminal, l->text + e->cursor - 1, 1);
	else
		refresh(e);
}

/* Take away from `from` to before `to`; the cursor is put there. */
static void cut(struct editor *e, uint32_t from, uint32_t to)
{
	struct editor_line *l = &e->line;

	memmove(l->text + from, l->text + to, l->length - to + 1);
	l->length -= to - from;
	l->overlong &= l->length != 0;
	move_to(e, from);
}

static uint32_t word_start(const struct editor *e)
{
	uint32_t at = e->cursor;

	while (at && e->line.text[at - 1] == ' ')
		at--;
	while (at && e->line.text[at - 1] != ' ')
		at--;
	return at;
}

/* Show the line that was kept `back` lines ago, or with 0 the one that is being typed. */
static void show_line(struct editor *e, uint32_t back)
{
	uint32_t kept = e->kept < EDITOR_LINES ? e->kept : EDITOR_LINES;

	if (back > kept) {
		bell(e);
		return;
	}
	if (!e->back)
		e->typed = e->line;
	e->back = back;
	e->line = back ? e->lines[(e->kept - back) % EDITOR_LINES] : e->typed;
	e->first = 0;
	move_to(e, e->line.length);
}

static void press(struct editor *e, enum key key)
{
	uint32_t length = e->line.length;

	if (key == KEY_UP)
		show_line(e, e->back + 1);
	else if (key == KEY_DOWN && e->back)
		show_line(e, e->back - 1);
	else if (key == KEY_RIGHT && e->cursor < length)
		move_to(e, e->cursor + 1);
	else if (key == KEY_LEFT && e->cursor)
		move_to(e, e->cursor - 1);
	else if (key == KEY_HOME)
		move_to(e, 0);
	else if (key == KEY_END)
		move_to(e, length);
	else if (key == KEY_DELETE && e->cursor < length)
		cut(e, e->cursor, e->cursor + 1);
}

/* The keys that VT220 and its relatives number. */
static enum key numbered(uint32_t number)
{
	switch (number) {
	case 1:
	case 7:
		return KEY_HOME;
	case 3:
		return KEY_DELETE;
	case 4:
	case 8:
		return KEY_END;
	default:
		return KEY_NONE;
	}
}

static void escape(struct editor *e, uint8_t byte)
{
	e->state = EDITOR_PLAIN;
	e->parameter = 0;
	if (byte == '[')
		e->state = EDITOR_CONTROL;
	else if (byte == 'O')
		e->state = EDITOR_SHIFT;
	else if (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_')
		e->state = EDITOR_STRING;
}

static void control_sequence(struct editor *e, uint8_t byte)
{
	/* Keys have numbers below 100: what is longer is none. */
	if (byte >= '0' && byte <= '9' && e->parameter < 100)
		e->parameter = 10 * e->parameter + (uint32_t)(byte - '0');
	if (byte < '@')
		return;
	e->state = EDITOR_PLAIN;
	press(e, byte == KEY_NUMBERED ? numbered(e->parameter) : (enum key)byte);
}

/* True: the byte belongs to a sequence. A control character ends one. */
static bool sequence(struct editor *e, uint8_t byte)
{
	enum editor_state state = e->state;

	if (byte == ESCAPE) {
		e->state = EDITOR_ESCAPE;
		return true;
	}
	if (byte < ' ')
		e->state = EDITOR_PLAIN;
	if (e->state == EDITOR_ESCAPE)
		escape(e, byte);
	else if (e->state == EDITOR_CONTROL)
		control_sequence(e, byte);
	else if (e->state == EDITOR_SHIFT) {
		e->state = EDITOR_PLAIN;
		press(e, (enum key)byte);
	}
	/* What ends a report is no key either. */
	return state == EDITOR_STRING || (state != EDITOR_PLAIN && byte >= ' ');
}

static void keep(struct editor *e)
{
	const struct editor_line *l = &e->line;
	const struct editor_line *last = &e->lines[(e->kept - 1) % EDITOR_LINES];

	if (!l->length ||
	    (e->kept && l->length == last->length && memcmp(l->text, last->text, l->length) == 0))
		return;
	e->lines[e->kept++ % EDITOR_LINES] = *l;
}

static bool complete(struct editor *e)
{
	static const char refusal[] = "\r\nerror: the line is too long, nothing was done\r\n";

	if (e->line.overlong) {
		terminal_write(e->terminal, refusal, sizeof(refusal) - 1);
		editor_begin(e);
		return false;
	}
	terminal_write(e->terminal, "\r\n", 2);
	keep(e);
	return true;
}

static void command(struct editor *e, uint8_t byte)
{
	switch (byte) {
	case CONTROL('A'):
		move_to(e, 0);
		break;
	case CONTROL('C'):
		terminal_write(e->terminal, "\r\n", 2);
		editor_begin(e);
		break;
	case CONTROL('E'):
		move_to(e, e->line.length);
		break;
	case CONTROL('H'):
	case DELETE:
		if (e->cursor)
			cut(e, e->cursor - 1, e->cursor);
		break;
	case CONTROL('K'):
		cut(e, e->cursor, e->line.length);
		break;
	case CONTROL('L'):
		terminal_write(e->terminal, "\x1b[H\x1b[2J", 7);
		refresh(e);
		break;
	case CONTROL('U'):
		cut(e, 0, e->cursor);
		break;
	case CONTROL('W'):
		cut(e, word_start(e), e->cursor);
		break;
	default:
		bell(e);
		break;
	}
}

bool editor_take(struct editor *e, uint8_t byte)
{
	bool second = e->returned && byte == '\n';

	e->returned = false;
	if (second || sequence(e, byte))
		return false;
	if (byte == '\r' || byte == '\n') {
		e->returned = byte == '\r';
		return complete(e);
	}
	if (byte >= ' ' && byte <= '~')
		insert(e, byte);
	else
		command(e, byte);
	return false;
}
