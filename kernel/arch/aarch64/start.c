/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How translation is switched on, and the first C code after. boot_translation() runs at physical addresses, as
 * kernel_space_build() does.
 */
#include <address_space.h>
#include <arch/console.h>
#include <arch/cpu.h>
#include <arch/entry.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <boot.h>
#include <idl/aarch64.h>
#include <kernel_space.h>

extern char vectors[], __text_start[];

/* Where this runs until translation is on, and a little longer. */
static uint64_t identity_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));

/* What boot.S loads; in the order in which it does. */
struct boot_registers {
	uint64_t ttbr0, sctlr, ttbr1, tcr, mair;
};

static struct boot_registers boot_registers;

const struct boot_registers *boot_translation(const struct manifest *manifest)
{
	uint64_t kernel = (uint64_t)__text_start;
	uint64_t range = read_sysreg(id_aa64mmfr0_el1) & 0xf;

	kernel_space_build(manifest);
	identity_table[kernel >> HUGE_BITS & (TABLE_ENTRIES - 1)] = pte_kernel(
		0, align_down(kernel, BIT(HUGE_BITS)), RIGHT_READ | RIGHT_EXECUTE, MEMORY_NORMAL);
	boot_registers = (struct boot_registers){
		.ttbr0 = (uint64_t)identity_table,
		.ttbr1 = (uint64_t)kernel_top_table,
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

struct resume arch_main(paddr_t manifest_address)
{
	const struct manifest *manifest = phys_to_virt(manifest_address);

	write_sysreg(vbar_el2, vectors);
	arch_console_start(manifest->platform[PLATFORM_UART]);
	kernel_space_check(manifest);
	arch_cpu_start();
	arch_space_start();
	arch_irq_start(manifest->platform[PLATFORM_GICD], manifest->platform[PLATFORM_GICR]);
	return kernel_main(manifest);
}
