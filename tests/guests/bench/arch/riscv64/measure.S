/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The measured stretches. A tick of `time` is many instructions, so a measurement begins at a tick's beginning, and at its end
 * the loops are counted that are left of the tick: it is right but for the few instructions of these loops.
 *
 * An interrupt's handler begins with that end, and sets t6. Interrupts come only where a measurement waits for one.
 */
#include <bench_board.h>

#define STIMECMP 0x14d

	.macro	function name
	.text
	.balign	64
	.global	\name
	.type	\name, %function
\name:
	.endm

	/* From here to `after` is what is measured. t0 is the tick that has just begun. */
	.macro	before
	rdtime	t1
9:	rdtime	t0
	beq	t0, t1, 9b
	.endm

	/* a0 is what passed since the beginning of tick t0: whole ticks, but for the loops of the last. */
	.macro	after
	li	t3, 0
	rdtime	t1
9:	addi	t3, t3, 3
	rdtime	t2
	beq	t2, t1, 9b
	li	t1, INSTRUCTIONS_PER_TICK
	sub	a0, t2, t0
	mul	a0, a0, t1
	sub	a0, a0, t3
	.endm

	/* Wait for the interrupt with t6 zero; behind it interrupts are masked again. */
	.macro	await_handler
9:	beqz	t6, 9b
	csrci	sstatus, SSTATUS_SIE
	ret
	.endm

function measure_empty
	before
	after
	ret

function measure_sbi_call
	li	a7, SBI_BASE
	li	a6, SBI_BASE_SPEC_VERSION
	before
	ecall
	after
	ret

function measure_mmio_read
	li	a1, UART
	before
	lbu	a2, UART_LSR(a1)
	after
	ret

function measure_mmio_write
	li	a1, UART
	before
	sb	zero, UART_SCR(a1)
	after
	ret

	/* To hart 0, that is to itself. */
function measure_self_ipi
	li	t6, 0
	li	a7, SBI_IPI
	li	a6, 0
	li	a0, 1
	li	a1, 0
	csrsi	sstatus, SSTATUS_SIE
	before
	ecall
	await_handler

	/* The timer is due at once. */
function measure_timer
	li	t6, 0
	csrsi	sstatus, SSTATUS_SIE
	before
	csrw	STIMECMP, t0
	await_handler

function measure_timer_sbi
	li	t6, 0
	li	a7, SBI_TIME
	li	a6, 0
	csrsi	sstatus, SSTATUS_SIE
	before
	mv	a0, t0
	ecall
	await_handler

	/* Interrupts are masked over WFI, as in an operating system's idle loop. t0 is the deadline. */
function measure_wfi
	li	t6, 0
	li	t1, WFI_TICKS
	rdtime	t0
	add	t0, t0, t1
	csrw	STIMECMP, t0
	wfi
	after
	mv	a1, a0
	csrsi	sstatus, SSTATUS_SIE
9:	beqz	t6, 9b
	csrci	sstatus, SSTATUS_SIE
	mv	a0, a1
	ret

	/* Whichever interrupt it is, it is ended. */
	.section .text.vector, "ax"
	.balign	4
	.global	vector
vector:
	after
	csrci	sip, INTERRUPT_SOFTWARE
	li	t1, -1
	csrw	STIMECMP, t1
	mv	t4, a0
	mv	t5, a1
	li	a7, SBI_TIME
	li	a6, 0
	mv	a0, t1
	ecall
	mv	a0, t4
	mv	a1, t5
	li	t6, 1
	sret

	.section .note.GNU-stack, "", %progbits
