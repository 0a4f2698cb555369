/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own translation tables, made before translation is on, and the first C code after.
 *
 * boot_translation() runs at physical addresses: it may use no pointer that was linked, only what the
 * compiler addresses relative to the program counter.
 */
#include <address_space.h>
#include <arch/console.h>
#include <arch/cpu.h>
#include <arch/entry.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <boot.h>
#include <idl/aarch64.h>

extern char __text_start[], __rodata_start[], __data_start[], __kernel_end[];
extern char vectors[];

#define BOOT_TABLES (MEMORY_REGIONS_MAX * 2)

static uint64_t top_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t identity_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t kernel_block_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t kernel_page_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t device_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
/* For the 1 GiB regions that memory or the kernel's own 2 MiB cut. */
static uint64_t block_tables[BOOT_TABLES][TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));

/* What boot.S loads; in the order in which it does. */
struct boot_registers {
	uint64_t ttbr0, sctlr, ttbr1, tcr, mair;
};

static struct boot_registers boot_registers;

#define KERNEL_LEAF \
	(PTE_VALID | PTE_ATTRIBUTE(ATTRIBUTE_NORMAL) | PTE_INNER_SHAREABLE | PTE_ACCESSED | PTE_UXN)

static unsigned int top_index(uint64_t address)
{
	return (address >> HUGE_BITS) & (TABLE_ENTRIES - 1);
}

/* The linear map: 1 GiB blocks where a region covers one, 2 MiB blocks elsewhere; never the kernel's own block. */
static void map_region(uint64_t start, uint64_t end, uint64_t kernel, unsigned int *tables)
{
	for (uint64_t at = start; at < end;) {
		uint64_t *entry = &top_table[top_index(at)];
		bool has_kernel = at >> HUGE_BITS == kernel >> HUGE_BITS;

		if (aligned(at, BIT(HUGE_BITS)) && end - at >= BIT(HUGE_BITS) && !has_kernel &&
		    !*entry) {
			*entry = at | KERNEL_LEAF | PTE_PXN;
			at += BIT(HUGE_BITS);
			continue;
		}
		if (!*entry) {
			if (*tables == BOOT_TABLES)
				return; /* not mapped: arch_main() says so */
			*entry = (uint64_t)block_tables[(*tables)++] | PTE_VALID | PTE_TABLE;
		}
		if (at != kernel)
			((uint64_t *)(*entry &
				      PTE_ADDRESS))[(at >> BLOCK_BITS) & (TABLE_ENTRIES - 1)] =
				at | KERNEL_LEAF | PTE_PXN;
		at += BLOCK_SIZE;
	}
}

static void map_kernel(uint64_t kernel)
{
	uint64_t rodata = (uint64_t)__rodata_start - (uint64_t)__text_start;
	uint64_t data = (uint64_t)__data_start - (uint64_t)__text_start;
	uint64_t end = (uint64_t)__kernel_end - (uint64_t)__text_start;

	for (uint64_t offset = 0; offset < end; offset += PAGE_SIZE) {
		uint64_t leaf = (kernel + offset) | KERNEL_LEAF | PTE_TABLE;

		if (offset < rodata)
			leaf |= PTE_READ_ONLY;
		else if (offset < data)
			leaf |= PTE_READ_ONLY | PTE_PXN;
		else
			leaf |= PTE_PXN;
		kernel_page_table[offset / PAGE_SIZE] = leaf;
	}
	kernel_block_table[0] = (uint64_t)kernel_page_table | PTE_VALID | PTE_TABLE;
	kernel_block_table[1] = (uint64_t)device_table | PTE_VALID | PTE_TABLE;
	top_table[TABLE_ENTRIES - 1] = (uint64_t)kernel_block_table | PTE_VALID | PTE_TABLE;
}

const struct boot_registers *boot_translation(const struct manifest *manifest)
{
	uint64_t kernel = (uint64_t)__text_start;
	uint64_t range = read_sysreg(id_aa64mmfr0_el1) & 0xf;
	unsigned int tables = 0;

	for (uint32_t i = 0; i < manifest->memory_count && i < MEMORY_REGIONS_MAX; i++)
		map_region(manifest->memory[i].address,
			   manifest->memory[i].address + manifest->memory[i].size, kernel, &tables);
	map_kernel(kernel);
	identity_table[top_index(kernel)] = align_down(kernel, BIT(HUGE_BITS)) | KERNEL_LEAF |
					    PTE_READ_ONLY;
	boot_registers = (struct boot_registers){
		.ttbr0 = (uint64_t)identity_table,
		.ttbr1 = (uint64_t)top_table,
		/* T0SZ = T1SZ = 25, write-back inner shareable walks, 4 KiB granules, 16-bit ASIDs, IPS. D24.2.184 */
		.tcr = 25 | 1UL << 8 | 1UL << 10 | 3UL << 12 | 25UL << 16 | 1UL << 24 | 1UL << 26 |
		       3UL << 28 | 2UL << 30 | (range > 6 ? 6 : range) << 32 | 1UL << 36,
		.mair = 0xff << (8 * ATTRIBUTE_NORMAL) | 0x00 << (8 * ATTRIBUTE_DEVICE),
		/*
		 * M, C, SA, SA0, I, DZE, UCT, nTWE, IESB, EIS, EOS, SPAN off (PAN set at entry from processes), UCI; the rest RES1
		 * for AArch32. EL0 may clean caches: a VMM puts code where a guest without caches runs it. D24.2.175
		 */
		.sctlr = 1UL << 0 | 1UL << 2 | 1UL << 3 | 1UL << 4 | 1UL << 7 | 1UL << 8 |
			 1UL << 11 | 1UL << 12 | 1UL << 14 | 1UL << 15 | 1UL << 18 | 1UL << 20 |
			 1UL << 21 | 1UL << 22 | 1UL << 26 | 1UL << 28 | 1UL << 29,
	};
	return &boot_registers;
}

volatile void *arch_map_device(paddr_t address, uint64_t size)
{
	static unsigned int next;
	unsigned int first = next;

	BUG_ON(!aligned(address, PAGE_SIZE) || first + (size >> PAGE_BITS) > TABLE_ENTRIES);
	for (uint64_t offset = 0; offset < size; offset += PAGE_SIZE)
		pte_write(&device_table[next++], (address + offset) | PTE_VALID | PTE_TABLE |
							 PTE_ATTRIBUTE(ATTRIBUTE_DEVICE) |
							 PTE_ACCESSED | PTE_UXN | PTE_PXN);
	isb();
	return (volatile char *)KERNEL_DEVICES + first * PAGE_SIZE;
}

/* The manifest's fixed part is what the kernel reads: is all of the memory it names mapped? */
static void check_memory(const struct manifest *manifest)
{
	for (uint32_t i = 0; i < manifest->memory_count; i++) {
		uint64_t last = manifest->memory[i].address + manifest->memory[i].size - BLOCK_SIZE;

		if (i >= MEMORY_REGIONS_MAX || !top_table[top_index(last)])
			panic("too many regions of memory in the manifest");
	}
}

struct resume arch_main(paddr_t manifest_address)
{
	const struct manifest *manifest = phys_to_virt(manifest_address);

	write_sysreg(vbar_el2, vectors);
	arch_console_start(manifest->platform[PLATFORM_UART]);
	check_memory(manifest);
	arch_cpu_start();
	arch_space_start();
	arch_irq_start(manifest->platform[PLATFORM_GICD], manifest->platform[PLATFORM_GICR]);
	return kernel_main(manifest);
}
