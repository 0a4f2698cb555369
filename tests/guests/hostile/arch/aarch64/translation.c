/* SPDX-License-Identifier: BSD-2-Clause */
#include "translation.h"
#include "modes.h"

#include <bench_board.h>

#define GIB        (1UL << 30)
#define MEMORY_END 0x40400000UL
#define HOLE       0x0b000000UL

/* D8.3, D24.2: 40 bits from TTBR0, 4 KiB granule, from level 0 on; all but MAIR's attributes. */
#define TCR  (24UL | 0x35UL << 8 | 25UL << 16 | 0x35UL << 24 | 2UL << 30 | 2UL << 32)
#define MAIR 0xff00UL

#define TABLE   3UL
#define BLOCK   (1UL | 1UL << 10 | 3UL << 8)
#define NORMAL  (1UL << 2)
#define USER    (1UL << 6)
#define ENTRIES 512

#define SCTLR_M 1UL
#define SCTLR_C (1UL << 2)
#define SCTLR_I (1UL << 12)

const struct translation_mode translation_modes[] = {
	{ "all off", 0, false },
	{ "caches on", SCTLR_C | SCTLR_I, false },
	{ "MMU and caches on", SCTLR_M | SCTLR_C | SCTLR_I, true },
	{ "MMU on", SCTLR_M, true },
	{ "data cache on", SCTLR_C, false },
	{ "MMU and instruction cache on", SCTLR_M | SCTLR_I, true },
	{ "MMU and data cache on", SCTLR_M | SCTLR_C, true },
	{ "all off again", 0, false },
};
const unsigned int translation_modes_count =
	sizeof(translation_modes) / sizeof(translation_modes[0]);

/* Level 0, and level 1 of each of its two entries: 2^39 bytes each. */
static uint64_t level0[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level1[2][ENTRIES] __attribute__((aligned(4096)));

static void set_gib(uint64_t address, uint64_t entry)
{
	level1[address >> 39][address / GIB % ENTRIES] = entry;
}

void translation_start(void)
{
	level0[0] = (uint64_t)(uintptr_t)level1[0] | TABLE;
	level0[1] = (uint64_t)(uintptr_t)level1[1] | TABLE;
	set_gib(0, BLOCK);
	set_gib(GIB, GIB | BLOCK | NORMAL);
	set_gib((1UL << 40) - GIB, ((1UL << 40) - GIB) | BLOCK);
	set_gib(TABLE_IN_UART, UART | TABLE);
	set_gib(TABLE_IN_GIC, GICD | TABLE);
	set_gib(TABLE_IN_NOTHING, HOLE | TABLE);
	set_gib(TABLE_BEHIND, MEMORY_END | TABLE);
	set_gib(USER_OFFSET, BLOCK | USER);
	set_gib(USER_OFFSET + GIB, GIB | BLOCK | NORMAL | USER);
	__asm__ volatile("msr mair_el1, %0\n\t"
			 "msr tcr_el1, %1\n\t"
			 "msr ttbr0_el1, %2\n\t"
			 "dsb sy\n\t"
			 "tlbi vmalle1\n\t"
			 "dsb sy\n\t"
			 "isb" ::"r"(MAIR),
			 "r"(TCR), "r"(level0)
			 : "memory");
}

void translation_set(const struct translation_mode *mode)
{
	uint64_t control;

	__asm__ volatile("mrs %0, sctlr_el1" : "=r"(control));
	control &= ~(SCTLR_M | SCTLR_C | SCTLR_I);
	__asm__ volatile("msr sctlr_el1, %0\n\tisb" ::"r"(control | mode->control) : "memory");
}
