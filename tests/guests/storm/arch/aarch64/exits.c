/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exits of all kinds that a guest can make: a hypercall (PSCI_VERSION), a load and a store of a
 * device, a load that the hardware does not decode, one where nothing is, and a trapped register.
 */
#include <bench_board.h>
#include <storm.h>

#define EXITS 6
/* Guest-physical. */
#define NOTHING 0x0b000000

/* Exceptions go on behind what made them: exits_vectors.S. */
extern const char exits_vectors[];

const char storm_name[] = "exits";

void storm_start(void)
{
	__asm__ volatile("msr vbar_el1, %0\n\tisb" ::"r"(exits_vectors));
}

uint32_t storm_once(void)
{
	register uint64_t function __asm__("x0") = PSCI_VERSION;

	__asm__ volatile("hvc #0" : "+r"(function)::"x1", "x2", "x3", "memory");
	__asm__ volatile("ldr w9, [%0]\n\t"
			 "str %w1, [%2]\n\t"
			 "ldp w9, w10, [%0]\n\t"
			 "ldr w9, [%3]\n\t"
			 "mrs x9, id_aa64pfr0_el1" ::"r"((uint64_t)UART + UARTFR),
			 "r"(UARTIFLS_RESET), "r"((uint64_t)UART + UARTIFLS), "r"((uint64_t)NOTHING)
			 : "x9", "x10", "memory");
	return EXITS;
}
