/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces on the hardware: entries, ASIDs and VMIDs, fences. A fence is this hart's only: with several, what must reach
 * all goes by a message to each, as the firmware's RFENCE extension has it.
 */
#include <address_space.h>
#include <arch/mmu.h>
#include <kernel_space.h>
#include <string.h>

/* HFENCE.GVMA and HFENCE.VVMA, for assemblers that do not know the extension. */
#define HFENCE_GVMA(address, id) \
	__asm__ volatile(".insn r 0x73, 0, 0x31, x0, %z0, %z1" ::"rJ"(address), "rJ"(id) : "memory")
#define HFENCE_VVMA() __asm__ volatile(".insn r 0x73, 0, 0x11, x0, x0, x0" ::: "memory")

/* Of processes, of guests. */
static uint32_t ids[2];

/* What guests are translated by when none is loaded: nothing is mapped. Sv39x4 has a top table of 16 KiB, so aligned. */
static uint64_t empty_table[4 * TABLE_ENTRIES] __attribute__((aligned(4 * PAGE_SIZE)));

/* The kernel is in one piece, and its top table says where a part of it is. */
static paddr_t kernel_physical(const void *pointer)
{
	return pte_address(kernel_top_table[TABLE_ENTRIES - 1]) + (uint64_t)pointer -
	       (uint64_t)kernel_block_table;
}

/* How many identifiers there are, where all bits of the field have been written. */
static uint32_t count_ids(uint64_t atp, const char *name)
{
	uint64_t last = atp >> ATP_IDENTIFIER & 0xffff;

	/* 0 is nobody's, one is kept when a new generation begins, and then there is another. */
	if (last < 3)
		panic("this processor has %lu %ss, 4 are needed", last + 1, name);
	return (uint32_t)last + 1;
}

void arch_space_start(void)
{
	uint64_t vmid_bits = 0x3fff;

	arch_space_load(false, kernel_physical(kernel_top_table), 0xffff);
	ids[false] = count_ids(read_csr(satp) & ~ATP_MODE_SV39, "ASID");
	arch_space_load(true, kernel_physical(empty_table), (uint32_t)vmid_bits);
	if (!(read_csr(hgatp) & ATP_MODE_SV39))
		panic("this processor has no Sv39x4");
	ids[true] = count_ids(read_csr(hgatp) & vmid_bits << ATP_IDENTIFIER, "VMID");
	write_csr(vsatp, 0);
	arch_space_unload(false);
	arch_space_unload(true);
	arch_space_flush_all(false);
	arch_space_flush_all(true);
}

void arch_space_init(struct address_space *space)
{
	const unsigned int half = TABLE_ENTRIES / 2;

	if (!space->guest)
		memcpy(space_table(space) + half, kernel_top_table + half, half * sizeof(uint64_t));
}

/* Accessed and dirty from the beginning: no processor has to write, or to ask for it. A guest's entries are a user's. */
uint64_t pte_leaf(bool guest, unsigned int level, paddr_t address, uint32_t rights,
		  enum memory_type type)
{
	(void)guest;
	return (pte_kernel(level, address, rights, type) & ~PTE_GLOBAL) | PTE_USER |
	       (type == MEMORY_DEVICE ? PTE_DEVICE : 0);
}

uint32_t arch_space_ids(bool guest)
{
	return ids[guest];
}

void arch_space_unload(bool guest)
{
	const uint64_t *table = guest ? empty_table : kernel_top_table;

	arch_space_load(guest, kernel_physical(table), 0);
}

/* All of one identifier. The kernel's entries, which are global, never change. */
static void flush_id(const struct address_space *space)
{
	if (space->guest)
		HFENCE_GVMA(0, space->id);
	else
		__asm__ volatile("sfence.vma zero, %0" ::"r"((uint64_t)space->id) : "memory");
}

/* HFENCE.VVMA acts on the VMID that is loaded, which another guest's first stage may be remembered under. */
void arch_space_begin(const struct address_space *space)
{
	flush_id(space);
	if (space->guest) {
		arch_space_load(true, space->table, space->id);
		HFENCE_VVMA();
	}
}

/*
 * What is remembered of both stages in one is of the second too, so it goes with that ("Hypervisor Memory-Management Fence
 * Instructions"). With an address, entries of tables stay.
 */
void arch_space_flush(const struct address_space *space, uint64_t address, uint8_t size_bits)
{
	if (!size_bits)
		flush_id(space);
	else if (space->guest)
		HFENCE_GVMA(address >> 2, space->id);
	else
		__asm__ volatile("sfence.vma %0, %1" ::"r"(address), "r"((uint64_t)space->id)
				 : "memory");
}

/* Of guests the second stage only: see arch_space_begin() for the first. */
void arch_space_flush_all(bool guest)
{
	if (guest)
		HFENCE_GVMA(0, 0);
	else
		__asm__ volatile("sfence.vma" ::: "memory");
}

void arch_space_flush_core(void)
{
	HFENCE_VVMA();
}

void arch_memory_zero(void *memory, uint64_t size)
{
	memset(memory, 0, size);
}
