/* SPDX-License-Identifier: BSD-2-Clause */
/* Failures that leave the frame records in a bad state (AAPCS64 6.4.6: x29 points to the innermost). */
	.text

/* The innermost record is its own caller. */
	.global	fail_in_a_loop_of_frames
	.type	fail_in_a_loop_of_frames, %function
fail_in_a_loop_of_frames:
	sub	sp, sp, #16
	mov	x29, sp
	stp	x29, x30, [sp]
	udf	#0
	.size	fail_in_a_loop_of_frames, . - fail_in_a_loop_of_frames

/* Neither pc nor records are anywhere; the stack pointer is in the kernel's half. */
	.global	fail_with_a_wild_jump
	.type	fail_with_a_wild_jump, %function
fail_with_a_wild_jump:
	mov	x29, #-16
	mov	sp, x29
	mov	x0, #0xbad0
	br	x0
	.size	fail_with_a_wild_jump, . - fail_with_a_wild_jump

/* The stack is used up: the fault's address is below it, and so is the record that x29 names. */
	.global	fail_on_the_guard_page
	.type	fail_on_the_guard_page, %function
fail_on_the_guard_page:
	stp	x29, x30, [sp, #-64]!
	mov	x29, sp
	b	fail_on_the_guard_page
	.size	fail_on_the_guard_page, . - fail_on_the_guard_page

	.section .note.GNU-stack, "", %progbits
