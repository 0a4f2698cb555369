/* SPDX-License-Identifier: BSD-2-Clause */
/* Failures that leave the frame records in a bad state: the caller's fp and ra are in the two words below fp. */
	.text

/* The innermost record is its own caller. */
	.global	fail_in_a_loop_of_frames
	.type	fail_in_a_loop_of_frames, %function
fail_in_a_loop_of_frames:
	mv	fp, sp
	addi	sp, sp, -16
	sd	fp, 0(sp)
	sd	ra, 8(sp)
	unimp
	.size	fail_in_a_loop_of_frames, . - fail_in_a_loop_of_frames

/* Neither pc nor records are anywhere; the stack pointer is in the kernel's half. */
	.global	fail_with_a_wild_jump
	.type	fail_with_a_wild_jump, %function
fail_with_a_wild_jump:
	li	fp, -16
	mv	sp, fp
	li	a0, 0xbad0
	jr	a0
	.size	fail_with_a_wild_jump, . - fail_with_a_wild_jump

/* The stack is used up: the fault's address is below it, and so is the record that fp names. */
	.global	fail_on_the_guard_page
	.type	fail_on_the_guard_page, %function
fail_on_the_guard_page:
	addi	sp, sp, -64
	sd	fp, 48(sp)
	sd	ra, 56(sp)
	addi	fp, sp, 64
	j	fail_on_the_guard_page
	.size	fail_on_the_guard_page, . - fail_on_the_guard_page

	.section .note.GNU-stack, "", %progbits
