/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How translation is switched on, and the first C code after. boot_translation() runs at physical addresses, as
 * kernel_space_build() does.
 */
#include <address_space.h>
#include <arch/console.h>
#include <arch/cpu.h>
#include <arch/entry.h>
#include <arch/features.h>
#include <arch/irq.h>
#include <boot.h>
#include <kernel_space.h>

extern char trap_entry[];

/* The page that every process can read, and the table in which it stands. */
static union {
	struct kernel_page page;
	uint64_t room[TABLE_ENTRIES];
} all_can_read __attribute__((aligned(PAGE_SIZE)));
static uint64_t shared_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));

#define SHARED_ENTRY ((KERNEL_PAGE - KERNEL_BASE) >> BLOCK_BITS)

uint64_t boot_translation(const struct manifest *manifest)
{
	kernel_space_build(manifest);
	shared_table[0] =
		pte_kernel(LEVELS - 1, (uint64_t)&all_can_read, RIGHT_READ, MEMORY_NORMAL) |
		PTE_USER;
	kernel_block_table[SHARED_ENTRY] = pte_table((uint64_t)shared_table);
	return ATP_MODE_SV39 | (uint64_t)kernel_top_table >> PAGE_BITS;
}

struct resume arch_main(paddr_t manifest_address)
{
	const struct manifest *manifest = phys_to_virt(manifest_address);

	write_csr(sscratch, 0);
	write_csr(stvec, trap_entry);
	arch_console_start(manifest->platform[PLATFORM_UART]);
	kernel_space_check(manifest);
	counter_frequency = manifest->platform[PLATFORM_COUNTER];
	all_can_read.page.counter_frequency = counter_frequency;
	features_find();
	arch_cpu_start();
	arch_space_start();
	arch_irq_start(manifest->platform[PLATFORM_PLIC], manifest->platform[PLATFORM_PLIC_CONTEXT],
		       manifest->platform[PLATFORM_PLIC_SOURCES]);
	return kernel_main(manifest);
}
