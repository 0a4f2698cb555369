/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MMU and the caches, on and off. What is translated is where it is without the MMU, but for what is named here;
 * of devices and memory the first two GiB, and the last one of 40 bits of addresses.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Where the tables of level 2 lie that translate these. */
#define TABLE_IN_UART    0x2000000000UL
#define TABLE_IN_GIC     0x2040000000UL
#define TABLE_IN_NOTHING 0x2080000000UL
#define TABLE_BEHIND     0x20c0000000UL

/*
 * For EL0: what is at an address is so far behind it too, where EL1 cannot execute; of devices and memory the first two GiB, and
 * a table of level 2 for each place above.
 */
#define USER_OFFSET 0x4000000000UL

struct translation_mode {
	const char *name;
	/* SCTLR_EL1: M, C, I. */
	uint64_t control;
	bool translates;
};

/* From each to the next without anything between them. */
extern const struct translation_mode translation_modes[];

/* Makes the tables. */
void translation_start(void);

void translation_set(const struct translation_mode *mode);
