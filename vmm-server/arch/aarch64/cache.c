/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests start with their caches off: what the server wrote for them must have reached memory, not
 * only the cache (Arm ARM B2.7, D7.5).
 */
#include <arch/vcpu.h>

void arch_memory_written(const void *start, uint64_t size)
{
	uint64_t end = (uint64_t)(uintptr_t)start + size;
	uint64_t ctr;
	uint64_t line;

	/* CTR_EL0.DminLine: log2 of the words in the smallest line. */
	__asm__("mrs %0, ctr_el0" : "=r"(ctr));
	line = 4ULL << (ctr >> 16 & 0xf);
	for (uint64_t at = (uint64_t)(uintptr_t)start & ~(line - 1); at < end; at += line)
		__asm__ volatile("dc cvac, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
}
