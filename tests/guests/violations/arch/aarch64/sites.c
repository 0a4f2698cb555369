/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What there is to do wrong on AArch64, and what must come of it (Arm ARM D1.3 and D24.2.40): a
 * synchronous external abort where nothing is, an undefined instruction where the processor has no
 * such register, "not supported" from the firmware. The MMU is on, so that virtual addresses differ
 * from physical ones, and the guest's own tables can be what is missing.
 */
#include "attempts.h"
#include "violations.h"

#include <bench_board.h>

/*
 * ESR_EL1 of exceptions of EL1 itself: class, IL, and of aborts external (0x10; on a walk's level 1,
 * where that of 39 bits begins, 0x15) and WnR.
 */
#define CAUSE(class, iss) ((uint64_t)(class) << 26 | 1U << 25 | (iss))
#define UNDEFINED         CAUSE(0x00, 0)
#define FETCH_ABORT       CAUSE(0x21, 0x10)
#define READ_ABORT        CAUSE(0x25, 0x10)
#define WRITE_ABORT       CAUSE(0x25, 0x50)
#define WALK_ABORT        CAUSE(0x25, 0x15)
#define IS_ABORT(cause)   ((cause) >> 26 != 0)

/* SMCCC (Arm DEN 0028, 7.1). */
#define NOT_SUPPORTED ((uint64_t)-1)

/* Of the PL011, Arm DDI 0183, 3.3: registers of 16 and of 6 bits, side by side. */
#define UARTIBRD 0x24
#define UARTFBRD 0x28

/* Guest-physical addresses where nothing is; the last of 40 bits; the memory's both ends. */
#define HOLE      0x0b000000
#define HOLES     0x10000000
#define LAST_PAGE 0xfffffff000
#define BELOW     0x3ffffffc
#define BEHIND    0x40400000
/* Where the first and the last GiB of physical addresses are seen too, and where no table is. */
#define ALIAS      0x80000000
#define ALIAS_LAST 0x7fc0000000
#define NO_TABLE   0xffffff8000000000

/* Functions of owners that have none; the low half of a stray's never is that of a question. */
#define HVC_FUNCTION    0x8400007f
#define SMC_FUNCTION    0xc3000001
#define STRAY_FUNCTIONS 0x87000000

/* Translation, D8.3 and D24.2: 39 bits on both sides, 4 KiB granule, 40-bit physical addresses. */
#define TCR           (25UL | 0x35UL << 8 | 25UL << 16 | 0x35UL << 24 | 2UL << 30 | 2UL << 32)
#define MAIR          0xff00
#define SCTLR_ON      (1UL << 0 | 1UL << 2 | 1UL << 12)
#define BLOCK         (1UL | 1UL << 10 | 3UL << 8)
#define BLOCK_DEVICE  (BLOCK | 0UL << 2)
#define BLOCK_NORMAL  (BLOCK | 1UL << 2)
#define GIB           (1UL << 30)
#define CPACR_ALLOWED (3UL << 20 | 3UL << 16)

const struct site arch_sites[SITES] = {
	{ read_byte, 0, READ_ABORT, MARKER },
	{ read_half, HOLE, READ_ABORT, MARKER },
	{ write_word, HOLE, WRITE_ABORT, MARKER },
	{ read_word, BELOW, READ_ABORT, MARKER },
	{ write_byte, BEHIND, WRITE_ABORT, MARKER },
	{ read_double, ALIAS + HOLE + 8, READ_ABORT, MARKER },
	{ read_word, ALIAS_LAST + LAST_PAGE % GIB, READ_ABORT, MARKER },
	{ read_pair, HOLE + 0x10, READ_ABORT, MARKER },
	{ write_pair, HOLE + 0x20, WRITE_ABORT, MARKER },
	{ read_post_indexed, HOLE + 0x30, READ_ABORT, HOLE + 0x30 },
	{ read_double, UART + UARTFR, READ_ABORT, MARKER },
	{ read_exclusive, UART + UARTFR, READ_ABORT, MARKER },
	{ fetch, HOLE + 0x40, FETCH_ABORT, MARKER },
	{ read_word, NO_TABLE, WALK_ABORT, MARKER },
	{ read_defined_by_nobody, 0, UNDEFINED, MARKER },
	{ write_defined_by_nobody, 0, UNDEFINED, MARKER },
	{ read_monitor, 0, UNDEFINED, MARKER },
	{ use_sve, 0, UNDEFINED, MARKER },
	{ call_hypervisor, HVC_FUNCTION, NO_TRAP, NOT_SUPPORTED },
	{ call_firmware, SMC_FUNCTION, NO_TRAP, NOT_SUPPORTED },
};

static void start_mmu(void)
{
	static uint64_t table[512] __attribute__((aligned(4096)));

	table[0] = BLOCK_DEVICE;
	table[1] = GIB | BLOCK_NORMAL;
	table[ALIAS / GIB] = BLOCK_DEVICE;
	table[ALIAS_LAST / GIB] = LAST_PAGE / GIB * GIB | BLOCK_DEVICE;
	__asm__ volatile("msr mair_el1, %0\n\t"
			 "msr tcr_el1, %1\n\t"
			 "msr ttbr0_el1, %2\n\t"
			 "msr ttbr1_el1, %3\n\t"
			 "tlbi vmalle1\n\t"
			 "dsb sy\n\t"
			 "isb\n\t"
			 "mrs x9, sctlr_el1\n\t"
			 "orr x9, x9, %4\n\t"
			 "msr sctlr_el1, x9\n\t"
			 "isb" ::"r"((uint64_t)MAIR),
			 "r"(TCR), "r"(table), "r"((uint64_t)HOLE), "r"(SCTLR_ON)
			 : "x9", "memory");
}

void arch_start(void)
{
	__asm__ volatile("msr vbar_el1, %0\n\t"
			 "msr cpacr_el1, %1\n\t"
			 "isb" ::"r"(vectors),
			 "r"(CPACR_ALLOWED));
	start_mmu();
}

/* As the first and the second word of a pair. */
#define WORDS(first, second) ((uint64_t)(second) << 32 | (first))

uint64_t arch_emulated(void)
{
	uint64_t pair = store_and_load_pair(UART + UARTIBRD, 0x1234, 0x2a);
	uint64_t word = store_and_load_writeback(ALIAS + UART + UARTFBRD, 0x15);

	return (pair ^ WORDS(0x1234, 0x2a)) | (word ^ 0x15);
}

bool arch_tells_address(uint64_t cause)
{
	return IS_ABORT(cause);
}

struct site arch_stray(uint64_t number)
{
	const struct site strays[] = {
		{ read_word, HOLES + 16 * number, READ_ABORT, MARKER },
		{ write_word, HOLES + 16 * number, WRITE_ABORT, MARKER },
		{ call_hypervisor, STRAY_FUNCTIONS + 4 * number, NO_TRAP, NOT_SUPPORTED },
		{ fetch, HOLES + 16 * number, FETCH_ABORT, MARKER },
	};

	return strays[number % (sizeof(strays) / sizeof(strays[0]))];
}

void arch_put(char c)
{
	while (*(volatile uint32_t *)(UART + UARTFR) & UARTFR_TXFF)
		continue;
	*(volatile uint32_t *)UART = (uint8_t)c;
}

void arch_power_off(void)
{
	call_hypervisor(PSCI_SYSTEM_OFF);
	for (;;)
		__asm__ volatile("wfi");
}
