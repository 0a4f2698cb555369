/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts of the guest to itself, as one vCPU sends them to another, by turns pended and taken. */
#include "interrupts.h"
#include "storm.h"

#include <machine.h>

const char storm_name[] = "sgis";

void storm_start(void)
{
	arch_interrupts_start();
}

uint32_t storm_once(void)
{
	interrupt_self();
	return interrupt_take();
}
