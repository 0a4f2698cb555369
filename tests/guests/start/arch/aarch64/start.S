/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that is started, sleeps until the whole machine is quiet, resets itself and is started
 * again. Who measures stops the machine at the labels. Of its two lives only the counter knows: in
 * the first one it is below QUIET.
 */
#include <bench_board.h>

/* Ticks, for what QEMU gives: nanoseconds. */
#define QUIET 0x40000000

	.section .text.start, "ax"
	.global	_start
	.global	started
	.global	reset
	.global	again
	.type	_start, %function
_start:
	mrs	x19, cntvct_el0
started:
	mov	x0, #QUIET
	cmp	x19, x0
	b.hs	again
	msr	daifset, #0xf
	adrp	x1, stack_top
	add	x1, x1, :lo12:stack_top
	mov	sp, x1
	mov	x29, #0
	mov	x30, #0
	bl	arch_interrupts_start
	mov	x0, #QUIET
	bl	arch_sleep_until
	ldr	w0, =PSCI_SYSTEM_RESET
reset:
	hvc	#0
	brk	#0
again:
	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	brk	#0
	.size	_start, . - _start

	.bss
	.balign	16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", %progbits
