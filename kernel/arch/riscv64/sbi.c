/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls to the firmware: extension in a7, function in a6; it answers in a0 and a1 and keeps all else ("Binary Encoding").
 */
#include <arch/sbi.h>

#define EXTENSION_TIME 0x54494d45UL
#define EXTENSION_SRST 0x53525354UL
#define TIME_SET_TIMER 0UL
#define SRST_RESET     0UL
#define SRST_NO_REASON 0UL

static uint64_t call(uint64_t extension, uint64_t function, uint64_t argument0, uint64_t argument1)
{
	register uint64_t a0 __asm__("a0") = argument0;
	register uint64_t a1 __asm__("a1") = argument1;
	register uint64_t a6 __asm__("a6") = function;
	register uint64_t a7 __asm__("a7") = extension;

	__asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
	return a0;
}

void sbi_set_timer(uint64_t when)
{
	call(EXTENSION_TIME, TIME_SET_TIMER, when, 0);
}

uint64_t sbi_system_reset(uint64_t type)
{
	return call(EXTENSION_SRST, SRST_RESET, type, SRST_NO_REASON);
}
