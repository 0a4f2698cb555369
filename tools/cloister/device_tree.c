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

/* Interrupt specifiers of the GICv3 binding. */
#define GIC_SPI        0
#define GIC_PPI        1
#define IRQ_LEVEL_HIGH 4
#define FIRST_SPI      32

#define UART_CLOCK_HZ 24000000

/* A tree that is written; after the first error nothing more is done. */
struct tree {
	void *fdt;
	int error;
	uint32_t gic;
	uint32_t clock;
};

static void note(struct tree *tree, int result)
{
	if (!tree->error && result < 0)
		tree->error = result;
}

/* Adds a node, in place of one of the same name. */
static int add_node(struct tree *tree, int parent, const char *name)
{
	int node;

	if (tree->error)
		return 0;
	node = fdt_subnode_offset(tree->fdt, parent, name);
	if (node >= 0)
		note(tree, fdt_del_node(tree->fdt, node));
	node = fdt_add_subnode(tree->fdt, parent, name);
	note(tree, node);
	return node;
}

static void put_bytes(struct tree *tree, int node, const char *name, const void *bytes, size_t size)
{
	if (!tree->error)
		note(tree, fdt_setprop(tree->fdt, node, name, bytes, (int)size));
}

static void put_text(struct tree *tree, int node, const char *name, const char *text)
{
	put_bytes(tree, node, name, text, strlen(text) + 1);
}

static void put_cells(struct tree *tree, int node, const char *name, const uint32_t *cells,
		      size_t count)
{
	fdt32_t big[16];

	for (size_t i = 0; i < count; i++)
		big[i] = cpu_to_fdt32(cells[i]);
	put_bytes(tree, node, name, big, count * sizeof(big[0]));
}

static void put_cell(struct tree *tree, int node, const char *name, uint32_t cell)
{
	put_cells(tree, node, name, &cell, 1);
}

/* Addresses and sizes, two cells each. */
static void put_wide(struct tree *tree, int node, const char *name, const uint64_t *values,
		     size_t count)
{
	uint32_t cells[8];

	for (size_t i = 0; i < count; i++) {
		cells[2 * i] = (uint32_t)(values[i] >> 32);
		cells[2 * i + 1] = (uint32_t)values[i];
	}
	put_cells(tree, node, name, cells, count * 2);
}

static void add_memory(struct tree *tree, struct arena *arena, const struct guest *guest)
{
	const uint64_t reg[] = { guest->memory_base, guest->memory_size };
	int node = add_node(
		tree, 0, arena_print(arena, "memory@%llx", (unsigned long long)guest->memory_base));

	put_text(tree, node, "device_type", "memory");
	put_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
}

static void add_processor(struct tree *tree)
{
	int cpus = add_node(tree, 0, "cpus");
	int cpu;

	put_cell(tree, cpus, "#address-cells", 1);
	put_cell(tree, cpus, "#size-cells", 0);
	cpu = add_node(tree, cpus, "cpu@0");
	put_text(tree, cpu, "device_type", "cpu");
	put_text(tree, cpu, "compatible", "arm,armv8");
	put_text(tree, cpu, "enable-method", "psci");
	put_cell(tree, cpu, "reg", 0);
}

static void add_firmware(struct tree *tree)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
	int node = add_node(tree, 0, "psci");

	put_bytes(tree, node, "compatible", compatible, sizeof(compatible));
	put_text(tree, node, "method", "hvc");
}

static void add_timer(struct tree *tree)
{
	/* Secure, non-secure, virtual and hypervisor timer (arm,arch_timer.yaml). */
	static const uint32_t interrupts[] = {
		GIC_PPI, 13, IRQ_LEVEL_HIGH, GIC_PPI, 14, IRQ_LEVEL_HIGH,
		GIC_PPI, 11, IRQ_LEVEL_HIGH, GIC_PPI, 10, IRQ_LEVEL_HIGH,
	};
	int node = add_node(tree, 0, "timer");

	put_text(tree, node, "compatible", "arm,armv8-timer");
	put_cells(tree, node, "interrupts", interrupts, ARRAY_SIZE(interrupts));
	put_bytes(tree, node, "always-on", "", 0);
}

