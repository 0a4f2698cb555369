/* SPDX-License-Identifier: BSD-2-Clause */
/* satp's modes ("Supervisor Address Translation and Protection Register"): one table of GiBs, under as many as a mode wants. */
#include "translation.h"
#include "modes.h"

#include <bench_board.h>

#define GIB        (1UL << 30)
#define MEMORY_END 0x80400000UL
#define HOLE       0x0b000000UL
#define LAST_PAGE  0x1ffc0000000UL

#define SV39 8
#define SV48 9
#define SV57 10

/* V, R, W, X, A, D; V alone is a table. */
#define TABLE     0x01UL
#define LEAF      0xcfUL
#define USER      0x10UL
#define ENTRY(pa) ((uint64_t)(pa) >> 12 << 10)

#define ENTRIES    512
#define MODE_SHIFT 60
#define ASID_SHIFT 44

const struct translation_mode translation_modes[] = {
	{ "off", 0, 0, true },
	{ "Sv39", SV39, 0, true },
	{ "Sv39, another ASID, no fence", SV39, 0xffff, false },
	{ "Sv48", SV48, 1, true },
	{ "off, no fence", 0, 0, false },
	{ "Sv57", SV57, 1, true },
	{ "Sv39 again, no fence", SV39, 1, false },
	{ "off again", 0, 0, true },
};
const unsigned int translation_modes_count =
	sizeof(translation_modes) / sizeof(translation_modes[0]);

/* The first entry of each is the next. */
static uint64_t tables[3][ENTRIES] __attribute__((aligned(4096)));

static void set_gib(uint64_t address, uint64_t entry)
{
	tables[2][address / GIB] = entry;
}

void translation_start(void)
{
	tables[0][0] = ENTRY(tables[1]) | TABLE;
	tables[1][0] = ENTRY(tables[2]) | TABLE;
	for (uint64_t address = 0; address < 3 * GIB; address += GIB) {
		set_gib(address, ENTRY(address) | LEAF);
		set_gib(USER_OFFSET + address, ENTRY(address) | LEAF | USER);
	}
	set_gib(LAST_GIB, ENTRY(LAST_PAGE) | LEAF);
	set_gib(TABLE_IN_UART, ENTRY(UART) | TABLE);
	set_gib(TABLE_IN_PLIC, ENTRY(PLIC) | TABLE);
	set_gib(TABLE_IN_NOTHING, ENTRY(HOLE) | TABLE);
	set_gib(TABLE_BEHIND, ENTRY(MEMORY_END) | TABLE);
}

static uint64_t satp_of(const struct translation_mode *mode)
{
	uint64_t root = mode->mode ? ENTRY(tables[2 - (mode->mode - SV39)]) >> 10 : 0;

	return mode->mode << MODE_SHIFT | mode->asid << ASID_SHIFT | root;
}

/* satp takes a write with a mode that there is not for none at all. */
bool translation_set(const struct translation_mode *mode)
{
	uint64_t satp;

	__asm__ volatile("csrw satp, %1\n\tcsrr %0, satp"
			 : "=r"(satp)
			 : "r"(satp_of(mode))
			 : "memory");
	if (mode->fenced)
		__asm__ volatile("sfence.vma" ::: "memory");
	return satp >> MODE_SHIFT == mode->mode;
}
