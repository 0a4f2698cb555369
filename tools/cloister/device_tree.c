/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees by libfdt (Devicetree Specification 0.4; bindings as in Linux's
 * Documentation/devicetree/bindings). One set of functions writes our nodes, be it into an empty tree or into
 * the user's, from which what would contradict them is taken out first.
 */
#include "device_tree.h"

#include "random.h"
#include "tree.h"

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

/* Flags of a GPIO specifier. */
#define GPIO_ACTIVE_HIGH 0

#define UART_CLOCK_HZ 24000000

/* Where the power button is (idl/vmm.idl), and what it is to Linux (input-event-codes.h). */
#define BUTTON_PIN 3
#define KEY_POWER  116

static void add_memory(struct tree *tree, struct arena *arena, const struct guest *guest)
{
	const uint64_t reg[] = { guest->memory_base, guest->memory_size };
	int node = tree_node(
		tree, 0, arena_print(arena, "memory@%llx", (unsigned long long)guest->memory_base));

	tree_text(tree, node, "device_type", "memory");
	tree_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
}

/* A node's address is the affinity. */
static void add_processors(struct tree *tree, struct arena *arena, const struct guest *guest)
{
	int cpus = tree_node(tree, 0, "cpus");

	tree_cell(tree, cpus, "#address-cells", 1);
	tree_cell(tree, cpus, "#size-cells", 0);
	/* libfdt puts a node before its siblings. */
	for (uint32_t i = guest->vcpus; i-- > 0;) {
		int cpu = tree_node(tree, cpus, arena_print(arena, "cpu@%u", i));

		tree_text(tree, cpu, "device_type", "cpu");
		tree_text(tree, cpu, "compatible", "arm,armv8");
		tree_text(tree, cpu, "enable-method", "psci");
		tree_cell(tree, cpu, "reg", i);
	}
}

static void add_firmware(struct tree *tree)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
	int node = tree_node(tree, 0, "psci");

	tree_bytes(tree, node, "compatible", compatible, sizeof(compatible));
	tree_text(tree, node, "method", "hvc");
}

static void add_timer(struct tree *tree)
{
	/* Secure, non-secure, virtual and hypervisor timer (arm,arch_timer.yaml). */
	static const uint32_t interrupts[] = {
		GIC_PPI, 13, IRQ_LEVEL_HIGH, GIC_PPI, 14, IRQ_LEVEL_HIGH,
		GIC_PPI, 11, IRQ_LEVEL_HIGH, GIC_PPI, 10, IRQ_LEVEL_HIGH,
	};
	int node = tree_node(tree, 0, "timer");

	tree_text(tree, node, "compatible", "arm,armv8-timer");
	tree_cells(tree, node, "interrupts", interrupts, ARRAY_SIZE(interrupts));
	tree_bytes(tree, node, "always-on", "", 0);
}

static void add_gic(struct tree *tree, struct arena *arena, const struct guest *guest)
{
	const uint64_t reg[] = { GUEST_GICD, GUEST_GICD_SIZE, GUEST_GICR, guest_gicr_size(guest) };
	int node = tree_node(tree, 0, arena_print(arena, "intc@%llx", GUEST_GICD));

	tree_text(tree, node, "compatible", "arm,gic-v3");
	tree_cell(tree, node, "#interrupt-cells", 3);
	tree_bytes(tree, node, "interrupt-controller", "", 0);
	tree_cell(tree, node, "#address-cells", 2);
	tree_cell(tree, node, "#size-cells", 2);
	tree_bytes(tree, node, "ranges", "", 0);
	tree_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	tree_cell(tree, node, "phandle", tree->gic);
	tree_cell(tree, 0, "interrupt-parent", tree->gic);
}

static void add_clock(struct tree *tree)
{
	int node = tree_node(tree, 0, "apb-pclk");

	tree_text(tree, node, "compatible", "fixed-clock");
	tree_cell(tree, node, "#clock-cells", 0);
	tree_cell(tree, node, "clock-frequency", UART_CLOCK_HZ);
	tree_text(tree, node, "clock-output-names", "clk24mhz");
	tree_cell(tree, node, "phandle", tree->clock);
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
	int node = tree_node(tree, 0, pl011_name(arena, device));

	tree_bytes(tree, node, "compatible", compatible, sizeof(compatible));
	tree_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	tree_cells(tree, node, "interrupts", interrupts, ARRAY_SIZE(interrupts));
	tree_cells(tree, node, "clocks", clocks, ARRAY_SIZE(clocks));
	tree_bytes(tree, node, "clock-names", clock_names, sizeof(clock_names));
}

static void add_pl031(struct tree *tree, struct arena *arena, const struct guest_device *device)
{
	static const char compatible[] = "arm,pl031\0arm,primecell";
	const uint64_t reg[] = { device->address, device->size };
	const uint32_t interrupts[] = { GIC_SPI, device->irq - FIRST_SPI, IRQ_LEVEL_HIGH };
	int node = tree_node(tree, 0,
			     arena_print(arena, "pl031@%llx", (unsigned long long)device->address));

	tree_bytes(tree, node, "compatible", compatible, sizeof(compatible));
	tree_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	tree_cells(tree, node, "interrupts", interrupts, ARRAY_SIZE(interrupts));
	tree_cell(tree, node, "clocks", tree->clock);
	tree_text(tree, node, "clock-names", "apb_pclk");
}

