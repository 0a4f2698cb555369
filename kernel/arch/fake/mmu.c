/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory, and the entries of tables in it. The TLB is in tlb.c.
 */
#include <address_space.h>
#include <arch/fake.h>
#include <arch/mmu.h>
#include <string.h>

static uint8_t memory[FAKE_RAM_SIZE] __attribute__((aligned(PAGE_SIZE)));

void fake_memory_start(void)
{
	memset(memory, 0xa5, sizeof(memory));
}

void *phys_to_virt(paddr_t address)
{
	BUG_ON(address < FAKE_RAM || address >= FAKE_RAM + FAKE_RAM_SIZE);
	return memory + (address - FAKE_RAM);
}

paddr_t virt_to_phys(const void *pointer)
{
	const uint8_t *at = pointer;

	BUG_ON(at < memory || at >= memory + sizeof(memory));
	return FAKE_RAM + (uint64_t)(at - memory);
}

void arch_memory_zero(void *at, uint64_t size)
{
	BUG_ON(virt_to_phys(at) + size > FAKE_RAM + FAKE_RAM_SIZE);
	memset(at, 0, size);
}

uint64_t pte_leaf(bool guest, unsigned int level, paddr_t address, uint32_t rights,
		  enum memory_type type)
{
	BUG_ON(level >= LEVELS);
	return address | PTE_VALID | (uint64_t)(rights | RIGHT_READ) << PTE_RIGHTS |
	       (guest ? PTE_GUEST : 0) | (type == MEMORY_DEVICE ? PTE_DEVICE : 0);
}

void pte_write(uint64_t *entry, uint64_t value)
{
	BUG_ON((*entry & PTE_VALID) && (value & PTE_VALID));
	fake_tlb_speculate();
	*entry = value;
	fake_tlb_speculate();
}
