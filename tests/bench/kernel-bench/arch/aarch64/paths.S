/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The benchmarks' threads. A system call keeps all registers but x0 to x7 and x9 (idl/aarch64.idl); the
 * counter is read without barriers, for instructions are counted and not time.
 */
#include <idl/kernel_asm.h>

#include <paths.h>

	.macro	function name
	.text
	.balign	64
	.global	\name
	.type	\name, %function
\name:
	.endm

	/* No deadline. */
	.macro	system_call number, slot
	mov	x8, #\number
	mov	x9, #-1
	mov	x0, #\slot
	svc	#0
	.endm

function time_nothing
	mrs	x10, cntvct_el0
	mrs	x11, cntvct_el0
	sub	x0, x11, x10
	ret

function time_store
	mrs	x10, cntvct_el0
	str	x10, [x0]
	mrs	x11, cntvct_el0
	sub	x0, x11, x10
	ret

function time_call
	mov	x8, #SYS_CALL
	mov	x9, #-1
	mrs	x10, cntvct_el0
	svc	#0
	mrs	x11, cntvct_el0
	sub	x0, x11, x10
	ret

	/* x0 is the first system call: to receive, then the loop answers. */
function path_serve
	mov	x8, x0
	mov	x9, #-1
	mov	x0, #PATH_SERVE
	svc	#0
	/* fall through */

function path_served
	mov	x8, #SYS_REPLY_RECV
0:	mov	x0, #PATH_SERVE
	mov	x9, #-1
	svc	#0
	b	0b

	/* A reply's words: 0 what a load gives, 4 the exit's number, which came as word 0; 5 nothing. */
function path_window
	mov	x8, #SYS_REPLY_RECV
	mov	x7, #0
0:	mov	x6, x2
	mov	x1, #DISPOSITION_STEP
	mov	x0, #PATH_SERVE
	mov	x9, #-1
	svc	#0
	b	0b

	/* The first instruction that runs when it is woken. */
	.macro	end_round
	mrs	x10, cntvct_el0
	ldr	x11, [x20]
	sub	x10, x10, x11
	str	x10, [x20, #8]
	.endm

function path_wait
	mov	x20, x0
0:	system_call SYS_WAIT, PATH_WAIT
	end_round
	b	0b

function path_signal
	mov	x20, x0
0:	mov	x8, #SYS_SIGNAL
	mov	x0, #PATH_SIGNAL
	mrs	x10, cntvct_el0
	str	x10, [x20]
	svc	#0
	system_call SYS_SIGNAL, PATH_DONE
	b	0b

	/* The device is told to be quiet before its interrupt is let come again. */
function path_handle
	mov	x20, x0
	mov	x21, x1
0:	system_call SYS_WAIT, PATH_WAIT
	end_round
	str	wzr, [x21, #UART_MASK]
	mov	x1, #IRQ_HANDLER_ACKNOWLEDGE
	system_call SYS_CALL, PATH_HANDLER
	b	0b

function path_interrupt
	mov	x20, x0
	mov	x21, x1
	mov	w22, #UART_INTERRUPT
0:	mrs	x10, cntvct_el0
	str	x10, [x20]
	str	w22, [x21, #UART_MASK]
	system_call SYS_SIGNAL, PATH_DONE
	b	0b

	.section .note.GNU-stack, "", %progbits
