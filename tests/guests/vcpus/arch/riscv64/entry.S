/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where harts begin that are started, with their number in a0 and their argument in a1 (SBI, 9.1): a stack of their own, and
 * what satp and sstatus are, then C.
 */
#include <bench_board.h>

#define STACK_BITS 12

	.text
	.global	entry
	.type	entry, %function
entry:
	la	t0, entered
	slli	t1, a0, 4
	add	t0, t0, t1
	csrr	t1, satp
	sd	t1, 0(t0)
	csrr	t1, sstatus
	sd	t1, 8(t0)
	csrci	sstatus, SSTATUS_SIE
	mv	tp, a0
	la	sp, stacks
	slli	t1, a0, STACK_BITS
	add	sp, sp, t1
	li	fp, 0
	li	ra, 0
	mv	a0, a1
	tail	vcpus_work
	.size	entry, . - entry

	.bss
	.balign	16
	/* That of vCPU n, from 1 on, ends n times the size behind this. */
stacks:
	.skip	8 << STACK_BITS
	/* satp and sstatus of each. */
	.global	entered
entered:
	.skip	8 * 16

	.section .note.GNU-stack, "", %progbits
