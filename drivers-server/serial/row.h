/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A console's line as it is shown where its bytes must not command the terminal: among those of others, and
 * in the shell.
 */
#ifndef ROW_H
#define ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "history.h"

/* Bytes of a console that one row comes from, at most. */
#define ROW_MAX 256

/* A part of a line. */
struct row {
	char text[2 * ROW_MAX];
	uint32_t length;
	/* Bytes that it comes from. */
	uint32_t bytes;
	/* Where the cursor stands in the line: before row_fill() and behind it. */
	uint32_t column;
	bool ended;
};

/* Take the bytes from `place` on, before `end`, to the end of the line. They are all kept still. */
void row_fill(struct row *row, const struct history *h, uint64_t place, uint64_t end);

#endif
