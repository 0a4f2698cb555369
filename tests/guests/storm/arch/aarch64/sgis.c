/* SPDX-License-Identifier: BSD-2-Clause */
/* Software-generated interrupts of the guest to itself, by turns pended and taken. */
#include "interrupts.h"

#include <machine.h>
#include <storm.h>

const char storm_name[] = "sgis";

void storm_start(void)
{
	arch_interrupts_start();
}

/* SGI 0 to affinity 0.0.0.0, that is to itself (Arm IHI 0069, ICC_SGI1R_EL1). */
uint32_t storm_once(void)
{
	__asm__ volatile("msr icc_sgi1r_el1, %0\n\tisb" ::"r"(1UL));
	return interrupt_take();
}
