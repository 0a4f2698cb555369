/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees by libfdt (Devicetree Specification 0.4; bindings as in Linux's
 * Documentation/devicetree/bindings). One set of functions writes our nodes, be it into an empty tree or into
 * the user's, from which what would contradict them is taken out first.
 */
#include "device_tree.h"

#include "random.h"

#include <libfdt.h>
#include <string.h>

/* Linux takes no more (Documentation/arch/arm64/booting.rst, section 2). */
#define TREE_MAX (2 * MIB)

/* What our nodes need beside the command line. */
#define OUR_NODES_SIZE (8 * KIB)

/* Cells of an interrupt specifier, at most. */
#define INTERRUPT_CELLS_MAX 4

static void add_memory(struct tree *tree, struct arena *arena, const struct guest *guest)
{
	const uint64_t reg[] = { guest->memory_base, guest->memory_size };
	int node = tree_node(
		tree, 0, arena_print(arena, "memory@%llx", (unsigned long long)guest->memory_base));

	tree_text(tree, node, "device_type", "memory");
	tree_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
}

static const char *node_name(struct arena *arena, const char *name,
			     const struct guest_device *device)
{
	return arena_print(arena, "%s@%llx", name, (unsigned long long)device->address);
}

int device_tree_node(struct tree *tree, struct arena *arena, const struct target *target,
		     const char *name, const struct guest_device *device)
{
	const uint64_t reg[] = { device->address, device->size };
	uint32_t interrupt[INTERRUPT_CELLS_MAX];
	size_t cells = target->tree_interrupt(device->irq, interrupt);
	int node = tree_node(tree, 0, node_name(arena, name, device));

	tree_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	tree_cells(tree, node, "interrupts", interrupt, cells);
	if (target->own_parent)
		tree_cell(tree, node, "interrupt-parent", tree->controller);
	return node;
}

static void add_virtio(struct tree *tree, struct arena *arena, const struct target *target,
		       const struct guest_device *device)
{
	int node = device_tree_node(tree, arena, target, "virtio_mmio", device);

	tree_text(tree, node, "compatible", "virtio,mmio");
	tree_bytes(tree, node, "dma-coherent", "", 0);
}

static const struct guest_image *initrd_of(const struct guest *guest)
{
	for (uint32_t i = 0; i < guest->image_count; i++)
		if (strcmp(guest->images[i].role, "initrd") == 0)
			return &guest->images[i];
	return NULL;
}

/* The /chosen node, whose other properties stay. */
static int chosen_node(struct tree *tree)
{
	int node = fdt_subnode_offset(tree->fdt, 0, "chosen");

	return node >= 0 ? node : tree_node(tree, 0, "chosen");
}

static void add_initrd(struct tree *tree, int node, const struct guest_image *initrd)
{
	uint64_t start;
	uint64_t end;

	fdt_delprop(tree->fdt, node, "linux,initrd-start");
	fdt_delprop(tree->fdt, node, "linux,initrd-end");
	if (!initrd)
		return;
	start = initrd->address;
	end = start + initrd->content.size;
	tree_wide(tree, node, "linux,initrd-start", &start, 1);
	tree_wide(tree, node, "linux,initrd-end", &end, 1);
}

static void add_chosen(struct tree *tree, struct arena *arena, const struct guest *guest,
		       const struct inputs *inputs)
{
	const struct guest_device *console = guest_device_of(guest, DEVICE_UART);
	uint8_t seed[DIGEST_SIZE];
	int node = chosen_node(tree);

	if (tree->error)
		return;
	if (console)
		tree_text(tree, node, "stdout-path",
			  arena_print(arena, "/%s",
				      node_name(arena, guest->board->target->uart_node, console)));
	if (guest->command_line[0])
		tree_text(tree, node, "bootargs", guest->command_line);
	add_initrd(tree, node, initrd_of(guest));
	random_bytes(inputs, guest->name, "kaslr-seed", seed, 8);
	tree_bytes(tree, node, "kaslr-seed", seed, 8);
	random_bytes(inputs, guest->name, "rng-seed", seed, sizeof(seed));
	tree_bytes(tree, node, "rng-seed", seed, sizeof(seed));
}

static void add_device(struct tree *tree, struct arena *arena, const struct target *target,
		       const struct guest_device *device)
{
	if (device->kind == VMM_DEVICE_VIRTIO_CONSOLE || device->kind == VMM_DEVICE_CONSOLE_COPY)
		add_virtio(tree, arena, target, device);
	else
		target->tree_device(tree, arena, device);
}

static void add_ours(struct tree *tree, struct arena *arena, const struct guest *guest,
		     const struct inputs *inputs)
{
	const struct target *target = guest->board->target;

	add_memory(tree, arena, guest);
	target->tree_machine(tree, arena, guest);
	for (uint32_t i = 0; i < guest->device_count; i++)
		add_device(tree, arena, target, &guest->devices[i]);
	add_chosen(tree, arena, guest, inputs);
}

