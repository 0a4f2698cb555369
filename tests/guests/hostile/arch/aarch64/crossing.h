/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that a program can hold in registers which it shares with whoever else runs on the core, as one
 * structure, for the guest (leaks.c) and the server (leak-server.c) that look for each other's values.
 */
#pragma once

/* Offsets in struct crossing. */
#define CROSSING_X     0
#define CROSSING_NZCV  248
#define CROSSING_FPCR  256
#define CROSSING_FPSR  264
#define CROSSING_TPIDR 272
#define CROSSING_V     288
#define CROSSING_SIZE  800

/* Bits that are there: rounding and flushing modes, cumulative exceptions, flags. */
#define NZCV_MASK 0xf0000000UL
#define FPCR_MASK 0x07c00000UL
#define FPSR_MASK 0x0800009fUL

/* Bits of what the server has found that it had not put there itself. */
#define FOUND_GENERAL   1U
#define FOUND_FLAGS     2U
#define FOUND_VECTORS   4U
#define FOUND_FLOATING  8U
#define FOUND_TPIDR     16U
#define FOUND_TPIDRRO   32U
#define FOUND_SIGNATURE 64U
#define FOUND_CLASSES   7

#ifndef __ASSEMBLER__

#include <stdint.h>

struct crossing {
	uint64_t x[31];
	uint64_t nzcv;
	uint64_t fpcr;
	uint64_t fpsr;
	uint64_t tpidr;
	uint64_t unused;
	uint64_t v[64];
};

/* A value for each place and round; no two are the same, and none is 0. The finalizer of SplitMix64. */
static inline uint64_t crossing_value(uint64_t seed, uint64_t place)
{
	uint64_t value = seed + place * 0x9e3779b97f4a7c15UL;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9UL;
	value = (value ^ value >> 27) * 0x94d049bb133111ebUL;
	return value ^ value >> 31;
}

static inline void crossing_fill(struct crossing *crossing, uint64_t seed)
{
	for (uint64_t i = 0; i < 31; i++)
		crossing->x[i] = crossing_value(seed, i);
	for (uint64_t i = 0; i < 64; i++)
		crossing->v[i] = crossing_value(seed, 64 + i);
	crossing->nzcv = crossing_value(seed, 32) & NZCV_MASK;
	crossing->fpcr = crossing_value(seed, 33) & FPCR_MASK;
	crossing->fpsr = crossing_value(seed, 34) & FPSR_MASK;
	crossing->tpidr = crossing_value(seed, 35);
}

#endif
