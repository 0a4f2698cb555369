/* SPDX-License-Identifier: BSD-2-Clause */
/* An interrupt keeps what a C function may change (Arm ARM D1.3.1.5, AAPCS64 6.1.1). */
	.section .text.vectors, "ax"
	.balign	2048
	.global	bound_vectors
bound_vectors:
	.rept	5
	b	.
	.balign	0x80
	.endr
	b	interrupt
	.balign	0x80
	.rept	10
	b	.
	.balign	0x80
	.endr

interrupt:
	sub	sp, sp, #0xa0
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #0x10]
	stp	x4, x5, [sp, #0x20]
	stp	x6, x7, [sp, #0x30]
	stp	x8, x9, [sp, #0x40]
	stp	x10, x11, [sp, #0x50]
	stp	x12, x13, [sp, #0x60]
	stp	x14, x15, [sp, #0x70]
	stp	x16, x17, [sp, #0x80]
	stp	x18, x30, [sp, #0x90]
	bl	bound_take
	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #0x10]
	ldp	x4, x5, [sp, #0x20]
	ldp	x6, x7, [sp, #0x30]
	ldp	x8, x9, [sp, #0x40]
	ldp	x10, x11, [sp, #0x50]
	ldp	x12, x13, [sp, #0x60]
	ldp	x14, x15, [sp, #0x70]
	ldp	x16, x17, [sp, #0x80]
	ldp	x18, x30, [sp, #0x90]
	add	sp, sp, #0xa0
	eret

	.section .note.GNU-stack, "", %progbits
