/* SPDX-License-Identifier: BSD-2-Clause */
/* All devices are in the VMM: see test_vmm_fixture.h. */
#include "test_vmm_fixture.h"

void place_configure(void)
{
}

void place_signal(uint32_t cap)
{
	(void)cap;
}

uint64_t place_event(uint64_t bits)
{
	return bits;
}

void place_after_exit(void)
{
}
