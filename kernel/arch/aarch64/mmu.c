/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces on the hardware: descriptors, ASIDs and VMIDs, TLB maintenance.
 */
#include <address_space.h>
#include <arch/cpu.h>
#include <arch/hcr.h>
#include <arch/mmu.h>
#include <string.h>

/* Of processes, of guests. */
static uint32_t ids[2];

/* What is translated by when no space is loaded: nothing is mapped. */
static uint64_t empty_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static paddr_t empty_table_address;

static paddr_t kernel_physical(const void *pointer)
{
	uint64_t par;

	__asm__ volatile("at s1e2r, %0" ::"r"(pointer) : "memory");
	isb();
	par = read_sysreg(par_el1);
	return (par & PTE_ADDRESS) | ((uint64_t)pointer & (PAGE_SIZE - 1));
}

void arch_space_start(void)
{
	bool asid16 = ((read_sysreg(id_aa64mmfr0_el1) >> 4) & 0xf) == 2;
	bool vmid16 = ((read_sysreg(id_aa64mmfr1_el1) >> 4) & 0xf) == 2;
	uint64_t range = read_sysreg(id_aa64mmfr0_el1) & 0xf;

	ids[false] = asid16 ? 65536 : 256;
	ids[true] = vmid16 ? 65536 : 256;
	/* VTCR_EL2: T0SZ = 25, start at level 1, write-back inner shareable walks, 4 KiB, PS, VS, RES1. D24.2.192 */
	write_sysreg(vtcr_el2, 25 | 1UL << 6 | 1UL << 8 | 1UL << 10 | 3UL << 12 |
				       (range > 6 ? 6 : range) << 16 | (uint64_t)vmid16 << 19 |
				       1UL << 31);
	empty_table_address = kernel_physical(empty_table);
	arch_space_unload(false);
	arch_space_unload(true);
	isb();
	__asm__ volatile("tlbi alle2\n\ttlbi alle1\n\tdsb nsh\n\tisb" ::: "memory");
}

static uint64_t process_leaf(paddr_t address, uint32_t rights, enum memory_type type)
{
	uint64_t pte = address | PTE_VALID | PTE_USER | PTE_ACCESSED | PTE_NOT_GLOBAL | PTE_PXN;

	pte |= type == MEMORY_DEVICE ? PTE_ATTRIBUTE(ATTRIBUTE_DEVICE) :
				       PTE_ATTRIBUTE(ATTRIBUTE_NORMAL) | PTE_INNER_SHAREABLE;
	pte |= rights & RIGHT_WRITE ? 0 : PTE_READ_ONLY;
	return pte | (rights & RIGHT_EXECUTE ? 0 : PTE_UXN);
}

static uint64_t guest_leaf(paddr_t address, uint32_t rights, enum memory_type type)
{
	uint64_t pte = address | PTE_VALID | PTE_ACCESSED | PTE2_READ | PTE_INNER_SHAREABLE;

	pte |= type == MEMORY_DEVICE ? PTE2_DEVICE : PTE2_NORMAL;
	pte |= rights & RIGHT_WRITE ? PTE2_WRITE : 0;
	return pte | (rights & RIGHT_EXECUTE ? 0 : PTE2_XN);
}

uint64_t pte_leaf(bool guest, unsigned int level, paddr_t address, uint32_t rights,
		  enum memory_type type)
{
	uint64_t pte = guest ? guest_leaf(address, rights, type) :
			       process_leaf(address, rights, type);

	return level == LEVELS - 1 ? pte | PTE_TABLE : pte;
}

uint64_t arch_regime_enter(uint64_t hcr)
{
	uint64_t old = read_sysreg(hcr_el2);

	isb();
	write_sysreg(hcr_el2, hcr);
	isb();
	return old;
}

void arch_regime_leave(uint64_t old)
{
	write_sysreg(hcr_el2, old);
	isb();
}

uint32_t arch_space_ids(bool guest)
{
	return ids[guest];
}

void arch_space_unload(bool guest)
{
	arch_space_load(guest, empty_table_address, 0);
}

/* By ASID, so it need not be loaded. What the walk remembers of tables stays where only a leaf goes (L). */
static void flush_process(uint64_t asid, uint64_t address, uint8_t size_bits)
{
	if (size_bits)
		__asm__ volatile("tlbi vale1is, %0" ::"r"(asid | address >> PAGE_BITS) : "memory");
	else
		__asm__ volatile("tlbi aside1is, %0" ::"r"(asid) : "memory");
}

/*
 * Of the VMID that is loaded. What is remembered of both stages in one has no guest-physical address to find it by, so all
 * that has gone through stage 1 goes; what is remembered of stage 2 alone stays, but for the leaf (D8.17).
 */
static void flush_guest(uint64_t address, uint8_t size_bits)
{
	if (size_bits)
		__asm__ volatile("tlbi ipas2le1is, %0\n\tdsb ish\n\ttlbi vmalle1is" ::"r"(address >>
											  PAGE_BITS)
				 : "memory");
	else
		__asm__ volatile("tlbi vmalls12e1is" ::: "memory");
}

void arch_space_flush(const struct address_space *space, uint64_t address, uint8_t size_bits)
{
	uint64_t old = arch_regime_enter(space->guest ? HCR_GUEST : HCR_HOST);

	if (space->guest)
		flush_guest(address, size_bits);
	else
		flush_process((uint64_t)space->id << 48, address, size_bits);
	__asm__ volatile("dsb ish" ::: "memory");
	arch_regime_leave(old);
}

/*
 * For guests in the host's regime: this can be between the loads of the registers of stage 1 and of VTTBR_EL2, which are of
 * two guests then.
 */
void arch_space_flush_all(bool guest)
{
	uint64_t old = arch_regime_enter(HCR_HOST);

	if (guest)
		__asm__ volatile("tlbi alle1is\n\tdsb ish" ::: "memory");
	else
		__asm__ volatile("tlbi vmalle1is\n\tdsb ish" ::: "memory");
	arch_regime_leave(old);
}

void arch_space_flush_core(void)
{
	uint64_t old = arch_regime_enter(HCR_GUEST);

	__asm__ volatile("tlbi vmalle1\n\tdsb nsh" ::: "memory");
	arch_regime_leave(old);
}

/*
 * It is cleaned to the point of coherency: a guest that runs without caches must not see what was there before, in memory that
 * the zeros have not reached.
 */
void arch_memory_zero(void *memory, uint64_t size)
{
	uint64_t dczid = read_sysreg(dczid_el0);
	uint64_t block = 4UL << (dczid & 0xf);
	uint64_t line = 4UL << (read_sysreg(ctr_el0) >> 16 & 0xf);
	bool zva = !(dczid & BIT(4)) && aligned((uint64_t)memory | size, block);
	char *end = (char *)memory + size;

	if (zva && block == line) {
		/* Each line while it is in the nearest cache. */
		for (char *at = memory; at < end; at += block)
			__asm__ volatile("dc zva, %0\n\tdc civac, %0" ::"r"(at) : "memory");
	} else {
		if (!zva)
			memset(memory, 0, size);
		for (char *at = memory; zva && at < end; at += block)
			__asm__ volatile("dc zva, %0" ::"r"(at) : "memory");
		for (char *at = memory; at < end; at += line)
			__asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
	}
	__asm__ volatile("dsb sy" ::: "memory");
}
