/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line that is being typed, and those that were typed before. Left and right, Home and End (Ctrl-A,
 * Ctrl-E) move; backspace and Delete take a character away, Ctrl-W the word before the cursor, Ctrl-U all
 * before it, Ctrl-K all from it on; up and down bring lines back; Ctrl-C gives the line up, Ctrl-L clears the
 * screen. Other control characters and bytes that are no ASCII are not taken.
 */
#ifndef EDITOR_H
#define EDITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "terminal.h"

/* Characters of a line. One that is longer is not carried out. */
#define EDITOR_LINE_MAX 240

/* Lines that are kept. */
#define EDITOR_LINES 32

/* Columns that a terminal is taken to have; a longer line is shown in part. */
#define EDITOR_COLUMNS 80

struct editor_line {
	char text[EDITOR_LINE_MAX + 1];
	uint32_t length;
	/* More was typed than has room. */
	bool overlong;
};

/* Where in a terminal's control sequence the next byte stands (ECMA-48). */
enum editor_state {
	EDITOR_PLAIN,
	/* Behind ESC. */
	EDITOR_ESCAPE,
	/* Behind ESC [. */
	EDITOR_CONTROL,
	/* Behind ESC O. */
	EDITOR_SHIFT,
	/* In a string that a terminal reports, behind ESC ] and the like. */
	EDITOR_STRING,
};

struct editor {
	struct terminal *terminal;
	struct editor_line line;
	uint32_t cursor;
	/* The character in the first column behind the prompt. */
	uint32_t first;
	enum editor_state state;
	/* The first parameter of a control sequence. */
	uint32_t parameter;
	/* The byte before was a carriage return: a newline belongs to it. */
	bool returned;
	/* What was typed before; `kept` counts all lines ever kept. */
	struct editor_line lines[EDITOR_LINES];
	uint32_t kept;
	/* How far back the line in view is; 0: it is the one that is being typed, else that is put by. */
	uint32_t back;
	struct editor_line typed;
};

void editor_init(struct editor *e, struct terminal *terminal);

/* Show the prompt, for an empty line. */
void editor_begin(struct editor *e);

/* Take one byte that was typed. True: a line is complete, in `line`, until editor_begin(). */
bool editor_take(struct editor *e, uint8_t byte);

#endif
