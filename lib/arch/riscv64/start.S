/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where every program begins on RISC-V. The stack is set up already. A thread that was started by
 * thread.serve finds its first message in the registers (idl/riscv64.idl); it becomes a struct
 * message on the stack for server_main().
 */
	.text
	.global	_start
	.type	_start, %function
_start:
	/* The end of every backtrace. */
	li	s0, 0
	li	ra, 0
	/* struct message: label, six words, badge. */
	addi	sp, sp, -64
	sd	a1, 0(sp)
	sd	a2, 8(sp)
	sd	a3, 16(sp)
	sd	a4, 24(sp)
	sd	a5, 32(sp)
	sd	a6, 40(sp)
	sd	a7, 48(sp)
	sd	t1, 56(sp)
	mv	a0, sp
	call	server_main
	/* There is nothing to return to: fault, so that the root server hears of it. */
	ebreak
	.size	_start, . - _start

	.section .note.GNU-stack, "", %progbits
