/* SPDX-License-Identifier: BSD-2-Clause */
/* Values that look like none other. */
#pragma once

#include <stdint.h>

#define VALUES_STEP 0x9e3779b97f4a7c15UL

/* The finalizer of SplitMix64: each bit of the result depends on each of the value. */
static inline uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9UL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebUL;
	return value ^ value >> 31;
}

/* A value for each place and round; no two are the same, and none is 0. */
static inline uint64_t value_of(uint64_t seed, uint64_t place)
{
	return mix(seed + place * VALUES_STEP);
}
