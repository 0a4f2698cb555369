/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest is to find at each encoding of MRS and MSR (Arm ARM C5.3 and D24, IHI 0069 12.2 for the
 * interrupt controller's), with the features that Cloister shows. What is not in the table is UNDEFINED.
 */
#pragma once

#include <stdint.h>

/* The instruction MSR with X0; of MRS one bit more is set. C5.1.2 */
#define MSR_WORD(op0, op1, crn, crm, op2) \
	(0xd5000000U | (op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define MRS_BIT (1U << 21)

enum register_kind {
	/* Reads as `value`, under `mask`; writes are UNDEFINED. */
	REGISTER_FIXED,
	/* What is written to the bits of `mask` is read. Others stay as they are: the walk depends on them. */
	REGISTER_STATE,
	/* Reads as zero, ignores writes. */
	REGISTER_INERT,
	/* Reads as anything; writes are UNDEFINED. */
	REGISTER_MOVES,
	/* Reads as anything; takes writes. */
	REGISTER_CLOCK,
	/* Takes writes; reads are UNDEFINED. */
	REGISTER_ORDER,
	/* UNDEFINED at EL1. At EL0 a trap that EL1 has not allowed may come first. */
	REGISTER_HIDDEN,
	/* No attempt is made. */
	REGISTER_EXEMPT,
};

/* What comes of MRS at EL0. */
enum register_user {
	USER_UNDEFINED,
	/* The same as at EL1. */
	USER_READS,
	/* EL1 could allow it, and does not after a reset. */
	USER_TRAPS,
};

struct register_rule {
	/* MSR of the first encoding, and of the last. */
	uint32_t first;
	uint32_t last;
	const char *name;
	enum register_kind kind;
	enum register_user user;
	uint64_t mask;
	uint64_t value;
	/* Why it does not count as specified. */
	const char *reason;
};

/* The last one has no name. */
extern const struct register_rule register_rules[];
