/* SPDX-License-Identifier: BSD-2-Clause */
/* All registers in which a thread can hold values. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/riscv64.h>

/* Its layout is known to registers_hold() in worker.S. */
struct held {
	uint64_t x[32];
	uint64_t f[32];
};

#define HELD_WORDS (sizeof(struct held) / sizeof(uint64_t))
/* It counts down in a0. */
#define HELD_COUNTER 10

static inline uint64_t held_word(const struct held *held, unsigned int n)
{
	return ((const uint64_t *)held)[n];
}

/* Word `n` is held: those below 32 are x, of which x0 is none and x2 the stack pointer. */
static inline bool held_keeps(unsigned int n)
{
	return n != 0 && n != 2 && n != HELD_COUNTER;
}

/* Who holds the values has them in the registers that are no x: there are none but f. */
static inline bool held_by(const struct held *values, const struct registers *registers)
{
	(void)values;
	(void)registers;
	return true;
}

/* Holds these values over so many turns of a loop, and stores what they are then. */
void registers_hold(const struct held *values, struct held *stored, uint64_t loops);
