/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's memory: the one place where the range of a guest-physical address is checked. */
#include <stdbool.h>
#include <stddef.h>

#include <memory.h>

static bool memory_holds(uint64_t base, uint64_t length, uint64_t address, uint64_t size)
{
	uint64_t offset = address - base;

	/* In this order nothing overflows: below the base, the offset is above any size. */
	return address >= base && offset <= length && size <= length - offset;
}

void *memory_range(const struct memory *memory, uint64_t address, uint64_t size)
{
	if (!memory_holds(memory->base, memory->size, address, size))
		return NULL;
	return memory->host + (address - memory->base);
}

const void *memory_readable(const struct memory *memory, uint64_t address, uint64_t size)
{
	for (uint32_t i = 0; i < memory->rom_count; i++) {
		const struct vmm_rom *rom = &memory->roms[i];

		if (memory_holds(rom->address, rom->size, address, size))
			return (const uint8_t *)(uintptr_t)rom->source + (address - rom->address);
	}
	return memory_range(memory, address, size);
}
