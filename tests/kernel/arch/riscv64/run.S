/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a test so that it can be ended from any depth of calls: test_run() keeps the registers that a function must keep
 * (RISC-V ABIs Specification, "Integer Register Convention") on the stack and remembers where; test_abort() goes back to there.
 * What it remembered before is kept there, too, for the test that runs this one.
 */
	.macro	kept operation
	\operation	ra, 0(sp)
	\operation	s0, 8(sp)
	\operation	s1, 16(sp)
	\operation	s2, 24(sp)
	\operation	s3, 32(sp)
	\operation	s4, 40(sp)
	\operation	s5, 48(sp)
	\operation	s6, 56(sp)
	\operation	s7, 64(sp)
	\operation	s8, 72(sp)
	\operation	s9, 80(sp)
	\operation	s10, 88(sp)
	\operation	s11, 96(sp)
	.endm

	.text
	.global	test_run
	.type	test_run, %function
test_run:
	addi	sp, sp, -112
	kept	sd
	la	t0, test_stack
	ld	t1, 0(t0)
	sd	t1, 104(sp)
	sd	sp, 0(t0)
	jalr	a0
	li	a0, 1
0:	la	t0, test_stack
	ld	t1, 104(sp)
	sd	t1, 0(t0)
	kept	ld
	addi	sp, sp, 112
	ret
	.size	test_run, . - test_run

	.global	test_abort
	.type	test_abort, %function
test_abort:
	la	t0, test_stack
	ld	sp, 0(t0)
	li	a0, 0
	j	0b
	.size	test_abort, . - test_abort

	.bss
	.balign	8
test_stack:
	.skip	8

	.section .note.GNU-stack, "", %progbits