static void add_gic(struct tree *tree, struct arena *arena)
{
	static const uint64_t reg[] = { GUEST_GICD, GUEST_GICD_SIZE, GUEST_GICR, GUEST_GICR_SIZE };
	int node = add_node(tree, 0, arena_print(arena, "intc@%llx", GUEST_GICD));

	put_text(tree, node, "compatible", "arm,gic-v3");
	put_cell(tree, node, "#interrupt-cells", 3);
	put_bytes(tree, node, "interrupt-controller", "", 0);
	put_cell(tree, node, "#address-cells", 2);
	put_cell(tree, node, "#size-cells", 2);
	put_bytes(tree, node, "ranges", "", 0);
	put_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	put_cell(tree, node, "phandle", tree->gic);
	put_cell(tree, 0, "interrupt-parent", tree->gic);
}

static void add_clock(struct tree *tree)
{
	int node = add_node(tree, 0, "apb-pclk");

	put_text(tree, node, "compatible", "fixed-clock");
	put_cell(tree, node, "#clock-cells", 0);
	put_cell(tree, node, "clock-frequency", UART_CLOCK_HZ);
	put_text(tree, node, "clock-output-names", "clk24mhz");
	put_cell(tree, node, "phandle", tree->clock);
}

static const char *pl011_name(struct arena *arena, const struct guest_device *device)
{
	return arena_print(arena, "pl011@%llx", (unsigned long long)device->address);
}

static void add_pl011(struct tree *tree, struct arena *arena, const struct guest_device *device)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char clock_names[] = "uartclk\0apb_pclk";
	const uint64_t reg[] = { device->address, device->size };
	const uint32_t interrupts[] = { GIC_SPI, device->irq - FIRST_SPI, IRQ_LEVEL_HIGH };
	const uint32_t clocks[] = { tree->clock, tree->clock };
	int node = add_node(tree, 0, pl011_name(arena, device));

	put_bytes(tree, node, "compatible", compatible, sizeof(compatible));
	put_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	put_cells(tree, node, "interrupts", interrupts, ARRAY_SIZE(interrupts));
	put_cells(tree, node, "clocks", clocks, ARRAY_SIZE(clocks));
	put_bytes(tree, node, "clock-names", clock_names, sizeof(clock_names));
}

static void add_virtio(struct tree *tree, struct arena *arena, const struct guest_device *device)
{
	const uint64_t reg[] = { device->address, device->size };
	const uint32_t interrupts[] = { GIC_SPI, device->irq - FIRST_SPI, IRQ_LEVEL_HIGH };
	int node = add_node(tree, 0,
			    arena_print(arena, "virtio_mmio@%llx",
					(unsigned long long)device->address));

	put_text(tree, node, "compatible", "virtio,mmio");
	put_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	put_cells(tree, node, "interrupts", interrupts, ARRAY_SIZE(interrupts));
	put_bytes(tree, node, "dma-coherent", "", 0);
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

	return node >= 0 ? node : add_node(tree, 0, "chosen");
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
	put_wide(tree, node, "linux,initrd-start", &start, 1);
	put_wide(tree, node, "linux,initrd-end", &end, 1);
}

static void add_chosen(struct tree *tree, struct arena *arena, const struct guest *guest,
		       const struct inputs *inputs)
{
	const struct guest_device *console = guest_device(guest, VMM_DEVICE_PL011);
	uint8_t seed[DIGEST_SIZE];
	int node = chosen_node(tree);

	if (tree->error)
		return;
	if (console)
		put_text(tree, node, "stdout-path",
			 arena_print(arena, "/%s", pl011_name(arena, console)));
	if (guest->command_line[0])
		put_text(tree, node, "bootargs", guest->command_line);
	add_initrd(tree, node, initrd_of(guest));
	random_bytes(inputs, guest->name, "kaslr-seed", seed, 8);
	put_bytes(tree, node, "kaslr-seed", seed, 8);
	random_bytes(inputs, guest->name, "rng-seed", seed, sizeof(seed));
	put_bytes(tree, node, "rng-seed", seed, sizeof(seed));
}

