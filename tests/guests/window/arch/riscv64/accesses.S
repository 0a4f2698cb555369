/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accesses that are no plain loads and stores, or of two bytes; and the exceptions of those that the device does not take. An
 * access of four bytes that makes one gives its cause, 0 if it makes none.
 */
	.macro	attempt name, instruction:vararg
	.text
	.global	\name
\name:
	mv	t0, a0
	li	a0, 0
	.option push
	.option norvc
	\instruction
	.option pop
	ret
	.endm

attempt add_atomically, amoadd.w a1, a1, (t0)
attempt load_reserved, lr.w a1, (t0)
attempt load_unaligned, lw a1, 2(t0)
attempt store_unaligned, sw a1, 2(t0)

	.global	load_compressed
load_compressed:
	c.lw	a0, 0(a0)
	ret

	.global	store_compressed
store_compressed:
	c.sw	a1, 0(a0)
	ret

	.balign	4
	.global	access_vector
access_vector:
	csrr	a0, scause
	csrr	t0, sepc
	addi	t0, t0, 4
	csrw	sepc, t0
	sret

	.section .note.GNU-stack, "", %progbits
