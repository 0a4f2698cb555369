/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that is started, sleeps until the whole machine is quiet, resets itself and is started
 * again. Who measures stops the machine at the labels. Of its two lives only the counter knows: in
 * the first one it is below QUIET.
 */
#include <bench_board.h>

/* Ticks: a little more than a second. */
#define QUIET (COUNTER_FREQUENCY + COUNTER_FREQUENCY / 10)

	.section .text.start, "ax"
	.global	_start
	.global	started
	.global	reset
	.global	again
	.type	_start, %function
_start:
	rdtime	s1
started:
	li	t0, QUIET
	bgeu	s1, t0, again
	csrci	sstatus, SSTATUS_SIE
	la	sp, stack_top
	li	fp, 0
	li	ra, 0
	call	arch_interrupts_start
	li	a0, QUIET
	call	arch_sleep_until
	li	a0, SBI_SRST_COLD_REBOOT
	li	a1, 0
	li	a6, 0
	li	a7, SBI_SRST
reset:
	ecall
	ebreak
again:
	li	a0, SBI_SRST_SHUTDOWN
	li	a1, 0
	li	a6, 0
	li	a7, SBI_SRST
	ecall
	ebreak
	.size	_start, . - _start

	.bss
	.balign	16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", %progbits
