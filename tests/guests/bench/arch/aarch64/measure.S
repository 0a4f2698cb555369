/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The measured stretches. The counter is read without barriers: what counts here are instructions, and
 * a barrier would be two of them; for times on a real processor an ISB belongs before each read.
 *
 * An interrupt's handler begins by reading the counter into x10, ends the interrupt between x12 and
 * x13, and sets x14. It may use x9 to x15: interrupts come only where a measurement waits for one.
 */
#include <bench_board.h>

	.macro	function name
	.text
	.balign	64
	.global	\name
	.type	\name, %function
\name:
	.endm

	/* From here to `after`, x9 to x10, is what is measured. */
	.macro	before
	mrs	x9, cntvct_el0
	.endm

	.macro	after
	mrs	x10, cntvct_el0
	sub	x0, x10, x9
	ret
	.endm

	/* Wait for the interrupt with x14 zero; behind it interrupts are masked again. */
	.macro	await_handler
9:	cbz	x14, 9b
	msr	daifset, #2
	.endm

function measure_empty
	before
	after

function measure_hvc
	ldr	w0, =PSCI_VERSION
	before
	hvc	#0
	after

function measure_mmio_read
	ldr	x1, =UART + UARTFR
	before
	ldr	w0, [x1]
	after

	/* The levels at which the FIFOs interrupt, as they are at reset. */
function measure_mmio_write
	ldr	x1, =UART + UARTIFLS
	mov	w0, #UARTIFLS_RESET
	before
	str	w0, [x1]
	after

function measure_sysreg_read
	before
	mrs	x0, id_aa64pfr0_el1
	after

	/* SGI 0 to affinity 0.0.0.0, that is to itself (Arm IHI 0069, ICC_SGI1R_EL1). */
function measure_self_sgi
	mov	x14, #0
	mov	x0, #1
	msr	daifclr, #2
	before
	msr	icc_sgi1r_el1, x0
	await_handler
	sub	x0, x10, x9
	ret

	/* The timer is due at once. */
	.macro	timer_now
	mov	x14, #0
	mov	x0, #CNTV_CTL_ENABLE
	msr	daifclr, #2
	before
	msr	cntv_cval_el0, x9
	msr	cntv_ctl_el0, x0
	await_handler
	.endm

function measure_vtimer
	timer_now
	sub	x0, x10, x9
	ret

function measure_vtimer_eoi
	timer_now
	sub	x0, x13, x12
	ret

	/* Interrupts are masked over WFI, as in an operating system's idle loop. x9 is the deadline. */
function measure_wfi
	mov	x14, #0
	mov	x0, #CNTV_CTL_ENABLE
	ldr	x1, =WFI_TICKS
	mrs	x9, cntvct_el0
	add	x9, x9, x1
	msr	cntv_cval_el0, x9
	msr	cntv_ctl_el0, x0
	isb
	wfi
	mrs	x10, cntvct_el0
	sub	x1, x10, x9
	msr	daifclr, #2
	await_handler
	mov	x0, x1
	ret

	/* IRQ from the current exception level with SP_EL1 is the only exception due (Arm ARM D1.3.1.5). */
	.section .text.vectors, "ax"
	.balign	2048
	.global	vectors
vectors:
	.rept	5
	b	.
	.balign	0x80
	.endr
	mrs	x10, cntvct_el0
	msr	cntv_ctl_el0, xzr
	mrs	x11, icc_iar1_el1
	mrs	x12, cntvct_el0
	msr	icc_eoir1_el1, x11
	mrs	x13, cntvct_el0
	mov	x14, #1
	eret
	.balign	0x80
	.rept	10
	b	.
	.balign	0x80
	.endr

	.section .note.GNU-stack, "", %progbits