static void start_empty(struct tree *tree, struct arena *arena, const struct guest *guest,
			size_t size)
{
	tree_note(tree, fdt_create_empty_tree(tree->fdt, (int)size));
	tree_cell(tree, 0, "#address-cells", 2);
	tree_cell(tree, 0, "#size-cells", 2);
	tree_text(tree, 0, "compatible", guest->board->target->compatible);
	tree_text(tree, 0, "model", arena_print(arena, "Cloister guest %s", guest->name));
	tree->controller = 1;
	tree->handles = 2;
}

/* Whether the node's first address is one at which the guest has a device of ours. */
static bool is_at_device(const void *fdt, int node, const struct guest *guest)
{
	int size;
	const fdt32_t *reg = fdt_getprop(fdt, node, "reg", &size);
	uint64_t address;

	if (!reg || size < 8)
		return false;
	address = (uint64_t)fdt32_ld(reg) << 32 | fdt32_ld(reg + 1);
	for (uint32_t i = 0; i < guest->device_count; i++)
		if (lies_in(address, 1, guest->devices[i].address, guest->devices[i].size))
			return true;
	return false;
}

static bool has_name(const void *fdt, int node, const char *const *names)
{
	const char *name = fdt_get_name(fdt, node, NULL);
	size_t length = strcspn(name, "@");

	for (; *names; names++)
		if (strlen(*names) == length && strncmp(*names, name, length) == 0)
			return true;
	return false;
}

static bool is_compatible(const void *fdt, int node, const char *const *list)
{
	for (; *list; list++)
		if (fdt_node_check_compatible(fdt, node, *list) == 0)
			return true;
	return false;
}

/* Whether a node of the user's tree says what ours say. */
static bool is_replaced(const void *fdt, int node, const struct guest *guest)
{
	const struct target *target = guest->board->target;

	return has_name(fdt, node, target->replaced_names) ||
	       is_compatible(fdt, node, target->replaced_compatible) ||
	       is_at_device(fdt, node, guest);
}

/* Takes out what ours replace; offsets stay as they are, for the nodes become no-ops. */
static void remove_replaced(struct tree *tree, const struct guest *guest)
{
	const char *controller = guest->board->target->replaced_compatible[0];
	int node = fdt_first_subnode(tree->fdt, 0);

	while (node >= 0) {
		int next = fdt_next_subnode(tree->fdt, node);

		/* Other nodes point to the interrupt controller: ours takes over its handle. */
		if (fdt_node_check_compatible(tree->fdt, node, controller) == 0 &&
		    fdt_get_phandle(tree->fdt, node))
			tree->controller = fdt_get_phandle(tree->fdt, node);
		if (is_replaced(tree->fdt, node, guest))
			tree_note(tree, fdt_nop_node(tree->fdt, node));
		node = next;
	}
}

static const char *start_from(struct tree *tree, struct blob user, const struct guest *guest,
			      size_t size)
{
	uint32_t handle;

	if (user.size > TREE_MAX)
		return "has more than the 2 MiB that can be";
	if (fdt_check_full(user.data, user.size) != 0)
		return "is not one, or it is damaged or truncated";
	tree_note(tree, fdt_open_into(user.data, tree->fdt, (int)size));
	if (fdt_address_cells(tree->fdt, 0) != 2 || fdt_size_cells(tree->fdt, 0) != 2)
		return "has a root whose #address-cells and #size-cells are not both 2";
	if (fdt_find_max_phandle(tree->fdt, &handle) < 0 ||
	    handle > FDT_MAX_PHANDLE - 1 - TREE_HANDLES)
		return "has no phandles left";
	tree->controller = handle + 1;
	tree->handles = handle + 2;
	remove_replaced(tree, guest);
	return NULL;
}

const char *device_tree_make(struct arena *arena, const struct guest *guest,
			     const struct inputs *inputs, struct blob user, struct blob *blob)
{
	size_t size = user.size + OUR_NODES_SIZE + strlen(guest->command_line);
	struct tree tree = { .fdt = arena_alloc(arena, size) };
	const char *error = NULL;

	if (user.size)
		error = start_from(&tree, user, guest, size);
	else
		start_empty(&tree, arena, guest, size);
	if (error)
		return error;
	add_ours(&tree, arena, guest, inputs);
	if (!tree.error)
		tree_note(&tree, fdt_pack(tree.fdt));
	if (tree.error)
		return arena_print(arena, "cannot be made: %s", fdt_strerror(tree.error));
	*blob = (struct blob){ tree.fdt, fdt_totalsize(tree.fdt) };
	return fdt_totalsize(tree.fdt) <= TREE_MAX ? NULL : "has more than the 2 MiB that can be";
}
