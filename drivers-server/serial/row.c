/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of consoles, made plain. */
#include "row.h"

/* What would reach beyond its line of the screen is not shown as it is. */
static void row_take(struct row *row, char byte)
{
	bool plain;

	if (byte == '\r' || (byte == '\b' && !row->column))
		return;
	if (byte == '\n') {
		row->text[row->length++] = '\r';
		row->text[row->length++] = '\n';
		row->column = 0;
		row->ended = true;
		return;
	}
	row->column += byte == '\b' ? -1U : 1;
	plain = byte == '\b' || byte == '\t' || (byte >= ' ' && byte <= '~');
	row->text[row->length++] = plain ? byte : '?';
}

void row_fill(struct row *row, const struct history *h, uint64_t place, uint64_t end)
{
	while (!row->ended && row->bytes < ROW_MAX && place + row->bytes < end)
		row_take(row, (char)history_at(h, place + row->bytes++));
}
