/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation: Sv39 for processes, Sv39x4 for guests (Privileged Architecture, "Sv39: Page-Based 39-bit Virtual-Memory System",
 * "Guest Physical Address Translation"). The lower half of a process's table is its own, the upper half is the kernel's: all
 * memory of the machine at LINEAR_BASE, itself, its devices and the page that all can read in the last GiB.
 */
#pragma once

#include <arch/csr.h>
#include <idl/riscv64.h>
#include <types.h>

#define LINEAR_BASE    0xffffffc000000000UL
#define KERNEL_BASE    0xffffffffc0000000UL
#define KERNEL_DEVICES (KERNEL_BASE + BLOCK_SIZE)

/* Entries of either stage. What memory is, the machine says (its PMAs): an entry has nothing of it. */
#define PTE_VALID    BIT(0)
#define PTE_READ     BIT(1)
#define PTE_WRITE    BIT(2)
#define PTE_EXECUTE  BIT(3)
#define PTE_USER     BIT(4)
#define PTE_GLOBAL   BIT(5)
#define PTE_ACCESSED BIT(6)
#define PTE_DIRTY    BIT(7)
#define PTE_DEVICE   BIT(8) /* for software: not memory */
#define PTE_NUMBER   0x003ffffffffffc00UL

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
	return level < 2 && (pte & (PTE_VALID | PTE_READ | PTE_WRITE | PTE_EXECUTE)) == PTE_VALID;
}

static inline paddr_t pte_address(uint64_t pte)
{
	return (pte & PTE_NUMBER) << 2;
}

static inline uint64_t pte_table(paddr_t table)
{
	return table >> 2 | PTE_VALID;
}

/* A leaf for the kernel itself. With address arithmetic only: it is called before translation is on. */
static inline uint64_t pte_kernel(unsigned int level, paddr_t address, uint32_t rights,
				  enum memory_type type)
{
	(void)level;
	(void)type;
	return address >> 2 | PTE_VALID | PTE_READ | PTE_ACCESSED | PTE_GLOBAL |
	       (rights & RIGHT_WRITE ? PTE_WRITE | PTE_DIRTY : 0) |
	       (rights & RIGHT_EXECUTE ? PTE_EXECUTE : 0);
}

/* A leaf of `level` (0: 1 GiB, 1: 2 MiB, 2: 4 KiB) for a process, or for a guest. */
uint64_t pte_leaf(bool guest, unsigned int level, paddr_t address, uint32_t rights,
		  enum memory_type type);

/* Store an entry, behind what it leads to. */
static inline void pte_write(uint64_t *entry, uint64_t value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

/*
 * Where nothing is mapped may be remembered too ("Supervisor Memory-Management Fence Instruction"): an entry that was empty needs
 * its fence as well.
 */
#define ABSENCE_IS_REMEMBERED true

/* What a new top table has beside zeros: of a process, the kernel's half. */
void arch_space_init(struct address_space *space);

/* How many identifiers there are for processes, or for guests, with the one for nothing, 0. */
uint32_t arch_space_ids(bool guest);

/*
 * Translate processes, or guests, by these tables, under this identifier. For guests vsatp is 0, so that nothing is translated
 * by the tables of one and the identifier of another, or the table is the empty one.
 */
static inline void arch_space_load(bool guest, paddr_t table, uint32_t id)
{
	uint64_t atp = ATP_MODE_SV39 | (uint64_t)id << ATP_IDENTIFIER | table >> PAGE_BITS;

	if (guest)
		write_csr(hgatp, atp);
	else
		write_csr(satp, atp);
}

/* By none: nothing is mapped. */
void arch_space_unload(bool guest);

/* `space`, which is loaded next, has an identifier that nobody had since the last flush of all: what was stored in its tables is seen. */
void arch_space_begin(const struct address_space *space);

/*
 * What all cores remember of a space goes: of a leaf of `size_bits` at `address`; 0: all, tables too. A guest's is loaded.
 */
void arch_space_flush(const struct address_space *space, uint64_t address, uint8_t size_bits);

/* What all cores remember of all processes, or of all guests but their stage 1. */
void arch_space_flush_all(bool guest);

/* What this core remembers of the stage 1 of the guest that is loaded. */
void arch_space_flush_core(void);

/* Fill with zeros. */
void arch_memory_zero(void *memory, uint64_t size);

/* What was just mapped for the kernel can be used. */
static inline void arch_kernel_mapped(void)
{
	__asm__ volatile("sfence.vma" ::: "memory");
}

/* Read how wide ASIDs and VMIDs are. Once. */
void arch_space_start(void);
