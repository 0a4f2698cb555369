/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single attempts: a few instructions, at EL1 or EL0, with values in x0 to x7, ended by whichever comes
 * first of the END behind them and an exception.
 */
#pragma once

/* SVC with an immediate of its own: how an attempt ends that makes no exception. */
#define END_IMMEDIATE 0x5eed
#define END_WORD      (0xd4000001 | END_IMMEDIATE << 5)
#define END_CAUSE     (0x15UL << 26 | 1UL << 25 | END_IMMEDIATE)

/* Offsets in struct attempt. */
#define ATTEMPT_CAUSE   64
#define ATTEMPT_ADDRESS 72
#define ATTEMPT_WHERE   80
#define ATTEMPT_STATE   88
#define ATTEMPT_VECTOR  96

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* SPSR_EL1 at the beginning of an attempt: all masked but debug exceptions. C5.2.19 */
#define AT_EL0 0x1c0UL
#define AT_EL1 0x1c5UL

/* Offsets of vectors. D1.3.1.5 */
#define VECTOR_SAME_SYNC  0x200
#define VECTOR_LOWER_SYNC 0x400

/* ESR_EL1 (D24.2.40). */
#define CLASS_OF(cause)   ((cause) >> 26)
#define CAUSE(class, iss) ((uint64_t)(class) << 26 | 1UL << 25 | (iss))
#define CAUSE_UNDEFINED   CAUSE(0x00, 0)

struct attempt {
	uint64_t x[8];
	/* ESR_EL1, FAR_EL1, ELR_EL1, SPSR_EL1 and the vector's offset at the end. */
	uint64_t cause;
	uint64_t address;
	uint64_t where;
	uint64_t state;
	uint64_t vector;
};

/* Does what is at `code`, from this PSTATE on. */
void attempt_run(struct attempt *attempt, const void *code, uint64_t state);

/* The same with instructions that are written for it; END is put behind them. */
void attempt_words(struct attempt *attempt, const uint32_t *words, unsigned int count,
		   uint64_t state);

/* Whether it came to its end. */
static inline bool attempt_done(const struct attempt *attempt)
{
	return attempt->cause == END_CAUSE;
}

/* Sets the vectors; floating point is allowed from here on. */
void attempt_start(void);

/* The exception vectors. */
extern const char attempt_vectors[];

#endif
