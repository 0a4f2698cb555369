/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where every program begins on AArch64. The stack is set up already. A thread that was started by
 * thread.serve finds its first message in the registers (idl/aarch64.idl); it becomes a struct
 * message on the stack for server_main().
 */
	.text
	.global	_start
	.type	_start, %function
_start:
	/* The end of every backtrace. */
	mov	x29, #0
	mov	x30, #0
	/* struct message: label, six words, badge. */
	sub	sp, sp, #64
	stp	x1, x2, [sp]
	stp	x3, x4, [sp, #16]
	stp	x5, x6, [sp, #32]
	stp	x7, x9, [sp, #48]
	mov	x0, sp
	bl	server_main
	/* There is nothing to return to: fault, so that the root server hears of it. */
	brk	#0
	.size	_start, . - _start

	.section .note.GNU-stack, "", %progbits
