/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a test so that it can be ended from any depth of calls: test_run() keeps the registers that a
 * function must keep (AAPCS64 6.1.1) on the stack and remembers where; test_abort() goes back to there. What it remembered before
 * is kept there, too, for the test that runs this one.
 */
	.text
	.global	test_run
	.type	test_run, %function
test_run:
	stp	x29, x30, [sp, #-112]!
	mov	x29, sp
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	adrp	x9, test_stack
	ldr	x10, [x9, :lo12:test_stack]
	str	x10, [sp, #96]
	mov	x10, sp
	str	x10, [x9, :lo12:test_stack]
	blr	x0
	mov	w0, #1
0:	adrp	x9, test_stack
	ldr	x10, [sp, #96]
	str	x10, [x9, :lo12:test_stack]
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #112
	ret
	.size	test_run, . - test_run

	.global	test_abort
	.type	test_abort, %function
test_abort:
	adrp	x9, test_stack
	ldr	x10, [x9, :lo12:test_stack]
	mov	sp, x10
	mov	w0, #0
	b	0b
	.size	test_abort, . - test_abort

	.bss
	.balign	8
test_stack:
	.skip	8

	.section .note.GNU-stack, "", %progbits
