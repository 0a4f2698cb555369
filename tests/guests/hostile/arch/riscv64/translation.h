/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translation, off and on in each of the modes that the processor has. What is translated is where it is without, but for
 * what is named here; of devices and memory the first three GiB, and the last one of 41 bits of addresses.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Where the next tables lie that translate these. */
#define TABLE_IN_UART    0x3000000000UL
#define TABLE_IN_PLIC    0x3040000000UL
#define TABLE_IN_NOTHING 0x3080000000UL
#define TABLE_BEHIND     0x30c0000000UL
/* Where the last GiB of guest-physical addresses is seen. */
#define LAST_GIB 0x3fc0000000UL

/* For U-mode: what is at an address is so far behind it too. */
#define USER_OFFSET 0x2000000000UL

struct translation_mode {
	const char *name;
	/* satp.MODE; 0: off. */
	uint64_t mode;
	/* ASID and whether it is fenced before it is used. */
	uint64_t asid;
	bool fenced;
};

/* From each to the next without anything between them. */
extern const struct translation_mode translation_modes[];

/* Makes the tables. */
void translation_start(void);

/* False if the processor has no such mode: then it is as before. */
bool translation_set(const struct translation_mode *mode);
