/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every encoding of SYS and SYSL (op0 1; C5.1.3), with several operands: maintenance of caches, translations and
 * tags, address translation, prediction restriction, and what is nothing.
 */
#include "attempt.h"
#include "hostile.h"

const char hostile_name[] = "instructions";

#define ENCODINGS      0x4000U
#define ENCODING_SHIFT 5
#define SYS_X0         0xd5080000U
#define SYSL_BIT       (1U << 21)

#define CLASS_DATA_ABORT 0x25

/* Nothing is at the last address; the UART and memory are at the others. */
static const uint64_t operands[] = { UINT64_MAX, 0x09000000, 0x40300000 };

/* Each is done, UNDEFINED, or aborts at its address; which of these is the processor's choice for most. */
static void walk(uint32_t word, uint64_t operand)
{
	struct attempt attempt = { .x = { operand } };

	attempt_words(&attempt, &word, 1, AT_EL1);
	hostile_judge(attempt_done(&attempt) || attempt.cause == CAUSE_UNDEFINED ||
			      (CLASS_OF(attempt.cause) == CLASS_DATA_ABORT &&
			       (attempt.address ^ operand) < 4096),
		      "%x with %lx: cause %lx, address %lx", word, (unsigned long)operand,
		      (unsigned long)attempt.cause, (unsigned long)attempt.address);
}

void hostile_attack(void)
{
	attempt_start();
	for (uint32_t i = 0; i < ENCODINGS; i++) {
		walk(SYS_X0 + SYSL_BIT + (i << ENCODING_SHIFT), 0);
		for (unsigned int j = 0; j < sizeof(operands) / sizeof(operands[0]); j++)
			walk(SYS_X0 + (i << ENCODING_SHIFT), operands[j]);
	}
}
