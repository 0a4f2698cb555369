/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single attempts: a few instructions, in S-mode or U-mode, with values in a0 to a7, ended by whichever comes
 * first of the END behind them and another exception.
 */
#pragma once

/* EBREAK: how an attempt ends that makes no other exception. */
#define END_WORD  0x00100073
#define END_CAUSE 3

#define MRET_WORD 0x30200073

/* Offsets in struct attempt. */
#define ATTEMPT_CAUSE   64
#define ATTEMPT_ADDRESS 72
#define ATTEMPT_WHERE   80
#define ATTEMPT_STATE   88

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stdint.h>

/* sstatus ("Supervisor Status Register"): SPP at the beginning of an attempt; floating point and vectors on. */
#define AT_USER       0UL
#define AT_SUPERVISOR (1UL << 8)
#define SSTATUS_VS    (3UL << 9)
#define SSTATUS_FS    (3UL << 13)

/* scause ("Supervisor Cause Register"). */
#define CAUSE_FETCH_MISALIGNED 0
#define CAUSE_FETCH_ACCESS     1
#define CAUSE_ILLEGAL          2
#define CAUSE_LOAD_MISALIGNED  4
#define CAUSE_LOAD_ACCESS      5
#define CAUSE_STORE_MISALIGNED 6
#define CAUSE_STORE_ACCESS     7
#define CAUSE_USER_CALL        8
#define CAUSE_FETCH_PAGE       12
#define CAUSE_LOAD_PAGE        13
#define CAUSE_STORE_PAGE       15

struct attempt {
	uint64_t a[8];
	/* scause, stval, sepc and sstatus at the end. */
	uint64_t cause;
	uint64_t address;
	uint64_t where;
	uint64_t state;
};

/* Does what is at `code`, in this mode. */
void attempt_run(struct attempt *attempt, const void *code, uint64_t mode);

/* The same with instructions that are written for it; END is put behind them. */
void attempt_words(struct attempt *attempt, const uint32_t *words, unsigned int count,
		   uint64_t mode);

/* Whether it came to its end. */
static inline bool attempt_done(const struct attempt *attempt)
{
	return attempt->cause == END_CAUSE;
}

/* Whether it made an illegal instruction exception, which tells the instruction or nothing; for MRET QEMU tells another one. */
static inline bool attempt_illegal(const struct attempt *attempt, uint32_t word)
{
	return attempt->cause == CAUSE_ILLEGAL &&
	       (attempt->address == 0 || attempt->address == word || word == MRET_WORD);
}

/* Sets the vector; floating point and vectors are allowed from here on, and no interrupt comes. */
void attempt_start(void);

/* For stvec. */
extern const char attempt_vector[];

#endif
