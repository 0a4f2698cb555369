/* SPDX-License-Identifier: BSD-2-Clause */
/* The benchmark guest's entry, at EL1 with the MMU off: a stack, then C. */
	.section .text.start, "ax"
	.global	_start
	.type	_start, %function
_start:
	msr	daifset, #0xf
	adrp	x0, stack_top
	add	x0, x0, :lo12:stack_top
	mov	sp, x0
	mov	x29, #0
	mov	x30, #0
	b	bench_main
	.size	_start, . - _start

	.bss
	.balign	16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", %progbits
