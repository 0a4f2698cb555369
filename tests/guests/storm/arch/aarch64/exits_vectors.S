/* SPDX-License-Identifier: BSD-2-Clause */
/* The external abort of a load from where nothing is ends that load (Arm ARM D1.3.1.5). */
	.section .text.vectors, "ax"
	.balign	2048
	.global	exits_vectors
exits_vectors:
	.rept	4
	b	.
	.balign	0x80
	.endr
	mrs	x9, elr_el1
	add	x9, x9, #4
	msr	elr_el1, x9
	eret
	.balign	0x80
	.rept	11
	b	.
	.balign	0x80
	.endr

	.section .note.GNU-stack, "", %progbits
