/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtual timer, due a moment after each WFI begins (Arm ARM D19.12). */
#include "interrupts.h"

#include <bench_board.h>
#include <machine.h>
#include <storm.h>

#define MOMENT 100

const char storm_name[] = "timers";

void storm_start(void)
{
	arch_interrupts_start();
	__asm__ volatile("msr cntv_ctl_el0, %0\n\tisb" ::"r"((uint64_t)CNTV_CTL_ENABLE));
}

uint32_t storm_once(void)
{
	__asm__ volatile("msr cntv_tval_el0, %0\n\tisb" ::"r"((uint64_t)MOMENT));
	return interrupt_take();
}
