/* SPDX-License-Identifier: BSD-2-Clause */
/* No storm at all, but sleep: what the others are compared with. */
#include "storm.h"

#include <machine.h>

const char storm_name[] = "quiet";

void storm_start(void)
{
	arch_interrupts_start();
}

uint32_t storm_once(void)
{
	arch_sleep_until(UINT64_MAX);
	return 1;
}
