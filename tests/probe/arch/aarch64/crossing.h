/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that a program can hold in registers which it shares with whoever else runs on the core, as one
 * structure, for those that look for each other's values: a guest (tests/guests/hostile), servers (probe.c), a VMM (tests/kernel).
 */
#pragma once

/* Offsets in struct crossing. */
#define CROSSING_X         0
#define CROSSING_FLAGS     248
#define CROSSING_FPCR      256
#define CROSSING_FPSR      264
#define CROSSING_TPIDR     272
#define CROSSING_TPIDRRO   280
#define CROSSING_SIGNATURE 288
#define CROSSING_V         304
#define CROSSING_SIZE      816

/* Bits that are there: NZCV, DIT and SSBS, rounding and flushing modes, cumulative exceptions. */
#define FLAGS_MASK 0xf1001000UL
#define FPCR_MASK  0x07c00000UL
#define FPSR_MASK  0x0800009fUL

/* Registers of a message (idl/aarch64.idl): what the kernel leaves alone begins behind them. */
#define MESSAGE_REGISTERS 10

/* The classes, by their bits in what crossing_difference() gives. */
#define CLASS_GENERAL   0
#define CLASS_FLAGS     1
#define CLASS_VECTORS   2
#define CLASS_FLOATING  3
#define CLASS_TPIDR     4
#define CLASS_TPIDRRO   5
#define CLASS_SIGNATURE 6
#define CLASSES         7
#define CLASS_NAMES                                                                           \
	{                                                                                     \
		"general", "flags", "v0 to v31", "FPCR and FPSR", "TPIDR_EL0", "TPIDRRO_EL0", \
			"keys"                                                                \
	}

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>
#include "../../distinct_values.h"

struct crossing {
	uint64_t x[31];
	uint64_t flags;
	uint64_t fpcr;
	uint64_t fpsr;
	uint64_t tpidr;
	/* These two are only looked at. What a pointer of 0 is when it is signed: 0, where no key is enabled. */
	uint64_t tpidrro;
	uint64_t signature;
	uint64_t unused;
	uint64_t v[64];
};

static inline void crossing_fill(struct crossing *crossing, uint64_t seed)
{
	for (uint64_t i = 0; i < 31; i++)
		crossing->x[i] = value_of(seed, i);
	for (uint64_t i = 0; i < 64; i++)
		crossing->v[i] = value_of(seed, 64 + i);
	crossing->flags = value_of(seed, 32) & FLAGS_MASK;
	crossing->fpcr = value_of(seed, 33) & FPCR_MASK;
	crossing->fpsr = value_of(seed, 34) & FPSR_MASK;
	crossing->tpidr = value_of(seed, 35);
}

static inline void crossing_copy_message(struct crossing *to, const struct crossing *from)
{
	for (unsigned int i = 0; i < MESSAGE_REGISTERS; i++)
		to->x[i] = from->x[i];
}

static inline bool crossing_same(const uint64_t *a, const uint64_t *b, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* The classes in which two are different; of the general registers those from x`first` to before x`end` count. */
static inline unsigned int crossing_difference_of(const struct crossing *a,
						  const struct crossing *b, unsigned int first,
						  unsigned int end)
{
	bool same[CLASSES] = {
		[CLASS_GENERAL] = crossing_same(a->x + first, b->x + first, end - first),
		[CLASS_FLAGS] = a->flags == b->flags,
		[CLASS_VECTORS] = crossing_same(a->v, b->v, 64),
		[CLASS_FLOATING] = a->fpcr == b->fpcr && a->fpsr == b->fpsr,
		[CLASS_TPIDR] = a->tpidr == b->tpidr,
		[CLASS_TPIDRRO] = a->tpidrro == b->tpidrro,
		[CLASS_SIGNATURE] = a->signature == b->signature,
	};
	unsigned int difference = 0;

	for (unsigned int i = 0; i < CLASSES; i++)
		difference |= (unsigned int)!same[i] << i;
	return difference;
}

/* What a system call must not change. */
static inline unsigned int crossing_difference(const struct crossing *a, const struct crossing *b)
{
	return crossing_difference_of(a, b, MESSAGE_REGISTERS, 31);
}

/* What must not change between two: the program itself has its general registers and flags in use there. */
#define CLASSES_BETWEEN (~(1U << CLASS_GENERAL | 1U << CLASS_FLAGS))

#endif
