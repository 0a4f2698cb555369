/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Caches, and the way into the kernel. Data caches are coherent (Privileged Architecture,
 * "Physical Memory Attributes"): only instructions must not be older than what is in memory.
 */
	.text
/* void arch_cache_clean(uint64_t address, uint64_t size) */
	.global	arch_cache_clean
	.type	arch_cache_clean, %function
arch_cache_clean:
	fence
	fence.i
	ret
	.size	arch_cache_clean, . - arch_cache_clean

/* void arch_enter_kernel(uint64_t kernel, const struct manifest *m) */
	.global	arch_enter_kernel
	.type	arch_enter_kernel, %function
arch_enter_kernel:
	mv	t0, a0
	mv	a0, a1
	jr	t0
	.size	arch_enter_kernel, . - arch_enter_kernel

	.section .note.GNU-stack, "", %progbits
