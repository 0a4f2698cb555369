/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation: tables in an array that stands for the machine's memory. What is remembered of them is in tlb.c.
 */
#pragma once

#include <idl/aarch64.h>
#include <types.h>

/* The machine's memory. Nothing else has a place in the host's. */
#define FAKE_RAM      0x40000000UL
#define FAKE_RAM_SIZE MIB(32)

#define PTE_VALID   BIT(0)
#define PTE_TABLE   BIT(1)
#define PTE_RIGHTS  2 /* shift of READ, WRITE, EXECUTE */
#define PTE_DEVICE  BIT(5)
#define PTE_GUEST   BIT(6)
#define PTE_ADDRESS 0x0000fffffffff000UL

struct address_space;

/* Both stop the test where the address is not in the machine's memory. */
void *phys_to_virt(paddr_t address);
paddr_t virt_to_phys(const void *pointer);

static inline bool pte_is_table(uint64_t pte, unsigned int level)
{
	return level < 2 && (pte & PTE_TABLE);
}

static inline paddr_t pte_address(uint64_t pte)
{
	return pte & PTE_ADDRESS;
}

static inline uint64_t pte_table(paddr_t table)
{
	return table | PTE_VALID | PTE_TABLE;
}

/* A leaf for a process, or for a guest. */
uint64_t pte_leaf(bool guest, unsigned int level, paddr_t address, uint32_t rights,
		  enum memory_type type);

/* Store an entry. Break before make: a bug where a valid one becomes another valid one. */
void pte_write(uint64_t *entry, uint64_t value);

/* Whether what is found not to be mapped is remembered: as `fake.absence` has it. */
#define ABSENCE_IS_REMEMBERED fake_absence()
bool fake_absence(void);

/* What a new top table has beside zeros: nothing. */
static inline void arch_space_init(struct address_space *space)
{
	(void)space;
}

/* How many identifiers there are for processes, or for guests, with the one for nothing, 0. */
uint32_t arch_space_ids(bool guest);

/* Translate processes, or guests, by these tables, under this identifier. */
void arch_space_load(bool guest, paddr_t table, uint32_t id);

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
