/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory is coherent, whatever the guest has switched on; only instruction fetches need a fence, which U-mode can
 * execute (Unprivileged ISA, "Zifencei"). The guest runs on the core that the server runs on.
 */
#include <cloister/string.h>

#include <arch/vcpu.h>

#include <coherence.h>

void coherence_fence_i(void)
{
	__asm__ volatile("fence.i" : : : "memory");
}

void arch_memory_clear(void *start, uint64_t size)
{
	memset(start, 0, size);
	coherence_fence_i();
}

void arch_memory_written(const void *start, uint64_t size)
{
	(void)start;
	(void)size;
	coherence_fence_i();
}
