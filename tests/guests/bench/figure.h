/* SPDX-License-Identifier: BSD-2-Clause */
/* From many rounds of an operation to one line: "figure NAME MINIMUM MEDIAN MAXIMUM", in ticks. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define FIGURE_ROUNDS    2001
#define FIGURE_LINE_SIZE 120

/*
 * Writes the line, without a newline, into `line` of FIGURE_LINE_SIZE bytes. `samples` are FIGURE_ROUNDS
 * and get sorted; `empty` is what a round takes in which nothing is done.
 */
void figure_line(char *line, const char *name, uint64_t *samples, uint64_t empty);
