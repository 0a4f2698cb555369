/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a RISC-V guest's device tree has beside what all have (Linux's bindings riscv/cpus.yaml and
 * interrupt-controller/sifive,plic-1.0.0.yaml).
 */
#include "device_tree.h"

#include <idl/riscv64.h>
#include <string.h>

/* Supervisor external interrupt (Privileged Architecture, "Supervisor Cause Register"). */
#define CAUSE_SEI 9

#define UART_CLOCK_HZ 3686400

#define ISA_BASE "rv64i"

/* What Linux is built for, and what every processor has that guests run on. */
static const char *const isa_least[] = { "i", "m", "a", "f", "d", "c", "zicsr", "zifencei" };

/* The extensions' names, each with its NUL, as "riscv,isa-extensions" has them, and joined as "riscv,isa" does. */
struct isa {
	char *names;
	size_t size;
	const char *joined;
};

static void isa_add(struct arena *arena, struct isa *isa, const char *name)
{
	size_t length = strlen(name) + 1;
	char *names = arena_alloc(arena, isa->size + length);

	if (isa->size)
		memcpy(names, isa->names, isa->size);
	memcpy(names + isa->size, name, length);
	isa->names = names;
	isa->size += length;
	isa->joined = arena_print(arena, "%s%s%s", isa->joined, length > 2 ? "_" : "", name);
}

static struct isa isa_of(struct arena *arena, const struct board *board)
{
	struct isa isa = { .joined = "rv64" };
	const cJSON *name;

	if (!board->isa)
		for (size_t i = 0; i < ARRAY_SIZE(isa_least); i++)
			isa_add(arena, &isa, isa_least[i]);
	cJSON_ArrayForEach(name, board->isa) isa_add(arena, &isa, name->valuestring);
	return isa;
}

/* Its own interrupt controller, to which the PLIC leads. */
static void add_local_controller(struct tree *tree, int cpu, uint32_t handle)
{
	int node = tree_node(tree, cpu, "interrupt-controller");

	tree_text(tree, node, "compatible", "riscv,cpu-intc");
	tree_cell(tree, node, "#interrupt-cells", 1);
	tree_bytes(tree, node, "interrupt-controller", "", 0);
	tree_cell(tree, node, "phandle", handle);
}

/* A node's address is the hart's number. */
static void add_processors(struct tree *tree, struct arena *arena, const struct guest *guest)
{
	struct isa isa = isa_of(arena, guest->board);
	int cpus = tree_node(tree, 0, "cpus");

	tree_cell(tree, cpus, "#address-cells", 1);
	tree_cell(tree, cpus, "#size-cells", 0);
	tree_cell(tree, cpus, "timebase-frequency",
		  (uint32_t)guest->board->driven[PLATFORM_COUNTER]);
	/* libfdt puts a node before its siblings. */
	for (uint32_t i = guest->vcpus; i-- > 0;) {
		int cpu = tree_node(tree, cpus, arena_print(arena, "cpu@%u", i));

		tree_text(tree, cpu, "device_type", "cpu");
		tree_text(tree, cpu, "compatible", "riscv");
		tree_cell(tree, cpu, "reg", i);
		tree_text(tree, cpu, "status", "okay");
		tree_text(tree, cpu, "mmu-type", "riscv,sv39");
		tree_text(tree, cpu, "riscv,isa", isa.joined);
		tree_text(tree, cpu, "riscv,isa-base", ISA_BASE);
		tree_bytes(tree, cpu, "riscv,isa-extensions", isa.names, isa.size);
		add_local_controller(tree, cpu, tree->handles + i);
	}
}

static void add_plic(struct tree *tree, struct arena *arena, const struct guest *guest)
{
	static const char compatible[] = "sifive,plic-1.0.0\0riscv,plic0";
	const struct guest_device *plic = &guest->devices[0];
	const uint64_t reg[] = { plic->address, plic->size };
	uint32_t contexts[VMM_VCPUS_MAX][2];
	int node = tree_node(tree, 0,
			     arena_print(arena, "plic@%llx", (unsigned long long)plic->address));

	for (uint32_t i = 0; i < guest->vcpus; i++) {
		contexts[i][0] = tree->handles + i;
		contexts[i][1] = CAUSE_SEI;
	}
	tree_bytes(tree, node, "compatible", compatible, sizeof(compatible));
	tree_wide(tree, node, "reg", reg, ARRAY_SIZE(reg));
	tree_cell(tree, node, "#interrupt-cells", 1);
	tree_cell(tree, node, "#address-cells", 0);
	tree_bytes(tree, node, "interrupt-controller", "", 0);
	tree_cells(tree, node, "interrupts-extended", contexts[0], 2 * (size_t)guest->vcpus);
	tree_cell(tree, node, "riscv,ndev", VMM_PLIC_SOURCES);
	tree_cell(tree, node, "phandle", tree->controller);
}

void tree_machine_riscv64(struct tree *tree, struct arena *arena, const struct guest *guest)
{
	add_processors(tree, arena, guest);
	add_plic(tree, arena, guest);
}

void tree_device_riscv64(struct tree *tree, struct arena *arena, const struct guest_device *device)
{
	int node;

	if (device->kind == VMM_DEVICE_NS16550A) {
		node = device_tree_node(tree, arena, &target_riscv64, "serial", device);
		tree_text(tree, node, "compatible", "ns16550a");
		tree_cell(tree, node, "clock-frequency", UART_CLOCK_HZ);
	} else if (device->kind == VMM_DEVICE_GOLDFISH_RTC) {
		node = device_tree_node(tree, arena, &target_riscv64, "rtc", device);
		tree_text(tree, node, "compatible", "google,goldfish-rtc");
	}
}

size_t tree_interrupt_riscv64(uint32_t irq, uint32_t *cells)
{
	cells[0] = irq;
	return 1;
}
