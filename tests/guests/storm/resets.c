/* SPDX-License-Identifier: BSD-2-Clause */
/* A reset as soon as the guest runs. Each takes the record with it: the machine's log counts them. */
#include "storm.h"

#include <machine.h>

const char storm_name[] = "resets";

void storm_start(void)
{
}

uint32_t storm_once(void)
{
	arch_reset();
}
