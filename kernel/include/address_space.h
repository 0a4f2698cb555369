/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces of processes (stage 1) and of guests (stage 2): three levels of 512 entries, 39 bits.
 *
 * The object is two pages: this structure, and the top table. Mappings are in a list, so that the end of an
 * address space leaves no capability believing that it is mapped.
 */
#pragma once

#include <arch/mmu.h>
#include <slot.h>
#include <window.h>

#define SPACE_BITS    39
#define TABLE_BITS    9
#define TABLE_ENTRIES (1U << TABLE_BITS)
#define LEVELS        3

struct address_space {
	bool guest;
	paddr_t table;
	struct list mappings; /* of slot.mapped */
	struct arch_space arch;
	uint32_t window_count; /* of a guest: those that are not clear */
	struct window windows[WINDOWS_MAX];
};

_Static_assert(sizeof(struct address_space) <= PAGE_SIZE, "the first page of the object");

static inline uint64_t *space_table(struct address_space *space)
{
	return (uint64_t *)((char *)space + PAGE_SIZE);
}

void space_init(struct address_space *space, bool guest);
void space_destroy(struct address_space *space);

/*
 * Map the frame in `frame` (a Frame slot, not mapped). ERR_ARGUMENT: address out of range or not aligned, WRITE and
 * EXECUTE together in a process, or normal memory asked for from a device; ERR_RIGHTS, ERR_TABLE, ERR_OCCUPIED.
 */
enum status space_map(struct address_space *space, struct slot *frame, uint64_t address,
		      uint32_t rights, enum memory_type type);

/* Put a translation table in place. */
enum status space_map_table(struct address_space *space, struct slot *table, uint64_t address);

/* The entry of the last level for a page; NULL if there is no table for it. */
uint64_t *space_page(struct address_space *space, uint64_t address);

/* Whether there is no table for a page because a larger frame is in its place. */
bool space_is_mapped(struct address_space *space, uint64_t address);

/* Undo either. Does nothing if it is not mapped. */
void space_unmap(struct slot *slot);
