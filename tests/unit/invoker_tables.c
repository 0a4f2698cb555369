/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker: what is mapped, in the kernel's tables and in the specification.
 */
#include "invoker.h"

#include <address_space.h>

static const uint64_t *entry_in(const uint64_t *table, unsigned int level, uint64_t address)
{
	return &table[address >> (HUGE_BITS - TABLE_BITS * level) & (TABLE_ENTRIES - 1)];
}

/* The kernel's entry at the place of one of the specification. */
static uint64_t find(const struct spec_entry *entry)
{
	const uint64_t *table = space_table(invoker_object(entry->space));
	uint64_t found = *entry_in(table, 0, entry->address);

	for (unsigned int level = 0; level < entry->level; level++) {
		if (!pte_is_table(found, level))
			invoker_differ("no table above %#lx", entry->address);
		table = phys_to_virt(pte_address(found));
		found = *entry_in(table, level + 1, entry->address);
	}
	return found;
}

static void compare_entry(const struct spec_entry *entry)
{
	struct address_space *space = invoker_object(entry->space);
	uint64_t found = find(entry);
	uint64_t wanted = 0;

	switch (entry->kind) {
	case SPEC_TABLE:
		wanted = pte_table(entry->table->address);
		break;
	case SPEC_FRAME:
		wanted = pte_leaf(space->guest, entry->level, entry->physical, entry->rights,
				  entry->type);
		break;
	default:
		if (window_at(space, entry->address) != &space->windows[entry->window])
			invoker_differ("no window at %#lx", entry->address);
		return;
	}
	if (found != wanted)
		invoker_differ("the entry at %#lx is %#lx, not %#lx", entry->address, found,
			       wanted);
}

/* How much there is in a table and below, without what windows left that are clear. */
static unsigned int count(struct address_space *space, const uint64_t *table, unsigned int level)
{
	unsigned int all = 0;

	for (unsigned int i = 0; i < TABLE_ENTRIES; i++) {
		if (!table[i] || (level == LEVELS - 1 && window_is_stale(space, table[i])))
			continue;
		all++;
		if (pte_is_table(table[i], level))
			all += count(space, phys_to_virt(pte_address(table[i])), level + 1);
	}
	return all;
}

void invoker_compare_tables(void)
{
	unsigned int wanted = 0, found = 0;

	for (unsigned int i = 0; i < spec.entries; i++) {
		if (spec.entry[i].kind == SPEC_NOTHING)
			continue;
		compare_entry(&spec.entry[i]);
		wanted++;
	}
	for (unsigned int i = 0; i < spec.objects; i++) {
		const struct spec_object *object = &spec.object[i];

		if (object->type == OBJECT_ADDRESS_SPACE || object->type == OBJECT_GUEST_SPACE)
			found += count(invoker_object(object), space_table(invoker_object(object)),
				       0);
	}
	if (found != wanted)
		invoker_differ("%u things are mapped, not %u", found, wanted);
}
