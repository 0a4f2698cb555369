/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An attempt is entered by SRET and left by an exception; whatever that is, the caller goes on. Of the registers an attempt has
 * a0 to a7 only.
 */
#include "attempt.h"

#define FRAME	    112
#define SSTATUS_SPP 0x100

	.text
	.global	attempt_run
	.type	attempt_run, %function
attempt_run:
	addi	sp, sp, -FRAME
	sd	ra, 0(sp)
	sd	s0, 8(sp)
	sd	s1, 16(sp)
	sd	s2, 24(sp)
	sd	s3, 32(sp)
	sd	s4, 40(sp)
	sd	s5, 48(sp)
	sd	s6, 56(sp)
	sd	s7, 64(sp)
	sd	s8, 72(sp)
	sd	s9, 80(sp)
	sd	s10, 88(sp)
	sd	s11, 96(sp)
	sd	a0, 104(sp)
	la	t0, kept_stack
	sd	sp, 0(t0)
	csrw	sepc, a1
	li	t1, SSTATUS_SPP
	csrc	sstatus, t1
	csrs	sstatus, a2
	mv	t0, a0
	ld	a0, 0(t0)
	ld	a1, 8(t0)
	ld	a2, 16(t0)
	ld	a3, 24(t0)
	ld	a4, 32(t0)
	ld	a5, 40(t0)
	ld	a6, 48(t0)
	ld	a7, 56(t0)
	sret

	.balign	4
	.global	attempt_vector
attempt_vector:
	la	t0, kept_stack
	ld	sp, 0(t0)
	ld	t0, 104(sp)
	sd	a0, 0(t0)
	sd	a1, 8(t0)
	sd	a2, 16(t0)
	sd	a3, 24(t0)
	sd	a4, 32(t0)
	sd	a5, 40(t0)
	sd	a6, 48(t0)
	sd	a7, 56(t0)
	csrr	t1, scause
	sd	t1, ATTEMPT_CAUSE(t0)
	csrr	t1, stval
	sd	t1, ATTEMPT_ADDRESS(t0)
	csrr	t1, sepc
	sd	t1, ATTEMPT_WHERE(t0)
	csrr	t1, sstatus
	sd	t1, ATTEMPT_STATE(t0)
	ld	ra, 0(sp)
	ld	s0, 8(sp)
	ld	s1, 16(sp)
	ld	s2, 24(sp)
	ld	s3, 32(sp)
	ld	s4, 40(sp)
	ld	s5, 48(sp)
	ld	s6, 56(sp)
	ld	s7, 64(sp)
	ld	s8, 72(sp)
	ld	s9, 80(sp)
	ld	s10, 88(sp)
	ld	s11, 96(sp)
	addi	sp, sp, FRAME
	ret
	.size	attempt_run, . - attempt_run

	.bss
	.balign	8
kept_stack:
	.skip	8

	.section .note.GNU-stack, "", %progbits
