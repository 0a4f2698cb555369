/* SPDX-License-Identifier: BSD-2-Clause */
/* An interrupt keeps what a C function may change (RISC-V calling convention, "Integer Register Convention"). */
#define FRAME 128

	.macro	each, instruction
	\instruction	ra, 0(sp)
	\instruction	t0, 8(sp)
	\instruction	t1, 16(sp)
	\instruction	t2, 24(sp)
	\instruction	t3, 32(sp)
	\instruction	t4, 40(sp)
	\instruction	t5, 48(sp)
	\instruction	t6, 56(sp)
	\instruction	a0, 64(sp)
	\instruction	a1, 72(sp)
	\instruction	a2, 80(sp)
	\instruction	a3, 88(sp)
	\instruction	a4, 96(sp)
	\instruction	a5, 104(sp)
	\instruction	a6, 112(sp)
	\instruction	a7, 120(sp)
	.endm

	.section .text.vector, "ax"
	.balign	4
	.global	bound_vector
bound_vector:
	addi	sp, sp, -FRAME
	each	sd
	call	bound_take
	each	ld
	addi	sp, sp, FRAME
	sret

	.section .note.GNU-stack, "", %progbits
