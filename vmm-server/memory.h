/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's memory. No guest-physical address becomes a pointer but here. */
#pragma once

#include <stdint.h>

#include <idl/vmm.h>

struct memory {
	/* Guest-physical. */
	uint64_t base;
	uint64_t size;
	/* Where it is mapped in the server. */
	uint8_t *host;
	/* Read-only memory. */
	const struct vmm_rom *roms;
	uint32_t rom_count;
};

/*
 * Where the `size` bytes from guest-physical `address` are in the server; NULL unless all of them
 * are memory that can be written.
 */
void *memory_range(const struct memory *memory, uint64_t address, uint64_t size);

/* The same for bytes that are only read: they may lie in a ROM as well. */
const void *memory_readable(const struct memory *memory, uint64_t address, uint64_t size);
