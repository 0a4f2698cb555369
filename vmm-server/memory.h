/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's memory. No guest-physical address becomes a pointer but here. */
#pragma once

#include <stdint.h>

struct memory {
	/* Guest-physical. */
	uint64_t base;
	uint64_t size;
	/* Where it is mapped in the server. */
	uint8_t *host;
};

/*
 * Where the `size` bytes from guest-physical `address` are in the server; NULL unless all of them
 * are memory.
 */
void *memory_range(const struct memory *memory, uint64_t address, uint64_t size);
