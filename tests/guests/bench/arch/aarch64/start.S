/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest's entry, at EL1 with the MMU off and the device tree's address in x0: a stack, then C. */
	.section .text.start, "ax"
	.global	_start
	.type	_start, %function
_start:
	msr	daifset, #0xf
	adrp	x1, stack_top
	add	x1, x1, :lo12:stack_top
	mov	sp, x1
	mov	x29, #0
	mov	x30, #0
	b	guest_main
	.size	_start, . - _start

	.bss
	.balign	16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", %progbits
