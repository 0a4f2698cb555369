/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces of processes (stage 1) and of guests (stage 2): three levels of 512 entries, 39 bits or, for processes, what
 * the architecture leaves of them.
 *
 * The object is this structure, and behind its page the top table; of a guest, that is the object's second half. Mappings are in a
 * list, so that the end of an address space leaves no capability believing that it is mapped.
 *
 * What the processor remembers of a space is tagged with the space's identifier (ASID, VMID): see space_id.c.
 */
#pragma once

#include <arch/mmu.h>
#include <sched.h>
#include <slot.h>
#include <window.h>

#define SPACE_BITS    39 /* of a guest's; PROCESS_BITS: of a process's */
#define TABLE_BITS    9
#define TABLE_ENTRIES (1U << TABLE_BITS)
#define LEVELS        3

struct address_space {
	bool guest;
	paddr_t table;
	struct list mappings; /* of slot.mapped */
	uint32_t id;
	uint64_t generation; /* of `id`; another than the current one: it has none */
	uint64_t last; /* of a guest: the serial of the VCpu that ran last in it, on this core */
	uint32_t window_count; /* of a guest: those that are not clear */
	struct window windows[WINDOWS_MAX];
};

_Static_assert(sizeof(struct address_space) <= PAGE_SIZE, "the page before the table");

/* Where in its object a guest's is. */
#define GUEST_SPACE_OFFSET (BIT(BITS_GUEST_SPACE) / 2 - PAGE_SIZE)

static inline uint64_t *space_table(struct address_space *space)
{
	return (uint64_t *)((char *)space + PAGE_SIZE);
}

void space_init(struct address_space *space, bool guest);
/* STATUS_AGAIN: see slot_delete(). */
enum status space_destroy(struct address_space *space);

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

/* Whether a Frame or PageTable is still mapped where it was: it may have gone with a table above it. */
bool space_maps(struct slot *slot);

/* Undo either. Does nothing if it is not mapped. */
void space_unmap(struct slot *slot);

/* Of the identifiers of processes, of guests: see space_id.c. */
struct space_ids {
	uint64_t generation;
	uint32_t next;
	uint32_t kept; /* by what was loaded when the generation began; 0: none */
};

extern struct space_ids space_ids[2];

static inline bool space_has_id(const struct address_space *space, bool guest)
{
	return space->generation == space_ids[guest].generation;
}

/* Give it the next identifier. It has none. */
void space_take_id(struct address_space *space);

/* Let this core translate by a space, which is that of a guest or not. */
static inline void space_load(struct address_space *space, bool guest)
{
	if (core.loaded[guest] == space)
		return;
	if (!space_has_id(space, guest))
		space_take_id(space);
	core.loaded[guest] = space;
	arch_space_load(guest, space->table, space->id);
}

/* The same for the space of a guest's VCpu, whose stage 1 is on the core already. */
void space_load_guest(struct address_space *space, const struct vcpu *vcpu);

/* What is remembered of a guest's own stage 1 goes, before any VCpu of it runs. */
void space_fence(struct address_space *space);

/* The process or guest that is loaded is so no more. */
void space_unload(bool guest);

/* What the processor remembers of `size_bits` from `address` is gone; 0: all that it remembers, tables too. */
void space_invalidate(struct address_space *space, uint64_t address, uint8_t size_bits);
