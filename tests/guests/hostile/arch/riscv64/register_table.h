/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest is to find at each of the 4,096 numbers of CSRs (Privileged Architecture, "CSR Listing"), with the
 * extensions that Cloister shows. A number that is not in the table is an illegal instruction.
 */
#pragma once

#include <stdint.h>

enum register_kind {
	/* Reads as `value`, under `mask`; writes are illegal. */
	REGISTER_FIXED,
	/* What is written to the bits of `mask` is read. Others stay as they are: the walk depends on them. */
	REGISTER_STATE,
	/* Reads as anything; takes writes. */
	REGISTER_CLOCK,
	/* Reads as anything; no write is attempted. */
	REGISTER_READ,
};

/* With which extension it is there. */
enum register_extension {
	EXTENSION_ALL,
	/* What is not there is illegal, at all of the extension's numbers or at none. */
	EXTENSION_V,
	EXTENSION_SSTC,
	EXTENSIONS,
};

/* What comes of reading it in U-mode. */
enum register_user {
	USER_ILLEGAL,
	/* The same as in S-mode. */
	USER_READS,
	/* S-mode can allow it or not. */
	USER_EITHER,
};

struct register_rule {
	uint32_t number;
	const char *name;
	enum register_kind kind;
	enum register_extension extension;
	enum register_user user;
	uint64_t mask;
	uint64_t value;
	/* Why it does not count as specified. */
	const char *reason;
};

/* The last one has no name. */
extern const struct register_rule register_rules[];

/* A register of each extension, which says whether it is there. */
extern const uint32_t register_witness[EXTENSIONS];
