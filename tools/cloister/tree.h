/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a flattened device tree. Errors are kept in the tree, so that a writer looks once, at the end.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What an architecture's own nodes can take: one for each vCPU, and a few more. */
#define TREE_HANDLES 16

/* A tree that is written; after the first error nothing more is done. */
struct tree {
	void *fdt;
	int error;
	/* Handles of nodes that others point to: the interrupt controller, and free ones, TREE_HANDLES in a row. */
	uint32_t controller;
	uint32_t handles;
};

/* Keeps the first of libfdt's errors (negative). */
void tree_note(struct tree *tree, int result);

/* Adds a node, in place of one of the same name; gives its offset. */
int tree_node(struct tree *tree, int parent, const char *name);

/* Set a property: bytes, text, cells (at most 16), or addresses and sizes of two cells each (at most 4). */
void tree_bytes(struct tree *tree, int node, const char *name, const void *bytes, size_t size);
void tree_text(struct tree *tree, int node, const char *name, const char *text);
void tree_cells(struct tree *tree, int node, const char *name, const uint32_t *cells, size_t count);
void tree_cell(struct tree *tree, int node, const char *name, uint32_t cell);
void tree_wide(struct tree *tree, int node, const char *name, const uint64_t *values, size_t count);
