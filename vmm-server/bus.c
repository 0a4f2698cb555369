/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bus: from a guest-physical address to a device, by binary search in a sorted array of
 * regions.
 */
#include <stddef.h>

#include <bus.h>

/* Index of the first region whose base is above `address`. */
static uint32_t bus_above(const struct bus *bus, uint64_t address)
{
	uint32_t low = 0;
	uint32_t high = bus->count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (bus->regions[middle].base <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool bus_add(struct bus *bus, const struct region *region)
{
	uint64_t last = region->base + region->size - 1;
	uint32_t place = bus_above(bus, region->base);

	if (bus->count == BUS_REGIONS_MAX || !region->size || last < region->base)
		return false;
	if (place > 0 && region->base - bus->regions[place - 1].base < bus->regions[place - 1].size)
		return false;
	if (place < bus->count && bus->regions[place].base <= last)
		return false;
	for (uint32_t i = bus->count; i > place; i--)
		bus->regions[i] = bus->regions[i - 1];
	bus->regions[place] = *region;
	bus->count++;
	return true;
}

const struct region *bus_find(const struct bus *bus, uint64_t address, uint32_t size)
{
	uint32_t above = bus_above(bus, address);
	const struct region *region;
	uint64_t offset;

	if (above == 0)
		return NULL;
	region = &bus->regions[above - 1];
	offset = address - region->base;
	if (offset >= region->size || size > region->size - offset)
		return NULL;
	return region;
}

bool bus_access(const struct bus *bus, uint64_t address, struct access *access)
{
	const struct region *region = bus_find(bus, address, access->size);

	if (!region)
		return false;
	access->offset = address - region->base;
	if (!region->access(region->device, access))
		return false;
	access->value &= UINT64_MAX >> (64 - 8 * access->size);
	return true;
}
