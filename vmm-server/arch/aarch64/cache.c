/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests start with their caches off: what the server wrote for them must have reached memory, not
 * only the data cache, and the instruction cache must not hold what was there before (Arm ARM
 * B2.7.4, D7.5). The kernel lets EL0 do this.
 */
#include <cloister/string.h>

#include <arch/vcpu.h>

/* DCZID_EL0.BS: log2 of the words that DC ZVA zeroes; the kernel lets EL0 do that, too (D24.2.41). */
static uint64_t zero_block(void)
{
	uint64_t dczid;

	__asm__("mrs %0, dczid_el0" : "=r"(dczid));
	return 4ULL << (dczid & 0xf);
}

void arch_memory_clear(void *start, uint64_t size)
{
	uint64_t block = zero_block();
	uint64_t first = (uint64_t)(uintptr_t)start;
	uint64_t blocks = (first + block - 1) & ~(block - 1);
	uint64_t end = (first + size) & ~(block - 1);

	if (blocks >= end) {
		memset(start, 0, size);
	} else {
		memset(start, 0, blocks - first);
		for (uint64_t at = blocks; at < end; at += block)
			__asm__ volatile("dc zva, %0" : : "r"(at) : "memory");
		memset((void *)(uintptr_t)end, 0, first + size - end);
	}
	arch_memory_written(start, size);
}

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
