/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an AArch64 guest's device tree has beside what all have.
 */
#include "device_tree.h"

#include <string.h>

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

/* Of the free handles. */
enum { HANDLE_CLOCK, HANDLE_GPIO };

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
	const struct guest_device *gic = &guest->devices[0];
	const uint64_t reg[] = { gic->address, gic->size, gic->address2, gic->size2 };
	int node = tree_node(tree, 0,
			     arena_print(arena, "intc@%llx", (unsigned long long)gic->address));

	tree_text(tree, node, "compatible", "arm,gic-v3");
	tree_cell(tree, node, "#interrupt-cells", 3);
	tree_bytes(tree, node, "interrupt-controller", "", 0);
	tree_cell(tree, node, "#address-cells", 2);
	tree_cell(tree, node, "#size-cells", 2);
	tree_bytes(tree, node, "ranges", "", 0);
	tree_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	tree_cell(tree, node, "phandle", tree->controller);
	tree_cell(tree, 0, "interrupt-parent", tree->controller);
}

static void add_clock(struct tree *tree)
{
	int node = tree_node(tree, 0, "apb-pclk");

	tree_text(tree, node, "compatible", "fixed-clock");
	tree_cell(tree, node, "#clock-cells", 0);
	tree_cell(tree, node, "clock-frequency", UART_CLOCK_HZ);
	tree_text(tree, node, "clock-output-names", "clk24mhz");
	tree_cell(tree, node, "phandle", tree->handles + HANDLE_CLOCK);
}

static void add_pl011(struct tree *tree, struct arena *arena, const struct guest_device *device)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char clock_names[] = "uartclk\0apb_pclk";
	const uint32_t clocks[] = { tree->handles + HANDLE_CLOCK, tree->handles + HANDLE_CLOCK };
	int node = device_tree_node(tree, arena, &target_aarch64, "pl011", device);

	tree_bytes(tree, node, "compatible", compatible, sizeof(compatible));
	tree_cells(tree, node, "clocks", clocks, ARRAY_SIZE(clocks));
	tree_bytes(tree, node, "clock-names", clock_names, sizeof(clock_names));
}

static void add_pl031(struct tree *tree, struct arena *arena, const struct guest_device *device)
{
	static const char compatible[] = "arm,pl031\0arm,primecell";
	int node = device_tree_node(tree, arena, &target_aarch64, "pl031", device);

	tree_bytes(tree, node, "compatible", compatible, sizeof(compatible));
	tree_cell(tree, node, "clocks", tree->handles + HANDLE_CLOCK);
	tree_text(tree, node, "clock-names", "apb_pclk");
}

/* The button, as Linux's gpio-keys.yaml has it. */
static void add_button(struct tree *tree)
{
	const uint32_t pin[] = { tree->handles + HANDLE_GPIO, BUTTON_PIN, GPIO_ACTIVE_HIGH };
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
	int node = device_tree_node(tree, arena, &target_aarch64, "pl061", device);

	tree_bytes(tree, node, "compatible", compatible, sizeof(compatible));
	tree_cell(tree, node, "clocks", tree->handles + HANDLE_CLOCK);
	tree_text(tree, node, "clock-names", "apb_pclk");
	tree_bytes(tree, node, "gpio-controller", "", 0);
	tree_cell(tree, node, "#gpio-cells", 2);
	tree_cell(tree, node, "phandle", tree->handles + HANDLE_GPIO);
}

void tree_machine_aarch64(struct tree *tree, struct arena *arena, const struct guest *guest)
{
	add_processors(tree, arena, guest);
	add_firmware(tree);
	add_timer(tree);
	add_gic(tree, arena, guest);
	add_clock(tree);
}

void tree_device_aarch64(struct tree *tree, struct arena *arena, const struct guest_device *device)
{
	if (device->kind == VMM_DEVICE_PL011) {
		add_pl011(tree, arena, device);
	} else if (device->kind == VMM_DEVICE_PL031) {
		add_pl031(tree, arena, device);
	} else if (device->kind == VMM_DEVICE_POWER_BUTTON) {
		add_pl061(tree, arena, device);
		add_button(tree);
	}
}

size_t tree_interrupt_aarch64(uint32_t irq, uint32_t *cells)
{
	cells[0] = GIC_SPI;
	cells[1] = irq - FIRST_SPI;
	cells[2] = IRQ_LEVEL_HIGH;
	return 3;
}
