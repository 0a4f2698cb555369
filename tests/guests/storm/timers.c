/* SPDX-License-Identifier: BSD-2-Clause */
/* The timer, due a moment after each WFI begins. */
#include "interrupts.h"
#include "storm.h"

#include <machine.h>

const char storm_name[] = "timers";

void storm_start(void)
{
	arch_interrupts_start();
}

uint32_t storm_once(void)
{
	interrupt_soon();
	return interrupt_take();
}
