/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What commands print: rows of cells, as aligned columns, or, of a table with one row, a cell a line; or as
 * one line of JSON, an array of objects or one object, in which numbers are exact and in the units that their
 * keys name.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "terminal.h"

#define TABLE_COLUMNS_MAX 16

/* Characters of a cell; more is cut. */
#define TABLE_CELL_MAX 40

/* `heading` is for people, `key` for JSON. */
struct table_column {
	const char *heading;
	const char *key;
};

struct table {
	struct terminal *terminal;
	const struct table_column *columns;
	uint32_t count;
	/* One row with the headings before it. */
	bool single;
	bool json;
	/* Nothing is printed yet: the cells say how wide their columns are. */
	bool measuring;
	uint32_t width[TABLE_COLUMNS_MAX];
	/* Columns that stand at the right, a bit each. */
	uint32_t right;
	/* Cells so far. */
	uint32_t cells;
};

/*
 * A table of `count` columns (1 to TABLE_COLUMNS_MAX). All its cells are given twice, row by row: once before
 * table_print() and once behind it, and then table_end(). Cells that got wider meanwhile are not aligned.
 */
void table_begin(struct table *t, struct terminal *terminal, const struct table_column *columns,
		 uint32_t count, bool single, bool json);
void table_print(struct table *t);
void table_end(struct table *t);

void table_text(struct table *t, const char *text);
void table_number(struct table *t, uint64_t value);
void table_bytes(struct table *t, uint64_t value);
void table_address(struct table *t, uint64_t value);

/* Microseconds; people read seconds. */
void table_time(struct table *t, uint64_t value);

#endif
