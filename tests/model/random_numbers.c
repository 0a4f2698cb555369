/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that look random: Knuth's linear congruential generator, without its low bits. */
#include "random_numbers.h"

#define START 0x9e3779b97f4a7c15

static uint64_t state = START;

void random_start(uint64_t seed)
{
	state = START ^ seed << 32;
}

uint32_t random_below(uint32_t limit)
{
	state = state * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)((state >> 33) % limit);
}
