/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation: VMSAv8-64, 4 KiB granule, 39-bit addresses (Arm ARM D8). The kernel is in TTBR1_EL2's half: all
 * memory of the machine at LINEAR_BASE, itself and its devices in the last GiB.
 */
#pragma once

#include <arch/cpu.h>
#include <idl/aarch64.h>
#include <types.h>

#define LINEAR_BASE    0xffffff8000000000UL
#define KERNEL_BASE    0xffffffffc0000000UL
#define KERNEL_DEVICES (KERNEL_BASE + BLOCK_SIZE)

/* Attribute indices in MAIR_EL2. */
#define ATTRIBUTE_NORMAL 0UL
#define ATTRIBUTE_DEVICE 1UL

/* Descriptor fields, D8.3. */
#define PTE_VALID           BIT(0)
#define PTE_TABLE           BIT(1) /* or page, at the last level */
#define PTE_ATTRIBUTE(n)    ((n) << 2)
#define PTE_USER            BIT(6)
#define PTE_READ_ONLY       BIT(7)
#define PTE_INNER_SHAREABLE (3UL << 8)
#define PTE_ACCESSED        BIT(10)
#define PTE_NOT_GLOBAL      BIT(11)
#define PTE_PXN             BIT(53)
#define PTE_UXN             BIT(54)
#define PTE_ADDRESS         0x0000fffffffff000UL
/* Stage 2. */
#define PTE2_NORMAL (0xfUL << 2)
#define PTE2_DEVICE (0x0UL << 2)
#define PTE2_READ   BIT(6)
#define PTE2_WRITE  BIT(7)
#define PTE2_XN     BIT(54)

struct address_space;

static inline void *phys_to_virt(paddr_t address)
{
	return (void *)(LINEAR_BASE + address);
}

static inline paddr_t virt_to_phys(const void *pointer)
{
	return (uint64_t)pointer - LINEAR_BASE;
}

static inline bool pte_is_table(uint64_t pte, unsigned int level)
{
	return level < 2 && (pte & (PTE_VALID | PTE_TABLE)) == (PTE_VALID | PTE_TABLE);
}

static inline paddr_t pte_address(uint64_t pte)
{
	return pte & PTE_ADDRESS;
}

static inline uint64_t pte_table(paddr_t table)
{
	return table | PTE_VALID | PTE_TABLE;
}

/* A leaf for the kernel itself. With address arithmetic only: it is called before translation is on. */
static inline uint64_t pte_kernel(unsigned int level, paddr_t address, uint32_t rights,
				  enum memory_type type)
{
	uint64_t pte = address | PTE_VALID | PTE_ACCESSED | PTE_UXN;

	pte |= type == MEMORY_DEVICE ? PTE_ATTRIBUTE(ATTRIBUTE_DEVICE) :
				       PTE_ATTRIBUTE(ATTRIBUTE_NORMAL) | PTE_INNER_SHAREABLE;
	pte |= rights & RIGHT_WRITE ? 0 : PTE_READ_ONLY;
	pte |= rights & RIGHT_EXECUTE ? 0 : PTE_PXN;
	return level == 2 ? pte | PTE_TABLE : pte;
}

/* A leaf of `level` (0: 1 GiB, 1: 2 MiB, 2: 4 KiB) for a process, or for a guest (stage 2). */
uint64_t pte_leaf(bool guest, unsigned int level, paddr_t address, uint32_t rights,
		  enum memory_type type);

/* Store an entry so that the next walk sees it. */
static inline void pte_write(uint64_t *entry, uint64_t value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELAXED);
	__asm__ volatile("dsb ishst" ::: "memory");
}

/* What is found not to be mapped is not remembered (D8.16: translations that cause a fault). */
#define ABSENCE_IS_REMEMBERED false

/*
 * TLB maintenance and address translation act on the regime that HCR_EL2.TGE chooses (Arm ARM D8.17): run what follows with
 * this HCR_EL2, and then as it was.
 */
uint64_t arch_regime_enter(uint64_t hcr);
void arch_regime_leave(uint64_t old);

/* What a new top table has beside zeros: nothing. */
static inline void arch_space_init(struct address_space *space)
{
	(void)space;
}

/* How many identifiers there are for processes, or for guests, with the one for nothing, 0. */
uint32_t arch_space_ids(bool guest);

/* Translate processes, or guests, by these tables, under this identifier. */
static inline void arch_space_load(bool guest, paddr_t table, uint32_t id)
{
	uint64_t ttbr = table | (uint64_t)id << 48;

	if (guest)
		write_sysreg(vttbr_el2, ttbr);
	else
		write_sysreg(ttbr0_el2, ttbr);
}

/* By none: nothing is mapped. */
void arch_space_unload(bool guest);

/* `space`, which is loaded next, has an identifier that nobody had since the last flush of all: what was stored in its tables is seen. */
static inline void arch_space_begin(const struct address_space *space)
{
	(void)space;
}

/*
 * What all cores remember of a space goes: of a leaf of `size_bits` at `address`; 0: all, tables too. A guest's is loaded.
 */
void arch_space_flush(const struct address_space *space, uint64_t address, uint8_t size_bits);

/* What all cores remember of all processes, or of all guests. */
void arch_space_flush_all(bool guest);

/* What this core remembers of the stage 1 of the guest that is loaded. */
void arch_space_flush_core(void);

/* Fill with zeros, also for who reads without caches. */
void arch_memory_zero(void *memory, uint64_t size);

/* What was just mapped for the kernel can be used. */
static inline void arch_kernel_mapped(void)
{
	isb();
}

/* Read how wide ASIDs and VMIDs are. Once. */
void arch_space_start(void);
