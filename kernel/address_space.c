/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation tables of processes and guests. A mapping belongs to a capability (its slot says where), so
 * undoing it needs no search; an entry that is no longer this capability's is left alone.
 */
#include <address_space.h>
#include <arch/irq.h>
#include <kernel_dispatch.h>
#include <string.h>

void space_init(struct address_space *space, bool guest)
{
	space->guest = guest;
	space->table = virt_to_phys(space_table(space));
	list_init(&space->mappings);
	arch_space_init(space);
}

/* The capability is mapped no more: its entry is gone, or cannot be reached. */
static void forget(struct slot *slot)
{
	list_remove(&slot->mapped);
	slot->space = NULL;
	slot->data = 0;
}

static bool is_in_range(const struct address_space *space, uint64_t address)
{
	return !(address >> (space->guest ? SPACE_BITS : PROCESS_BITS));
}

/* Mappings that are forgotten between two looks at the interrupts. */
#define MAPPINGS_AT_ONCE 16

enum status space_destroy(struct address_space *space)
{
	windows_destroy(space);
	/* What the processor remembers of it has an identifier that nobody gets before that is flushed. */
	if (core.loaded[space->guest] == space)
		space_unload(space->guest);
	/* Nothing is found in it from now on: its tables can end too, and be other memory before the last mapping is forgotten. */
	arch_memory_zero(space_table(space), PAGE_SIZE);
	for (unsigned int i = 1; !list_empty(&space->mappings); i++) {
		forget(container_of(space->mappings.next, struct slot, mapped));
		if (i % MAPPINGS_AT_ONCE == 0 && arch_irq_pending())
			return STATUS_AGAIN;
	}
	return OK;
}

static uint8_t level_bits(unsigned int level)
{
	return (uint8_t)(PAGE_BITS + TABLE_BITS * (LEVELS - 1 - level));
}

static uint64_t *entry_of(uint64_t *table, unsigned int level, uint64_t address)
{
	return &table[(address >> level_bits(level)) & (TABLE_ENTRIES - 1)];
}

/*
 * Walk down until the entry of `level`, or the first that is not a table. `reached` gets the entry's level.
 */
static uint64_t *walk(struct address_space *space, uint64_t address, unsigned int level,
		      unsigned int *reached)
{
	uint64_t *table = space_table(space);
	uint64_t *entry = entry_of(table, 0, address);
	unsigned int at = 0;

	while (at < level && pte_is_table(*entry, at)) {
		table = phys_to_virt(pte_address(*entry));
		entry = entry_of(table, ++at, address);
	}
	*reached = at;
	return entry;
}

uint64_t *space_page(struct address_space *space, uint64_t address)
{
	unsigned int reached;
	uint64_t *entry = walk(space, address, LEVELS - 1, &reached);

	return reached == LEVELS - 1 ? entry : NULL;
}

bool space_is_mapped(struct address_space *space, uint64_t address)
{
	unsigned int reached;

	/* Windows are behind tables only. */
	return *walk(space, address, LEVELS - 1, &reached);
}

static void record(struct address_space *space, struct slot *slot, uint64_t address)
{
	slot->space = space;
	slot->data = address;
	list_insert(&space->mappings, &slot->mapped);
}

static unsigned int frame_level(const struct slot *frame)
{
	return (HUGE_BITS - frame->size_bits) / TABLE_BITS;
}

/* The entry that holds this table, or NULL if another is in its place. */
static uint64_t *table_entry(const struct slot *table)
{
	paddr_t physical = virt_to_phys((void *)table->object);

	for (unsigned int level = 0; level < LEVELS - 1; level++) {
		unsigned int reached;
		uint64_t *entry = walk(table->space, table->data, level, &reached);

		if (reached != level)
			return NULL;
		if (pte_is_table(*entry, level) && pte_address(*entry) == physical)
			return entry;
	}
	return NULL;
}

/* The entry that maps this frame, or NULL if a table above it was taken away. */
static uint64_t *frame_entry(const struct slot *frame)
{
	unsigned int level = frame_level(frame);
	unsigned int reached;
	uint64_t *entry = walk(frame->space, frame->data, level, &reached);

	if (reached != level || !*entry || window_in(*entry) || pte_is_table(*entry, level) ||
	    pte_address(*entry) != frame->object)
		return NULL;
	return entry;
}

/* The entry of a Frame or PageTable; one that lost its entry with a table is not mapped any more. */
static uint64_t *mapped_entry(struct slot *slot)
{
	uint64_t *entry = NULL;

	if (slot->space) {
		entry = slot->type == OBJECT_PAGE_TABLE ? table_entry(slot) : frame_entry(slot);
		if (!entry)
			forget(slot);
	}
	return entry;
}

