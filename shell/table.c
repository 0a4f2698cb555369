/* SPDX-License-Identifier: BSD-2-Clause */
/* The printer of tables. */
#include "table.h"

#include <cloister/print.h>
#include <cloister/string.h>

/* Between two columns. */
#define GAP 2

static const char blanks[] = "                                        ";

_Static_assert(sizeof(blanks) - 1 >= TABLE_CELL_MAX, "a cell can be padded");

void table_begin(struct table *t, struct terminal *terminal, const struct table_column *columns,
		 uint32_t count, bool single, bool json)
{
	*t = (struct table){
		.terminal = terminal,
		.columns = columns,
		.count = count,
		.single = single,
		.json = json,
		.measuring = true,
	};
	for (uint32_t i = 0; i < count; i++) {
		uint32_t place = single ? 0 : i;
		uint32_t length = (uint32_t)strlen(columns[i].heading);

		if (t->width[place] < length)
			t->width[place] = length;
	}
}

static void pad(struct table *t, uint32_t width, uint32_t length)
{
	if (length < width)
		terminal_write(t->terminal, blanks, width - length);
}

/* Nothing is put behind the last column. */
static void put_aligned(struct table *t, uint32_t column, const char *text)
{
	uint32_t length = (uint32_t)strlen(text);
	bool right = t->right & 1U << column;
	bool last = column + 1 == t->count;

	if (right)
		pad(t, t->width[column], length);
	terminal_write(t->terminal, text, length);
	if (!right && !last)
		pad(t, t->width[column], length);
	terminal_write(t->terminal, last ? "\r\n" : blanks, GAP);
}

void table_print(struct table *t)
{
	t->measuring = false;
	if (t->json && !t->single)
		terminal_write(t->terminal, "[", 1);
	for (uint32_t i = 0; !t->json && !t->single && t->cells && i < t->count; i++)
		put_aligned(t, i, t->columns[i].heading);
	t->cells = 0;
}

void table_end(struct table *t)
{
	if (t->json && !t->single)
		terminal_write(t->terminal, "]", 1);
	if (t->json)
		terminal_write(t->terminal, "\r\n", 2);
}

/* A string of JSON (RFC 8259, section 7). */
static void put_string(struct table *t, const char *text)
{
	terminal_write(t->terminal, "\"", 1);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			terminal_print(t->terminal, "\\%c", *text);
		else if (*text < ' ' || *text > '~')
			terminal_print(t->terminal, "\\u%04x", (unsigned int)(uint8_t)*text);
		else
			terminal_write(t->terminal, text, 1);
	}
	terminal_write(t->terminal, "\"", 1);
}

static void put_key(struct table *t, uint32_t column)
{
	if (!column && t->cells)
		terminal_write(t->terminal, ",", 1);
	terminal_write(t->terminal, column ? "," : "{", 1);
	put_string(t, t->columns[column].key);
	terminal_write(t->terminal, ":", 1);
}

static void put_json_end(struct table *t, uint32_t column)
{
	if (column + 1 == t->count)
		terminal_write(t->terminal, "}", 1);
}

/* A cell for people. */
static void put_cell(struct table *t, uint32_t column, const char *text)
{
	const char *heading = t->columns[column].heading;
	uint32_t length = (uint32_t)strlen(text);

	if (t->measuring && !t->single && t->width[column] < length)
		t->width[column] = length;
	if (t->measuring)
		return;
	if (!t->single) {
		put_aligned(t, column, text);
		return;
	}
	terminal_print(t->terminal, "%s", heading);
	pad(t, t->width[0] + GAP, (uint32_t)strlen(heading));
	terminal_print(t->terminal, "%s\r\n", text);
}

void table_text(struct table *t, const char *text)
{
	char cell[TABLE_CELL_MAX + 1];
	uint32_t column = t->cells % t->count;

	print_format(cell, sizeof(cell), "%s", text);
	if (!t->json) {
		put_cell(t, column, cell);
	} else if (!t->measuring) {
		put_key(t, column);
		put_string(t, cell);
		put_json_end(t, column);
	}
	t->cells++;
}

/* A number that people read as `text`. */
static void put_number(struct table *t, uint64_t value, const char *text)
{
	uint32_t column = t->cells % t->count;

	t->right |= 1U << column;
	if (!t->json) {
		put_cell(t, column, text);
	} else if (!t->measuring) {
		put_key(t, column);
		terminal_print(t->terminal, "%lu", (unsigned long)value);
		put_json_end(t, column);
	}
	t->cells++;
}

void table_number(struct table *t, uint64_t value)
{
	char text[TABLE_CELL_MAX + 1];

	print_format(text, sizeof(text), "%lu", (unsigned long)value);
	put_number(t, value, text);
}

void table_bytes(struct table *t, uint64_t value)
{
	char text[TABLE_CELL_MAX + 1];

	print_format(text, sizeof(text), "%lu bytes", (unsigned long)value);
	put_number(t, value, text);
}

void table_address(struct table *t, uint64_t value)
{
	char text[TABLE_CELL_MAX + 1];

	print_format(text, sizeof(text), "0x%lx", (unsigned long)value);
	put_number(t, value, text);
}

void table_time(struct table *t, uint64_t value)
{
	char text[TABLE_CELL_MAX + 1];

	print_format(text, sizeof(text), "%lu.%03lu s", (unsigned long)(value / 1000000),
		     (unsigned long)(value / 1000 % 1000));
	put_number(t, value, text);
}
