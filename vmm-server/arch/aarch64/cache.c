/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests start with their caches off: what the server wrote for them must have reached memory, not
 * only the data cache, and the instruction cache must not hold what was there before (Arm ARM
 * B2.7.4, D7.5). The kernel lets EL0 do this.
 */
#include <arch/vcpu.h>

void arch_memory_written(const void *start, uint64_t size)
{
	uint64_t first = (uint64_t)(uintptr_t)start;
	uint64_t ctr;
	uint64_t data_line;
	uint64_t instruction_line;

	/* CTR_EL0.DminLine and IminLine: log2 of the words in the smallest line. */
	__asm__("mrs %0, ctr_el0" : "=r"(ctr));
	data_line = 4ULL << (ctr >> 16 & 0xf);
	instruction_line = 4ULL << (ctr & 0xf);
	for (uint64_t at = first & ~(data_line - 1); at < first + size; at += data_line)
		__asm__ volatile("dc cvac, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
	for (uint64_t at = first & ~(instruction_line - 1); at < first + size;
	     at += instruction_line)
		__asm__ volatile("ic ivau, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
}
