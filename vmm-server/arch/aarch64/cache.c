/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests start with their caches off: what the server wrote for them must have reached memory, not
 * only the data cache, and the instruction cache must not hold what was there before (Arm ARM
 * B2.7.4, D7.5). The kernel lets EL0 do this.
 */
#include <cloister/string.h>

#include <arch/vcpu.h>

/* CTR_EL0 (D24.2.34): log2 of the words in the smallest lines; instruction caches need no invalidation. */
#define CTR_DATA_LINE(ctr)        (4ULL << ((ctr) >> 16 & 0xf))
#define CTR_INSTRUCTION_LINE(ctr) (4ULL << ((ctr)&0xf))
#define CTR_DIC                   (1ULL << 29)

/* DCZID_EL0.BS: log2 of the words that DC ZVA zeroes; the kernel lets EL0 do that, too (D24.2.41). */
static uint64_t zero_block(void)
{
	uint64_t dczid;

	__asm__("mrs %0, dczid_el0" : "=r"(dczid));
	return 4ULL << (dczid & 0xf);
}

static uint64_t cache_type(void)
{
	uint64_t ctr;

	__asm__("mrs %0, ctr_el0" : "=r"(ctr));
	return ctr;
}

static void clean(uint64_t first, uint64_t end)
{
	uint64_t line = CTR_DATA_LINE(cache_type());

	for (uint64_t at = first & ~(line - 1); at < end; at += line)
		__asm__ volatile("dc cvac, %0" : : "r"(at) : "memory");
}

/* What was cleaned is in memory; no instruction cache holds what was there before. */
static void forget_instructions(uint64_t first, uint64_t end)
{
	uint64_t ctr = cache_type();
	uint64_t line = CTR_INSTRUCTION_LINE(ctr);

	__asm__ volatile("dsb sy" : : : "memory");
	if (ctr & CTR_DIC)
		return;
	for (uint64_t at = first & ~(line - 1); at < end; at += line)
		__asm__ volatile("ic ivau, %0" : : "r"(at) : "memory");
	__asm__ volatile("dsb sy" : : : "memory");
}

/* Whole blocks. Each is cleaned at once, while it is in the nearest cache, unless it is larger than a line. */
static void zero_and_clean(uint64_t first, uint64_t end, uint64_t block)
{
	if (block > CTR_DATA_LINE(cache_type())) {
		for (uint64_t at = first; at < end; at += block)
			__asm__ volatile("dc zva, %0" : : "r"(at) : "memory");
		clean(first, end);
	} else {
		for (uint64_t at = first; at < end; at += block)
			__asm__ volatile("dc zva, %0\n\tdc cvac, %0" : : "r"(at) : "memory");
	}
}

void arch_memory_clear(void *start, uint64_t size)
{
	uint64_t block = zero_block();
	uint64_t first = (uint64_t)(uintptr_t)start;
	uint64_t blocks = (first + block - 1) & ~(block - 1);
	uint64_t end = (first + size) & ~(block - 1);

	if (blocks >= end) {
		memset(start, 0, size);
		clean(first, first + size);
	} else {
		memset(start, 0, blocks - first);
		clean(first, blocks);
		zero_and_clean(blocks, end, block);
		memset((void *)(uintptr_t)end, 0, first + size - end);
		clean(end, first + size);
	}
	forget_instructions(first, first + size);
}

void arch_memory_written(const void *start, uint64_t size)
{
	uint64_t first = (uint64_t)(uintptr_t)start;

	clean(first, first + size);
	forget_instructions(first, first + size);
}
