/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces on the hardware: descriptors, ASIDs and VMIDs by generation, TLB maintenance.
 */
#include <address_space.h>
#include <arch/cpu.h>
#include <arch/hcr.h>
#include <arch/mmu.h>
#include <string.h>

/* ASIDs and VMIDs come from one counter each; when one is used up, its TLB entries go and all spaces take new ones. */
struct ids {
	uint64_t generation;
	uint32_t next;
	uint32_t limit;
};

static struct ids asids;
static struct ids vmids;

/* What TTBR0_EL2 translates when no process is loaded: nothing. */
static uint64_t empty_table[TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static struct address_space *loaded;

static paddr_t kernel_physical(const void *pointer)
{
	uint64_t par;

	__asm__ volatile("at s1e2r, %0" ::"r"(pointer) : "memory");
	isb();
	par = read_sysreg(par_el1);
	return (par & PTE_ADDRESS) | ((uint64_t)pointer & (PAGE_SIZE - 1));
}

static uint64_t empty_ttbr;

void arch_space_start(void)
{
	bool asid16 = ((read_sysreg(id_aa64mmfr0_el1) >> 4) & 0xf) == 2;
	bool vmid16 = ((read_sysreg(id_aa64mmfr1_el1) >> 4) & 0xf) == 2;
	uint64_t range = read_sysreg(id_aa64mmfr0_el1) & 0xf;

	asids = (struct ids){ .generation = 1, .next = 1, .limit = asid16 ? 65536 : 256 };
	vmids = (struct ids){ .generation = 1, .next = 1, .limit = vmid16 ? 65536 : 256 };
	/* VTCR_EL2: T0SZ = 25, start at level 1, write-back inner shareable walks, 4 KiB, PS, VS, RES1. D24.2.192 */
	write_sysreg(vtcr_el2, 25 | 1UL << 6 | 1UL << 8 | 1UL << 10 | 3UL << 12 |
				       (range > 6 ? 6 : range) << 16 | (uint64_t)vmid16 << 19 |
				       1UL << 31);
	write_sysreg(vttbr_el2, 0);
	empty_ttbr = kernel_physical(empty_table);
	write_sysreg(ttbr0_el2, empty_ttbr);
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

void arch_space_init(struct address_space *space)
{
	space->arch = (struct arch_space){ .generation = 0 };
}

static struct ids *ids_of(const struct address_space *space)
{
	return space->guest ? &vmids : &asids;
}

static bool has_id(const struct address_space *space)
{
	return space->arch.generation == ids_of(space)->generation;
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

static void flush_all(bool guest)
{
	uint64_t old = arch_regime_enter(guest ? HCR_GUEST : HCR_HOST);

	if (guest)
		__asm__ volatile("tlbi alle1\n\tdsb nsh" ::: "memory");
	else
		__asm__ volatile("tlbi vmalle1\n\tdsb nsh" ::: "memory");
	arch_regime_leave(old);
}

uint64_t arch_space_ttbr(struct address_space *space)
{
	struct ids *ids = ids_of(space);

	if (!has_id(space)) {
		if (ids->next == ids->limit) {
			/* No walk may fill what is given out again. */
			write_sysreg(ttbr0_el2, empty_ttbr);
			loaded = NULL;
			isb();
			ids->generation++;
			ids->next = 1;
			flush_all(space->guest);
		}
		space->arch.id = ids->next++;
		space->arch.generation = ids->generation;
	}
	return space->table | (uint64_t)space->arch.id << 48;
}

void arch_space_load(struct address_space *space)
{
	if (loaded == space && has_id(space))
		return;
	loaded = space;
	write_sysreg(ttbr0_el2, arch_space_ttbr(space));
}

void arch_space_invalidate_core(struct address_space *space)
{
	uint64_t old = arch_regime_enter(HCR_GUEST);

	BUG_ON(!space->guest);
	__asm__ volatile("tlbi vmalle1\n\tdsb nsh" ::: "memory");
	arch_regime_leave(old);
}

void arch_space_renew(struct address_space *space)
{
	if (!has_id(space))
		write_sysreg(vttbr_el2, arch_space_ttbr(space));
}

static void invalidate_guest(struct address_space *space)
{
	uint64_t vttbr = read_sysreg(vttbr_el2);
	uint64_t old;

	write_sysreg(vttbr_el2, arch_space_ttbr(space));
	old = arch_regime_enter(HCR_GUEST);
	__asm__ volatile("tlbi vmalls12e1is\n\tdsb ish" ::: "memory");
	arch_regime_leave(old);
	write_sysreg(vttbr_el2, vttbr);
	isb();
}

void arch_space_invalidate(struct address_space *space, uint64_t address, uint8_t size_bits)
{
	uint64_t asid = (uint64_t)space->arch.id << 48;
	uint64_t old;

	/* Without an identifier of this generation nothing of it is in a TLB. */
	if (!has_id(space))
		return;
	if (space->guest) {
		invalidate_guest(space);
		return;
	}
	old = arch_regime_enter(HCR_HOST);
	if (size_bits)
		__asm__ volatile("tlbi vae1is, %0" ::"r"(asid | address >> PAGE_BITS) : "memory");
	else
		__asm__ volatile("tlbi aside1is, %0" ::"r"(asid) : "memory");
	__asm__ volatile("dsb ish" ::: "memory");
	arch_regime_leave(old);
}

void arch_space_destroy(struct address_space *space)
{
	arch_space_invalidate(space, 0, 0);
	if (loaded == space) {
		loaded = NULL;
		write_sysreg(ttbr0_el2, empty_ttbr);
		isb();
	}
	if (space->guest && (read_sysreg(vttbr_el2) & PTE_ADDRESS) == space->table) {
		write_sysreg(vttbr_el2, 0);
		isb();
	}
}

/*
 * Memory for a guest is cleaned to the point of coherency: a guest that runs without caches must not see what was there
 * before, in memory that the zeros have not reached.
 */
void arch_memory_zero(void *memory, uint64_t size, bool clean)
{
	uint64_t dczid = read_sysreg(dczid_el0);
	uint64_t block = 4UL << (dczid & 0xf);
	uint64_t line = 4UL << (read_sysreg(ctr_el0) >> 16 & 0xf);
	bool zva = !(dczid & BIT(4)) && aligned((uint64_t)memory | size, block);
	char *end = (char *)memory + size;

	if (zva && clean && block == line) {
		/* Each line while it is in the nearest cache. */
		for (char *at = memory; at < end; at += block)
			__asm__ volatile("dc zva, %0\n\tdc civac, %0" ::"r"(at) : "memory");
	} else {
		if (!zva)
			memset(memory, 0, size);
		for (char *at = memory; zva && at < end; at += block)
			__asm__ volatile("dc zva, %0" ::"r"(at) : "memory");
		for (char *at = memory; clean && at < end; at += line)
			__asm__ volatile("dc civac, %0" ::"r"(at) : "memory");
	}
	if (clean)
		__asm__ volatile("dsb sy" ::: "memory");
}
