/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AArch64: boards with a GICv3.
 */
#include "device_tree.h"

#include <elf.h>
#include <idl/aarch64.h>

enum { GIC_DISTRIBUTOR, GIC_REDISTRIBUTORS };

static const struct key gic_keys[] = {
	[GIC_DISTRIBUTOR] = { "distributor", VALUE_ADDRESS, true, 0, 1ULL << 40, PAGE_SIZE },
	[GIC_REDISTRIBUTORS] = { "redistributors", VALUE_ADDRESS, true, 0, 1ULL << 40, PAGE_SIZE },
};

static void read_board(struct board *board)
{
	const cJSON *gic = schema_node(board->document.root, "gicv3");

	if (!cJSON_IsObject(gic))
		return;
	schema_check(&board->document, gic, "the GIC", gic_keys, ARRAY_SIZE(gic_keys));
	board->driven[PLATFORM_GICD] = schema_number(gic, &gic_keys[GIC_DISTRIBUTOR], 0);
	board->driven[PLATFORM_GICR] = schema_number(gic, &gic_keys[GIC_REDISTRIBUTORS], 0);
}

/*
 * Where a guest's interrupt controller is, as on QEMU's board "virt": the distributor, and the redistributors of its
 * vCPUs.
 */
#define GUEST_GICD      0x08000000ULL
#define GUEST_GICD_SIZE 0x10000ULL
#define GUEST_GICR      0x080a0000ULL
/* Of each redistributor. */
#define GUEST_GICR_EACH 0x20000ULL

static void add_controller(struct guest *guest)
{
	guest->devices[guest->device_count++] = (struct guest_device){
		.kind = VMM_DEVICE_GICV3,
		.type = "gicv3 (distributor)",
		.address = GUEST_GICD,
		.size = GUEST_GICD_SIZE,
		.type2 = "gicv3 (redistributors)",
		.address2 = GUEST_GICR,
		.size2 = guest->vcpus * GUEST_GICR_EACH,
	};
}

static const struct device_type devices[] = {
	{ "pl011", VMM_DEVICE_PL011, DEVICE_UART, 0x09000000, 33, NULL, false },
	{ "virtio-console", VMM_DEVICE_VIRTIO_CONSOLE, DEVICE_OTHER, 0, 0, "console", true },
	{ "pl031", VMM_DEVICE_PL031, DEVICE_CLOCK, 0x09010000, 34, "rtc", false },
	{ "power-button", VMM_DEVICE_POWER_BUTTON, DEVICE_OTHER, 0x09030000, 39, NULL, false },
};

static const char *const replaced_names[] = { "memory", "cpus", "psci", "timer", NULL };
static const char *const replaced_compatible[] = { "arm,gic-v3", "arm,armv8-timer", NULL };

const struct target target_aarch64 = {
	.architecture = ARCHITECTURE_AARCH64,
	.name = "aarch64",
	.words = "AArch64",
	.image_words = "an arm64 Image",
	.machine = EM_AARCH64,
	.image_magic = "ARM\x64",
	.keys = { { "gicv3", VALUE_OBJECT, true, 0, 0, 0 } },
	.key_count = 1,
	.irq_min = 32,
	.irq_max = 1019,
	.read_board = read_board,
	.memory_base = 0x40000000,
	.devices = devices,
	.device_count = ARRAY_SIZE(devices),
	/* The model has 32 shared interrupts. */
	.guest_irq_min = 32,
	.guest_irq_max = 63,
	.controller = "GICv3",
	.add_controller = add_controller,
	.compatible = "linux,dummy-virt",
	.uart_node = "pl011",
	.replaced_names = replaced_names,
	.replaced_compatible = replaced_compatible,
	.tree_machine = tree_machine_aarch64,
	.tree_device = tree_device_aarch64,
	.tree_interrupt = tree_interrupt_aarch64,
};