/* The button, as Linux's gpio-keys.yaml has it. */
static void add_button(struct tree *tree)
{
	const uint32_t pin[] = { tree->gpio, BUTTON_PIN, GPIO_ACTIVE_HIGH };
	int keys = tree_node(tree, 0, "gpio-keys");
	int key;

	tree_text(tree, keys, "compatible", "gpio-keys");
	key = tree_node(tree, keys, "poweroff");
	tree_text(tree, key, "label", "GPIO Key Poweroff");
	tree_cell(tree, key, "linux,code", KEY_POWER);
	tree_cells(tree, key, "gpios", pin, ARRAY_SIZE(pin));
}

static void add_pl061(struct tree *tree, struct arena *arena, const struct guest_device *device)
{
	static const char compatible[] = "arm,pl061\0arm,primecell";
	const uint64_t reg[] = { device->address, device->size };
	const uint32_t interrupts[] = { GIC_SPI, device->irq - FIRST_SPI, IRQ_LEVEL_HIGH };
	int node = tree_node(tree, 0,
			     arena_print(arena, "pl061@%llx", (unsigned long long)device->address));

	tree_bytes(tree, node, "compatible", compatible, sizeof(compatible));
	tree_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	tree_cells(tree, node, "interrupts", interrupts, ARRAY_SIZE(interrupts));
	tree_cell(tree, node, "clocks", tree->clock);
	tree_text(tree, node, "clock-names", "apb_pclk");
	tree_bytes(tree, node, "gpio-controller", "", 0);
	tree_cell(tree, node, "#gpio-cells", 2);
	tree_cell(tree, node, "phandle", tree->gpio);
}

static void add_virtio(struct tree *tree, struct arena *arena, const struct guest_device *device)
{
	const uint64_t reg[] = { device->address, device->size };
	const uint32_t interrupts[] = { GIC_SPI, device->irq - FIRST_SPI, IRQ_LEVEL_HIGH };
	int node = tree_node(tree, 0,
			     arena_print(arena, "virtio_mmio@%llx",
					 (unsigned long long)device->address));

	tree_text(tree, node, "compatible", "virtio,mmio");
	tree_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	tree_cells(tree, node, "interrupts", interrupts, ARRAY_SIZE(interrupts));
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
	const struct guest_device *console = guest_device(guest, VMM_DEVICE_PL011);
	uint8_t seed[DIGEST_SIZE];
	int node = chosen_node(tree);

	if (tree->error)
		return;
	if (console)
		tree_text(tree, node, "stdout-path",
			  arena_print(arena, "/%s", pl011_name(arena, console)));
	if (guest->command_line[0])
		tree_text(tree, node, "bootargs", guest->command_line);
	add_initrd(tree, node, initrd_of(guest));
	random_bytes(inputs, guest->name, "kaslr-seed", seed, 8);
	tree_bytes(tree, node, "kaslr-seed", seed, 8);
	random_bytes(inputs, guest->name, "rng-seed", seed, sizeof(seed));
	tree_bytes(tree, node, "rng-seed", seed, sizeof(seed));
}

static void add_device(struct tree *tree, struct arena *arena, const struct guest_device *device)
{
	switch (device->kind) {
	case VMM_DEVICE_PL011:
		add_pl011(tree, arena, device);
		break;
	case VMM_DEVICE_PL031:
		add_pl031(tree, arena, device);
		break;
	case VMM_DEVICE_VIRTIO_CONSOLE:
	case VMM_DEVICE_CONSOLE_COPY:
		add_virtio(tree, arena, device);
		break;
	case VMM_DEVICE_POWER_BUTTON:
		add_pl061(tree, arena, device);
		add_button(tree);
		break;
	case VMM_DEVICE_GICV3:
		/* There is always one: add_gic(). */
		break;
	}
}

static void add_ours(struct tree *tree, struct arena *arena, const struct guest *guest,
		     const struct inputs *inputs)
{
	add_memory(tree, arena, guest);
	add_processors(tree, arena, guest);
	add_firmware(tree);
	add_timer(tree);
	add_gic(tree, arena, guest);
	add_clock(tree);
	for (uint32_t i = 0; i < guest->device_count; i++)
		add_device(tree, arena, &guest->devices[i]);
	add_chosen(tree, arena, guest, inputs);
}

static void start_empty(struct tree *tree, struct arena *arena, const struct guest *guest,
			size_t size)
{
	tree_note(tree, fdt_create_empty_tree(tree->fdt, (int)size));
	tree_cell(tree, 0, "#address-cells", 2);
	tree_cell(tree, 0, "#size-cells", 2);
	tree_text(tree, 0, "compatible", "linux,dummy-virt");
	tree_text(tree, 0, "model", arena_print(arena, "Cloister guest %s", guest->name));
	tree->gic = 1;
	tree->clock = 2;
	tree->gpio = 3;
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
	if (fdt_find_max_phandle(tree->fdt, &handle) < 0 || handle > FDT_MAX_PHANDLE - 3)
		return "has no phandles left";
	tree->gic = handle + 1;
	tree->clock = handle + 2;
	tree->gpio = handle + 3;
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