static void add_ours(struct tree *tree, struct arena *arena, const struct guest *guest,
		     const struct inputs *inputs)
{
	add_memory(tree, arena, guest);
	add_processor(tree);
	add_firmware(tree);
	add_timer(tree);
	add_gic(tree, arena);
	add_clock(tree);
	for (uint32_t i = 0; i < guest->device_count; i++) {
		if (guest->devices[i].kind == VMM_DEVICE_PL011)
			add_pl011(tree, arena, &guest->devices[i]);
		else if (guest->devices[i].kind == VMM_DEVICE_VIRTIO_CONSOLE)
			add_virtio(tree, arena, &guest->devices[i]);
	}
	add_chosen(tree, arena, guest, inputs);
}

static void start_empty(struct tree *tree, struct arena *arena, const struct guest *guest,
			size_t size)
{
	note(tree, fdt_create_empty_tree(tree->fdt, (int)size));
	put_cell(tree, 0, "#address-cells", 2);
	put_cell(tree, 0, "#size-cells", 2);
	put_text(tree, 0, "compatible", "linux,dummy-virt");
	put_text(tree, 0, "model", arena_print(arena, "Cloister guest %s", guest->name));
	tree->gic = 1;
	tree->clock = 2;
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

/* Whether a node of the user's tree says what ours say. */
static bool is_replaced(const void *fdt, int node, const struct guest *guest)
{
	static const char *const names[] = { "memory", "cpus", "psci", "timer" };
	const char *name = fdt_get_name(fdt, node, NULL);
	size_t length = strcspn(name, "@");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
			return true;
	return fdt_node_check_compatible(fdt, node, "arm,gic-v3") == 0 ||
	       fdt_node_check_compatible(fdt, node, "arm,armv8-timer") == 0 ||
	       is_at_device(fdt, node, guest);
}

/* Takes out what ours replace; offsets stay as they are, for the nodes become no-ops. */
static void remove_replaced(struct tree *tree, const struct guest *guest)
{
	int node = fdt_first_subnode(tree->fdt, 0);

	while (node >= 0) {
		int next = fdt_next_subnode(tree->fdt, node);

		/* Other nodes point to the interrupt controller: ours takes over its handle. */
		if (fdt_node_check_compatible(tree->fdt, node, "arm,gic-v3") == 0 &&
		    fdt_get_phandle(tree->fdt, node))
			tree->gic = fdt_get_phandle(tree->fdt, node);
		if (is_replaced(tree->fdt, node, guest))
			note(tree, fdt_nop_node(tree->fdt, node));
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
	note(tree, fdt_open_into(user.data, tree->fdt, (int)size));
	if (fdt_address_cells(tree->fdt, 0) != 2 || fdt_size_cells(tree->fdt, 0) != 2)
		return "has a root whose #address-cells and #size-cells are not both 2";
	if (fdt_find_max_phandle(tree->fdt, &handle) < 0 || handle > FDT_MAX_PHANDLE - 2)
		return "has no phandles left";
	tree->gic = handle + 1;
	tree->clock = handle + 2;
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
		note(&tree, fdt_pack(tree.fdt));
	if (tree.error)
		return arena_print(arena, "cannot be made: %s", fdt_strerror(tree.error));
	*blob = (struct blob){ tree.fdt, fdt_totalsize(tree.fdt) };
	return fdt_totalsize(tree.fdt) <= TREE_MAX ? NULL : "has more than the 2 MiB that can be";
}
