/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own translation tables. What is called by kernel_space_build() runs at physical addresses (kernel_space.h).
 */
#include <address_space.h>
#include <idl/manifest.h>
#include <kernel_space.h>

extern char __text_start[], __rodata_start[], __data_start[], __kernel_end[];

#define BOOT_TABLES (MEMORY_REGIONS_MAX * 2)
/* What is further up has no place at LINEAR_BASE. */
#define LINEAR_SIZE (KERNEL_BASE - LINEAR_BASE)

uint64_t kernel_top_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
uint64_t kernel_block_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t image_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t device_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
/* For the 1 GiB regions that memory or the kernel's own 2 MiB cut. */
static uint64_t block_tables[BOOT_TABLES][TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));

static uint64_t *top_entry(paddr_t address)
{
	return &kernel_top_table[((LINEAR_BASE + address) >> HUGE_BITS) & (TABLE_ENTRIES - 1)];
}

static uint64_t memory_leaf(unsigned int level, paddr_t address)
{
	return pte_kernel(level, address, RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL);
}

/* The linear map: 1 GiB blocks where a region covers one, 2 MiB blocks elsewhere; never the kernel's own block. */
static void map_region(paddr_t start, paddr_t end, paddr_t kernel, unsigned int *tables)
{
	for (paddr_t at = start; at < end && at < LINEAR_SIZE;) {
		uint64_t *entry = top_entry(at);
		bool has_kernel = at >> HUGE_BITS == kernel >> HUGE_BITS;

		if (aligned(at, BIT(HUGE_BITS)) && end - at >= BIT(HUGE_BITS) && !has_kernel &&
		    !*entry) {
			*entry = memory_leaf(0, at);
			at += BIT(HUGE_BITS);
			continue;
		}
		if (!*entry) {
			if (*tables == BOOT_TABLES)
				return; /* not mapped: kernel_space_check() says so */
			*entry = pte_table((uint64_t)block_tables[(*tables)++]);
		}
		if (at != kernel)
			((uint64_t *)pte_address(
				*entry))[(at >> BLOCK_BITS) & (TABLE_ENTRIES - 1)] =
				memory_leaf(1, at);
		at += BLOCK_SIZE;
	}
}

static void map_image(paddr_t kernel)
{
	uint64_t rodata = (uint64_t)__rodata_start - (uint64_t)__text_start;
	uint64_t data = (uint64_t)__data_start - (uint64_t)__text_start;
	uint64_t end = (uint64_t)__kernel_end - (uint64_t)__text_start;

	for (uint64_t offset = 0; offset < end; offset += PAGE_SIZE) {
		uint32_t rights = RIGHT_READ;

		if (offset < rodata)
			rights |= RIGHT_EXECUTE;
		else if (offset >= data)
			rights |= RIGHT_WRITE;
		image_table[offset / PAGE_SIZE] =
			pte_kernel(LEVELS - 1, kernel + offset, rights, MEMORY_NORMAL);
	}
	kernel_block_table[0] = pte_table((uint64_t)image_table);
	kernel_block_table[1] = pte_table((uint64_t)device_table);
	kernel_top_table[TABLE_ENTRIES - 1] = pte_table((uint64_t)kernel_block_table);
}

void kernel_space_build(const struct manifest *manifest)
{
	paddr_t kernel = (uint64_t)__text_start;
	unsigned int tables = 0;

	for (uint32_t i = 0; i < manifest->memory_count && i < MEMORY_REGIONS_MAX; i++)
		map_region(manifest->memory[i].address,
			   manifest->memory[i].address + manifest->memory[i].size, kernel, &tables);
	map_image(kernel);
}

void kernel_space_check(const struct manifest *manifest)
{
	bool mapped = manifest->memory_count <= MEMORY_REGIONS_MAX;

	for (uint32_t i = 0; mapped && i < manifest->memory_count; i++) {
		uint64_t last = manifest->memory[i].address + manifest->memory[i].size - BLOCK_SIZE;

		if (last >= LINEAR_SIZE)
			panic("memory at 0x%lx is beyond what the kernel can map", last);
		mapped = *top_entry(last);
	}
	if (!mapped)
		panic("too many regions of memory in the manifest");
}

volatile void *kernel_map_device(paddr_t address, uint64_t size)
{
	static unsigned int next;
	unsigned int first = next;

	BUG_ON(!aligned(address, PAGE_SIZE) || first + (size >> PAGE_BITS) > TABLE_ENTRIES);
	for (uint64_t offset = 0; offset < size; offset += PAGE_SIZE)
		pte_write(&device_table[next++],
			  pte_kernel(LEVELS - 1, address + offset, RIGHT_READ | RIGHT_WRITE,
				     MEMORY_DEVICE));
	arch_kernel_mapped();
	return (volatile char *)KERNEL_DEVICES + first * PAGE_SIZE;
}
