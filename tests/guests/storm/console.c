/* SPDX-License-Identifier: BSD-2-Clause */
/* Endless lines on the UART, as fast as it takes them. */
#include "storm.h"

#include <machine.h>

#define LINE 64

const char storm_name[] = "console";

void storm_start(void)
{
	arch_console_start();
}

uint32_t storm_once(void)
{
	for (int i = 0; i < LINE - 2; i++)
		arch_put('a');
	arch_put('\r');
	arch_put('\n');
	return LINE;
}
