/* SPDX-License-Identifier: BSD-2-Clause */
/* All registers in which a thread can hold values. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/aarch64.h>

/* Its layout is known to registers_hold() in worker.S. */
struct held {
	uint64_t x[31];
	uint64_t tpidr;
	uint64_t v[64];
};

#define HELD_WORDS (sizeof(struct held) / sizeof(uint64_t))
/* It counts down in x0. */
#define HELD_COUNTER 0

static inline uint64_t held_word(const struct held *held, unsigned int n)
{
	return ((const uint64_t *)held)[n];
}

/* Word `n` is held: those below 31 are x. */
static inline bool held_keeps(unsigned int n)
{
	return n != HELD_COUNTER;
}

/* Who holds the values has them in the registers that are no x. */
static inline bool held_by(const struct held *values, const struct registers *registers)
{
	return registers->tpidr == values->tpidr;
}

/* Holds these values, but for x0, over so many turns of a loop, and stores what they are then. */
void registers_hold(const struct held *values, struct held *stored, uint64_t loops);
