/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reset as soon as the guest runs (PSCI, Arm DEN 0022, 5.11). Each takes the record with it: the
 * machine's log counts them.
 */
#include <bench_board.h>
#include <storm.h>

const char storm_name[] = "resets";

void storm_start(void)
{
}

uint32_t storm_once(void)
{
	register uint64_t function __asm__("x0") = PSCI_SYSTEM_RESET;

	__asm__ volatile("hvc #0" : "+r"(function)::"x1", "x2", "x3", "memory");
	return 1;
}
