/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What there is to do wrong on RISC-V, and what must come of it (Privileged Architecture, "Supervisor
 * Cause Register"): an access fault where nothing is, an illegal instruction where the processor has no
 * such register, "not supported" from the firmware. Sv39 is on, so that virtual addresses differ from
 * physical ones, and the guest's own tables can be what is missing.
 */
#include "attempts.h"
#include "violations.h"

#include <bench_board.h>
#include <sbi.h>

#define FETCH_FAULT 1
#define ILLEGAL     2
#define READ_FAULT  5
#define WRITE_FAULT 7

#define SBI_NOT_SUPPORTED ((uint64_t)-2)

/* Guest-physical addresses where nothing is; the last of 41 bits; the memory's both ends. */
#define HOLE      0x0b000000
#define HOLES     0x20000000
#define LAST_PAGE 0x1fffffff000
#define BELOW     0x7ffffffc
#define BEHIND    0x80400000
/* Where the first and the last GiB of physical addresses are seen too, and where no table is. */
#define ALIAS      0x100000000
#define ALIAS_LAST 0x3fc0000000
#define NO_TABLE   0x3000000000

/* An extension of the experimental ones that there are not, and as many as there are strays. SBI, 4.1 */
#define EXTENSION        0x0800007f
#define STRAY_EXTENSIONS 0x0a000000

/* Sv39 ("Page-Based 39-bit Virtual-Memory System"): V, R, W, X, A, D; V alone is a table. */
#define LEAF       0xcfUL
#define TABLE      1UL
#define ENTRY(pa)  ((uint64_t)(pa) >> 12 << 10)
#define GIB        (1UL << 30)
#define SATP_SV39  (8UL << 60)
#define SATP(root) (SATP_SV39 | (uint64_t)(uintptr_t)(root) >> 12)

const struct site arch_sites[SITES] = {
	{ read_byte, 0, READ_FAULT, MARKER },
	{ read_half, HOLE, READ_FAULT, MARKER },
	{ write_word, HOLE, WRITE_FAULT, MARKER },
	{ read_word, BELOW, READ_FAULT, MARKER },
	{ write_byte, BEHIND, WRITE_FAULT, MARKER },
	{ read_double, ALIAS + HOLE + 8, READ_FAULT, MARKER },
	{ read_word, ALIAS_LAST + LAST_PAGE % GIB, READ_FAULT, MARKER },
	{ read_word, HOLE + 0x11, READ_FAULT, MARKER },
	{ add_atomically, HOLE + 0x20, WRITE_FAULT, MARKER },
	{ read_compressed, HOLE + 0x30, READ_FAULT, MARKER },
	{ read_double, UART, READ_FAULT, MARKER },
	{ load_reserved, UART, READ_FAULT, MARKER },
	{ fetch, HOLE + 0x40, FETCH_FAULT, MARKER },
	{ read_word, NO_TABLE, READ_FAULT, MARKER },
	{ read_hstatus, 0, ILLEGAL, MARKER },
	{ write_vsatp, 0, ILLEGAL, MARKER },
	{ read_hpmcounter, 0, ILLEGAL, MARKER },
	{ load_virtual, HOLE, ILLEGAL, MARKER },
	{ call_firmware, EXTENSION, NO_TRAP, SBI_NOT_SUPPORTED },
	{ call_firmware, UINT64_MAX, NO_TRAP, SBI_NOT_SUPPORTED },
};

void arch_start(void)
{
	static uint64_t table[512] __attribute__((aligned(4096)));

	table[0] = ENTRY(0) | LEAF;
	table[1] = ENTRY(GIB) | LEAF;
	table[2] = ENTRY(2 * GIB) | LEAF;
	table[ALIAS / GIB] = ENTRY(0) | LEAF;
	table[ALIAS_LAST / GIB] = ENTRY(LAST_PAGE / GIB * GIB) | LEAF;
	table[NO_TABLE / GIB] = ENTRY(HOLE) | TABLE;
	__asm__ volatile("csrw stvec, %0\n\t"
			 "sfence.vma\n\t"
			 "csrw satp, %1\n\t"
			 "sfence.vma" ::"r"(vector),
			 "r"(SATP(table))
			 : "memory");
}

uint64_t arch_emulated(void)
{
	uint64_t first = store_and_load(UART + UART_SCR, 0xa5);
	uint64_t second = store_and_load(ALIAS + UART + UART_SCR, 0x5a);

	return (first ^ 0xa5) | (second ^ 0x5a);
}

bool arch_tells_address(uint64_t cause)
{
	return cause != ILLEGAL;
}

struct site arch_stray(uint64_t number)
{
	const struct site strays[] = {
		{ read_word, HOLES + 16 * number, READ_FAULT, MARKER },
		{ write_word, HOLES + 16 * number, WRITE_FAULT, MARKER },
		{ call_firmware, STRAY_EXTENSIONS + number, NO_TRAP, SBI_NOT_SUPPORTED },
		{ fetch, HOLES + 16 * number, FETCH_FAULT, MARKER },
	};

	return strays[number % (sizeof(strays) / sizeof(strays[0]))];
}

void arch_put(char c)
{
	while (!(*(volatile uint8_t *)(UART + UART_LSR) & LSR_THR_EMPTY))
		continue;
	*(volatile uint8_t *)UART = (uint8_t)c;
}

void arch_power_off(void)
{
	sbi_call(SBI_SRST, 0, SBI_SRST_SHUTDOWN, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}