bool space_maps(struct slot *slot)
{
	return mapped_entry(slot);
}

static enum status check_mapping(const struct address_space *space, struct slot *frame,
				 uint64_t address, uint32_t rights, enum memory_type type)
{
	if (mapped_entry(frame))
		return ERR_OCCUPIED;
	if (!is_in_range(space, address) || !aligned(address, BIT(frame->size_bits)))
		return ERR_ARGUMENT;
	if (rights & ~(uint32_t)(RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE))
		return ERR_ARGUMENT;
	if (!space->guest && (rights & RIGHT_WRITE) && (rights & RIGHT_EXECUTE))
		return ERR_ARGUMENT;
	if ((frame->flags & UNTYPED_DEVICE) && (type != MEMORY_DEVICE || (rights & RIGHT_EXECUTE)))
		return ERR_ARGUMENT;
	return rights & ~(uint32_t)frame->rights ? ERR_RIGHTS : OK;
}

/* Fill an entry of which nothing but its absence can be remembered. */
static void fill(struct address_space *space, uint64_t *entry, uint64_t value, uint64_t address,
		 uint8_t size_bits)
{
	pte_write(entry, value);
	if (ABSENCE_IS_REMEMBERED)
		space_invalidate(space, address, size_bits);
}

enum status space_map(struct address_space *space, struct slot *frame, uint64_t address,
		      uint32_t rights, enum memory_type type)
{
	unsigned int level = frame_level(frame);
	unsigned int reached;
	uint64_t *entry;
	enum status status = check_mapping(space, frame, address, rights | RIGHT_READ, type);

	if (status != OK)
		return status;
	entry = walk(space, address, level, &reached);
	if (*entry && !window_is_stale(space, *entry))
		return ERR_OCCUPIED;
	if (reached != level)
		return ERR_TABLE;
	fill(space, entry, pte_leaf(space->guest, level, frame->object, rights, type), address,
	     frame->size_bits);
	record(space, frame, address);
	return OK;
}

enum status space_map_table(struct address_space *space, struct slot *table, uint64_t address)
{
	unsigned int reached;
	uint64_t *entry;

	if (mapped_entry(table))
		return ERR_OCCUPIED;
	if (!is_in_range(space, address))
		return ERR_ARGUMENT;
	entry = walk(space, address, LEVELS - 1, &reached);
	if (reached == LEVELS - 1 || *entry)
		return ERR_OCCUPIED;
	/* What it held in another place, or in an address space that is gone, is not mapped here. */
	memset((void *)table->object, 0, PAGE_SIZE);
	fill(space, entry, pte_table(virt_to_phys((void *)table->object)), address, 0);
	/* Where in the tree it hangs: the start of what its parent's entry covers. */
	record(space, table, align_down(address, BIT(level_bits(reached))));
	return OK;
}

void space_unmap(struct slot *slot)
{
	uint64_t *entry = mapped_entry(slot);

	if (!entry)
		return;
	pte_write(entry, 0);
	space_invalidate(slot->space, slot->data,
			 slot->type == OBJECT_PAGE_TABLE ? 0 : slot->size_bits);
	forget(slot);
}

static enum status target_space(struct invocation *call, cap_t cap, struct address_space **space)
{
	struct slot *slot = NULL;
	enum status status = invocation_slot(call, cap, OBJECT_ADDRESS_SPACE, &slot);

	if (status == ERR_TYPE)
		status = invocation_slot(call, cap, OBJECT_GUEST_SPACE, &slot);
	if (status == OK)
		*space = (struct address_space *)slot->object;
	return status;
}

enum status frame_map(struct invocation *call, cap_t address_space, uint64_t address,
		      uint32_t rights, enum memory_type type)
{
	struct address_space *space = NULL;
	enum status status = target_space(call, address_space, &space);

	return status == OK ? space_map(space, call->slot, address, rights, type) : status;
}

enum status frame_unmap(struct invocation *call)
{
	if (!mapped_entry(call->slot))
		return ERR_STATE;
	space_unmap(call->slot);
	return OK;
}

enum status frame_address(struct invocation *call, uint64_t *physical)
{
	*physical = call->slot->object;
	return OK;
}

enum status page_table_map(struct invocation *call, cap_t address_space, uint64_t address)
{
	struct address_space *space = NULL;
	enum status status = target_space(call, address_space, &space);

	return status == OK ? space_map_table(space, call->slot, address) : status;
}

enum status page_table_unmap(struct invocation *call)
{
	if (!mapped_entry(call->slot))
		return ERR_STATE;
	space_unmap(call->slot);
	return OK;
}
