/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes and properties of a flattened device tree, by libfdt (Devicetree Specification 0.4).
 */
#include "tree.h"

#include "base.h"

#include <libfdt.h>
#include <string.h>

void tree_note(struct tree *tree, int result)
{
	if (!tree->error && result < 0)
		tree->error = result;
}

int tree_node(struct tree *tree, int parent, const char *name)
{
	int node;

	if (tree->error)
		return 0;
	node = fdt_subnode_offset(tree->fdt, parent, name);
	if (node >= 0)
		tree_note(tree, fdt_del_node(tree->fdt, node));
	node = fdt_add_subnode(tree->fdt, parent, name);
	tree_note(tree, node);
	return node;
}

void tree_bytes(struct tree *tree, int node, const char *name, const void *bytes, size_t size)
{
	if (!tree->error)
		tree_note(tree, fdt_setprop(tree->fdt, node, name, bytes, (int)size));
}

void tree_text(struct tree *tree, int node, const char *name, const char *text)
{
	tree_bytes(tree, node, name, text, strlen(text) + 1);
}

void tree_cells(struct tree *tree, int node, const char *name, const uint32_t *cells, size_t count)
{
	fdt32_t big[16];

	for (size_t i = 0; i < count; i++)
		big[i] = cpu_to_fdt32(cells[i]);
	tree_bytes(tree, node, name, big, count * sizeof(big[0]));
}

void tree_cell(struct tree *tree, int node, const char *name, uint32_t cell)
{
	tree_cells(tree, node, name, &cell, 1);
}

void tree_wide(struct tree *tree, int node, const char *name, const uint64_t *values, size_t count)
{
	uint32_t cells[8];

	for (size_t i = 0; i < count; i++) {
		cells[2 * i] = (uint32_t)(values[i] >> 32);
		cells[2 * i + 1] = (uint32_t)values[i];
	}
	tree_cells(tree, node, name, cells, count * 2);
}
