/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and translation. The TLB keeps every translation that was ever used until it is invalidated, so a mapping that is
 * taken away without that can still be used, and fake_tlb_stale() tells.
 */
#include <address_space.h>
#include <arch/fake.h>
#include <arch/mmu.h>
#include <string.h>
#include <thread.h>
#include <vcpu.h>

#define SPACES      64
#define TLB_ENTRIES 4096

struct tlb_entry {
	uint32_t space; /* id; 0: empty */
	uint8_t size_bits;
	uint64_t address;
	uint64_t pte;
};

static uint8_t memory[FAKE_RAM_SIZE] __attribute__((aligned(PAGE_SIZE)));
static struct address_space *spaces[SPACES]; /* by id */
static struct tlb_entry tlb[TLB_ENTRIES];

void fake_tlb_start(void)
{
	memset(memory, 0xa5, sizeof(memory));
	memset(spaces, 0, sizeof(spaces));
	memset(tlb, 0, sizeof(tlb));
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

void arch_memory_zero(void *at, uint64_t size, bool clean)
{
	(void)clean;
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
	*entry = value;
}

void arch_space_init(struct address_space *space)
{
	uint32_t id = 1;

	while (id < SPACES && spaces[id])
		id++;
	BUG_ON(id == SPACES);
	spaces[id] = space;
	space->arch.id = id;
}

void arch_space_invalidate(struct address_space *space, uint64_t address, uint8_t size_bits)
{
	for (unsigned int i = 0; i < TLB_ENTRIES; i++) {
		struct tlb_entry *entry = &tlb[i];
		bool apart = size_bits && (address + BIT(size_bits) <= entry->address ||
					   entry->address + BIT(entry->size_bits) <= address);

		if (entry->space == space->arch.id && !apart)
			entry->space = 0;
	}
}

void arch_space_destroy(struct address_space *space)
{
	arch_space_invalidate(space, 0, 0);
	spaces[space->arch.id] = NULL;
}

/* The leaf for an address as the tables have it, 0 if there is none. */
static uint64_t walk(struct address_space *space, uint64_t address, uint8_t *size_bits)
{
	const uint64_t *table = phys_to_virt(space->table);

	for (unsigned int level = 0; level < LEVELS; level++) {
		uint8_t bits = (uint8_t)(HUGE_BITS - TABLE_BITS * level);
		uint64_t entry = table[(address >> bits) % TABLE_ENTRIES];

		*size_bits = bits;
		if (!pte_is_table(entry, level))
			return entry;
		table = phys_to_virt(pte_address(entry));
	}
	return 0;
}

static struct tlb_entry *find(const struct address_space *space, uint64_t address)
{
	struct tlb_entry *empty = NULL;

	for (unsigned int i = 0; i < TLB_ENTRIES; i++) {
		struct tlb_entry *entry = &tlb[i];

		if (entry->space == space->arch.id &&
		    address >> entry->size_bits == entry->address >> entry->size_bits)
			return entry;
		if (!entry->space)
			empty = entry;
	}
	BUG_ON(!empty);
	return empty;
}

bool fake_access(struct context *context, uint64_t address, uint32_t rights, paddr_t *physical)
{
	struct slot *binding = context->kind == CONTEXT_VCPU ? &vcpu_of(context)->space :
							       &thread_of(context)->space_binding;
	struct address_space *space = (struct address_space *)binding->object;
	struct tlb_entry *entry;

	if (binding->type == OBJECT_NULL || address >> SPACE_BITS)
		return false;
	entry = find(space, address);
	if (!entry->space) {
		uint8_t size_bits;
		uint64_t pte = walk(space, address, &size_bits);

		if (!(pte & PTE_VALID))
			return false;
		*entry = (struct tlb_entry){ .space = space->arch.id,
					     .size_bits = size_bits,
					     .address = align_down(address, BIT(size_bits)),
					     .pte = pte };
	}
	*physical = pte_address(entry->pte) + (address - entry->address);
	return !(rights & ~(entry->pte >> PTE_RIGHTS));
}

unsigned int fake_tlb_stale(void)
{
	unsigned int stale = 0;

	for (unsigned int i = 0; i < TLB_ENTRIES; i++) {
		struct address_space *space = spaces[tlb[i].space];
		uint8_t size_bits = 0;

		if (!tlb[i].space)
			continue;
		if (!space || walk(space, tlb[i].address, &size_bits) != tlb[i].pte ||
		    size_bits != tlb[i].size_bits)
			stale++;
	}
	return stale;
}
