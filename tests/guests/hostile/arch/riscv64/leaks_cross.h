/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that a guest can hold in unprivileged registers, as one structure. */
#pragma once

/* Offsets in struct crossing. */
#define CROSSING_X    0
#define CROSSING_F    256
#define CROSSING_FCSR 512
#define CROSSING_V    528

#define VECTOR_BYTES_MAX 32

#ifndef __ASSEMBLER__

#include <stdint.h>

struct crossing {
	/* x0 to x31, of which some are not looked at: the zero, the stack's, and what the loop uses. */
	uint64_t x[32];
	uint64_t f[32];
	uint64_t fcsr;
	uint64_t unused;
	/* v0 to v31, one behind the other. */
	uint8_t v[32 * VECTOR_BYTES_MAX];
};

/* Fills the registers from one, loads the word at an address, turns in a loop, and keeps in another what is in them then. */
void cross(const struct crossing *before, struct crossing *after, uint64_t address,
	   uint64_t rounds);
void cross_with_vectors(const struct crossing *before, struct crossing *after, uint64_t address,
			uint64_t rounds);

#endif
