/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exits of all kinds that a guest can make: a hypercall, a load and a store of a device, one that is not naturally aligned, one
 * that is atomic, a load where nothing is, and a CSR that guests do not have.
 */
#include <bench_board.h>
#include <sbi.h>
#include <storm.h>

#define EXITS 7
/* Guest-physical. */
#define NOTHING 0x0b000000

/* Exceptions go on behind what made them: exits_vectors.S. */
extern const char exits_vector[];

const char storm_name[] = "exits";

void storm_start(void)
{
	__asm__ volatile("csrw stvec, %0" ::"r"(exits_vector));
}

uint32_t storm_once(void)
{
	sbi_call(SBI_BASE, SBI_BASE_SPEC_VERSION, 0, 0, 0);
	__asm__ volatile(".option push\n\t"
			 ".option norvc\n\t"
			 "lbu t0, %2(%0)\n\t"
			 "sb zero, %3(%0)\n\t"
			 "lhu t0, 3(%0)\n\t"
			 "amoadd.w t0, zero, (%0)\n\t"
			 "lw t0, 0(%1)\n\t"
			 "csrr t0, hpmcounter3\n\t"
			 ".option pop" ::"r"((uint64_t)UART),
			 "r"((uint64_t)NOTHING), "i"(UART_LSR), "i"(UART_SCR)
			 : "t0", "t1", "memory");
	return EXITS;
}
