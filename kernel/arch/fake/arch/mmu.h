/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation: tables in an array that stands for the machine's memory, and a TLB that forgets nothing until it is told to.
 */
#pragma once

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

struct arch_space {
	uint32_t id; /* what its entries in the TLB are tagged with; given out again at its end */
};

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

void arch_space_init(struct address_space *space);
void arch_space_destroy(struct address_space *space);

/* Entries for `size_bits` from `address` are gone; 0: all of the space. */
void arch_space_invalidate(struct address_space *space, uint64_t address, uint8_t size_bits);

/* Fill with zeros; `clean`: also for who reads without caches. */
void arch_memory_zero(void *memory, uint64_t size, bool clean);
