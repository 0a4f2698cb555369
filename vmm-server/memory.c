/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's memory: the one place where the range of a guest-physical address is checked. */
#include <stddef.h>

#include <memory.h>

void *memory_range(const struct memory *memory, uint64_t address, uint64_t size)
{
	uint64_t offset = address - memory->base;

	/* In this order nothing overflows: below the base, the offset is above any size. */
	if (address < memory->base || offset > memory->size || size > memory->size - offset)
		return NULL;
	return memory->host + offset;
}
