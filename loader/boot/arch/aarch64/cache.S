/* SPDX-License-Identifier: BSD-2-Clause */
/* Caches, and the way into the kernel that needs them to hold nothing old. */
#define CTR_DMINLINE_SHIFT	16
#define CTR_DMINLINE_BITS	4
#define WORD_SHIFT		2

	.text
/* void arch_cache_clean(uint64_t address, uint64_t size) */
	.global	arch_cache_clean
	.type	arch_cache_clean, %function
arch_cache_clean:
	add	x1, x0, x1
	/* CTR_EL0.DminLine: log2 of the words in the smallest line. */
	mrs	x2, ctr_el0
	ubfx	x2, x2, #CTR_DMINLINE_SHIFT, #CTR_DMINLINE_BITS
	mov	x3, #(1 << WORD_SHIFT)
	lsl	x3, x3, x2
	sub	x2, x3, #1
	bic	x0, x0, x2
1:	dc	civac, x0
	add	x0, x0, x3
	cmp	x0, x1
	b.lo	1b
	dsb	sy
	ic	iallu
	dsb	sy
	isb
	ret
	.size	arch_cache_clean, . - arch_cache_clean

/* void arch_enter_kernel(uint64_t kernel, const struct manifest *m) */
	.global	arch_enter_kernel
	.type	arch_enter_kernel, %function
arch_enter_kernel:
	mov	x2, x0
	mov	x0, x1
	br	x2
	.size	arch_enter_kernel, . - arch_enter_kernel

	.section .note.GNU-stack, "", %progbits
