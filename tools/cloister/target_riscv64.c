/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RISC-V: boards with a PLIC and SBI firmware.
 */
#include "device_tree.h"

#include <elf.h>
#include <idl/riscv64.h>
#include <string.h>

/* As the PLIC's registers have room for (RISC-V Platform-Level Interrupt Controller Specification, "Memory Map"). */
#define SOURCES_MAX  1023
#define CONTEXTS_MAX 15872

/* Of struct target. */
enum { BOARD_PLIC, BOARD_TIMEBASE, BOARD_ISA, BOARD_KEYS };

enum { PLIC_ADDRESS, PLIC_CONTEXT, PLIC_SOURCES };

static const struct key plic_keys[] = {
	[PLIC_ADDRESS] = { "address", VALUE_ADDRESS, true, 0, 1ULL << 40, PAGE_SIZE },
	[PLIC_CONTEXT] = { "context", VALUE_NUMBER, true, 0, CONTEXTS_MAX - 1, 0 },
	[PLIC_SOURCES] = { "sources", VALUE_NUMBER, true, 1, SOURCES_MAX, 0 },
};

/* What the controller has no source for nobody hears. */
static void check_uart(struct board *board)
{
	const cJSON *uart = schema_node(board->document.root, "uart");
	uint64_t sources = board->driven[PLATFORM_PLIC_SOURCES];

	if (sources && board->uart_irq > sources)
		error_at(&board->document, schema_node(uart, "interrupt"),
			 "\"interrupt\" is %u, and the PLIC has the sources 1 to %llu\ngive one of "
			 "them",
			 board->uart_irq, (unsigned long long)sources);
}

/* Names of extensions as Linux's riscv/extensions.yaml has them. */
static bool is_extension(const char *name)
{
	return name[0] && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789")] == '\0';
}

static void read_isa(struct board *board)
{
	const cJSON *array = schema_node(board->document.root, "isa");
	const cJSON *name;

	board->isa = cJSON_IsArray(array) ? array : NULL;
	cJSON_ArrayForEach(name, board->isa) if (!cJSON_IsString(name) ||
						 !is_extension(name->valuestring))
		error_at(
			&board->document, name,
			"this is not the name of an extension\nit must be text in quotes, of lower-case "
			"letters and digits");
}

static void read_board(struct board *board)
{
	const cJSON *plic = schema_node(board->document.root, "plic");

	board->driven[PLATFORM_COUNTER] =
		schema_number(board->document.root, &board->target->keys[BOARD_TIMEBASE], 0);
	read_isa(board);
	if (!cJSON_IsObject(plic))
		return;
	schema_check(&board->document, plic, "the PLIC", plic_keys, ARRAY_SIZE(plic_keys));
	board->driven[PLATFORM_PLIC] = schema_number(plic, &plic_keys[PLIC_ADDRESS], 0);
	board->driven[PLATFORM_PLIC_CONTEXT] = schema_number(plic, &plic_keys[PLIC_CONTEXT], 0);
	board->driven[PLATFORM_PLIC_SOURCES] = schema_number(plic, &plic_keys[PLIC_SOURCES], 0);
	check_uart(board);
}

/* Where a guest's PLIC is, as on QEMU's board "virt". */
#define GUEST_PLIC      0x0c000000ULL
#define GUEST_PLIC_SIZE (4 * MIB)

static void add_controller(struct guest *guest)
{
	guest->devices[guest->device_count++] = (struct guest_device){
		.kind = VMM_DEVICE_PLIC,
		.type = "plic",
		.address = GUEST_PLIC,
		.size = GUEST_PLIC_SIZE,
	};
}

static const struct device_type devices[] = {
	{ "ns16550a", VMM_DEVICE_NS16550A, DEVICE_UART, 0x10000000, 10, NULL, false },
	{ "virtio-console", VMM_DEVICE_VIRTIO_CONSOLE, DEVICE_OTHER, 0, 0, "console", true },
	{ "goldfish-rtc", VMM_DEVICE_GOLDFISH_RTC, DEVICE_CLOCK, 0x00101000, 11, "rtc", false },
};

static const char *const replaced_names[] = { "memory", "cpus", NULL };
static const char *const replaced_compatible[] = { "riscv,plic0", "sifive,plic-1.0.0", NULL };

const struct target target_riscv64 = {
	.architecture = ARCHITECTURE_RISCV64,
	.name = "riscv64",
	.words = "RISC-V",
	.image_words = "a RISC-V Image",
	.machine = EM_RISCV,
	.image_magic = "RSC\x05",
	.keys = { [BOARD_PLIC] = { "plic", VALUE_OBJECT, true, 0, 0, 0 },
		  [BOARD_TIMEBASE] = { "timebase", VALUE_NUMBER, true, 1000000, 1000000000, 0 },
		  [BOARD_ISA] = { "isa", VALUE_ARRAY, false, 0, 0, 0 } },
	.key_count = BOARD_KEYS,
	.irq_min = 1,
	.irq_max = SOURCES_MAX,
	.read_board = read_board,
	.memory_base = 0x80000000,
	.devices = devices,
	.device_count = ARRAY_SIZE(devices),
	.guest_irq_min = 1,
	.guest_irq_max = VMM_PLIC_SOURCES,
	.controller = "PLIC",
	.add_controller = add_controller,
	.compatible = "riscv-virtio",
	.uart_node = "serial",
	.replaced_names = replaced_names,
	.replaced_compatible = replaced_compatible,
	.tree_machine = tree_machine_riscv64,
	.tree_device = tree_device_riscv64,
	.own_parent = true,
	.tree_interrupt = tree_interrupt_riscv64,
};
