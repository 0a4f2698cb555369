/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation tables of processes and guests. A mapping belongs to a capability (its slot says where), so
 * undoing it needs no search; an entry that is no longer this capability's is left alone.
 */
#include <address_space.h>
#include <kernel_dispatch.h>

void space_init(struct address_space *space, bool guest)
{
	space->guest = guest;
	space->table = virt_to_phys(space_table(space));
	list_init(&space->mappings);
	arch_space_init(space);
}

static void forget(struct slot *slot)
{
	list_remove(&slot->mapped);
	slot->space = NULL;
	slot->data = 0;
}

void space_destroy(struct address_space *space)
{
	while (!list_empty(&space->mappings))
		forget(container_of(space->mappings.next, struct slot, mapped));
	arch_space_destroy(space);
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

static void record(struct address_space *space, struct slot *slot, uint64_t address)
{
	slot->space = space;
	slot->data = address;
	list_insert(&space->mappings, &slot->mapped);
}

static enum status check_mapping(const struct address_space *space, const struct slot *frame,
				 uint64_t address, uint32_t rights, enum memory_type type)
{
	if (frame->space)
		return ERR_OCCUPIED;
	if (address >> SPACE_BITS || !aligned(address, BIT(frame->size_bits)))
		return ERR_ARGUMENT;
	if (rights & ~(uint32_t)(RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE))
		return ERR_ARGUMENT;
	if (!space->guest && (rights & RIGHT_WRITE) && (rights & RIGHT_EXECUTE))
		return ERR_ARGUMENT;
	if ((frame->flags & UNTYPED_DEVICE) && (type != MEMORY_DEVICE || (rights & RIGHT_EXECUTE)))
		return ERR_ARGUMENT;
	return rights & ~(uint32_t)frame->rights ? ERR_RIGHTS : OK;
}

enum status space_map(struct address_space *space, struct slot *frame, uint64_t address,
		      uint32_t rights, enum memory_type type)
{
	unsigned int level = (HUGE_BITS - frame->size_bits) / TABLE_BITS;
	unsigned int reached;
	uint64_t *entry;
	enum status status = check_mapping(space, frame, address, rights | RIGHT_READ, type);

	if (status != OK)
		return status;
	entry = walk(space, address, level, &reached);
	if (*entry)
		return ERR_OCCUPIED;
	if (reached != level)
		return ERR_TABLE;
	pte_write(entry, pte_leaf(space->guest, level, frame->object, rights, type));
	record(space, frame, address);
	return OK;
}

enum status space_map_table(struct address_space *space, struct slot *table, uint64_t address)
{
	unsigned int reached;
	uint64_t *entry;

	if (table->space)
		return ERR_OCCUPIED;
	if (address >> SPACE_BITS)
		return ERR_ARGUMENT;
	entry = walk(space, address, LEVELS - 1, &reached);
	if (reached == LEVELS - 1 || *entry)
		return ERR_OCCUPIED;
	pte_write(entry, pte_table(virt_to_phys((void *)table->object)));
	/* Where in the tree it hangs: the start of what its parent's entry covers. */
	record(space, table, align_down(address, BIT(level_bits(reached))));
	return OK;
}

/* The entry that holds this table, or NULL if another is in its place. */
static uint64_t *find_table(struct address_space *space, const struct slot *table)
{
	paddr_t physical = virt_to_phys((void *)table->object);

	for (unsigned int level = 0; level < LEVELS - 1; level++) {
		unsigned int reached;
		uint64_t *entry = walk(space, table->data, level, &reached);

		if (reached != level)
			return NULL;
		if (pte_is_table(*entry, level) && pte_address(*entry) == physical)
			return entry;
	}
	return NULL;
}

void space_unmap(struct slot *slot)
{
	struct address_space *space = slot->space;
	bool is_table = slot->type == OBJECT_PAGE_TABLE;
	uint64_t *entry;

	if (!space)
		return;
	if (is_table) {
		entry = find_table(space, slot);
	} else {
		unsigned int level = (HUGE_BITS - slot->size_bits) / TABLE_BITS;
		unsigned int reached;

		entry = walk(space, slot->data, level, &reached);
		if (reached != level || !*entry || pte_is_table(*entry, level) ||
		    pte_address(*entry) != slot->object)
			entry = NULL;
	}
	if (entry) {
		pte_write(entry, 0);
		arch_space_invalidate(space, slot->data, is_table ? 0 : slot->size_bits);
	}
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
	if (!call->slot->space)
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
	if (!call->slot->space)
		return ERR_STATE;
	space_unmap(call->slot);
	return OK;
}
