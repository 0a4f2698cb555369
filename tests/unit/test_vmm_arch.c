/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See test_vmm_arch.h.
 */
#include "test_vmm_arch.h"

#include <string.h>

#include <arch/vcpu.h>

#include <cloister/counter.h>

uint64_t now = 1ULL << 40;
uint64_t cleared;

uint64_t arch_counter(void)
{
	return now;
}

uint64_t arch_counter_frequency(void)
{
	return 1000000000;
}

void arch_memory_written(const void *start, uint64_t size)
{
	(void)start;
	(void)size;
}

void arch_memory_clear(void *start, uint64_t size)
{
	memset(start, 0, size);
	cleared += size;
}
