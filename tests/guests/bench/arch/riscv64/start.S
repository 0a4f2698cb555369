/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest's entry, in S-mode with satp 0 (SBI, 9.1), the hart's number in a0, the device tree's address in a1. */
#include <bench_board.h>

	.section .text.start, "ax"
	.global	_start
	.type	_start, %function
_start:
	csrci	sstatus, SSTATUS_SIE
	csrw	sie, zero
	la	sp, stack_top
	mv	tp, a0
	mv	a0, a1
	li	fp, 0
	li	ra, 0
	tail	guest_main
	.size	_start, . - _start

	.bss
	.balign	16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", %progbits
