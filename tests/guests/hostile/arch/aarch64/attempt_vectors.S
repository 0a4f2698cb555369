/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An attempt is entered by an exception return and left by an exception; whatever that is, the caller goes on. What
 * it may have changed of EL1 and a caller needs (the stack pointer and which one is used) is as before.
 */
#include "attempt.h"

	.text
	.global	attempt_run
	.type	attempt_run, %function
attempt_run:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x0, [sp, #96]
	adrp	x3, kept_stack
	mov	x4, sp
	str	x4, [x3, :lo12:kept_stack]
	msr	elr_el1, x1
	msr	spsr_el1, x2
	mov	x8, x0
	ldp	x0, x1, [x8]
	ldp	x2, x3, [x8, #16]
	ldp	x4, x5, [x8, #32]
	ldp	x6, x7, [x8, #48]
	eret

	/* With SP_ELx; x16 and x17 are nobody's. */
ended:
	adrp	x16, kept_stack
	ldr	x16, [x16, :lo12:kept_stack]
	mov	sp, x16
	ldr	x16, [sp, #96]
	stp	x0, x1, [x16]
	stp	x2, x3, [x16, #16]
	stp	x4, x5, [x16, #32]
	stp	x6, x7, [x16, #48]
	mrs	x0, esr_el1
	mrs	x1, far_el1
	stp	x0, x1, [x16, #ATTEMPT_CAUSE]
	mrs	x0, elr_el1
	mrs	x1, spsr_el1
	stp	x0, x1, [x16, #ATTEMPT_WHERE]
	str	x17, [x16, #ATTEMPT_VECTOR]
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #112
	ret
	.size	attempt_run, . - attempt_run

	.section .text.vectors, "ax"
	.balign	2048
	.global	attempt_vectors
attempt_vectors:
	.set	offset, 0
	.rept	16
	.balign	0x80
	mov	x17, #offset
	b	ended
	.set	offset, offset + 0x80
	.endr

	.bss
	.balign	8
kept_stack:
	.skip	8

	.section .note.GNU-stack, "", %progbits
