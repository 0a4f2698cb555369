/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest of the kernel benchmark, in pages of its own that tests/kernel/vm.c maps at
 * GUEST_CODE. Its programs call with x9, the counter before what they do, and x10, the counter after it. One has a
 * device of its own, the UART at x0, and makes it interrupt: until its handler's first instruction.
 */
#include <paths.h>

	.section .rodata.guest, "a"
	.balign	4096
	.global	guest_code
guest_code:

	/* IRQ from the current exception level with SP_EL1 is the only exception due (Arm ARM D1.3.1.5). */
guest_vectors:
	.skip	0x280
	mrs	x10, cntvct_el0
	mrs	x11, icc_iar1_el1
	str	wzr, [x0, #UART_MASK]
	msr	icc_eoir1_el1, x11
	mov	x14, #1
	eret
	.balign	2048

	/* Group 1 interrupts of every priority; Arm GIC specification (IHI 0069) 12.2. */
	.global	guest_interrupt
guest_interrupt:
	adr	x9, guest_vectors
	msr	vbar_el1, x9
	mov	x9, #0xff
	msr	icc_pmr_el1, x9
	mov	x9, #1
	msr	icc_igrpen1_el1, x9
	isb
	msr	daifclr, #2
	mov	w1, #UART_INTERRUPT
0:	mov	x14, #0
	mrs	x9, cntvct_el0
	str	w1, [x0, #UART_MASK]
1:	cbz	x14, 1b
	hvc	#1
	mov	w1, #UART_INTERRUPT
	b	0b

	/* An access to x0, which is in a window. */
	.global	guest_load
guest_load:
	mrs	x9, cntvct_el0
	ldr	w2, [x0]
	mrs	x10, cntvct_el0
	hvc	#1
	b	guest_load

	.global	guest_store
guest_store:
	mrs	x9, cntvct_el0
	str	w2, [x0]
	mrs	x10, cntvct_el0
	hvc	#1
	b	guest_store

	.balign	4096
	.global	guest_code_end
guest_code_end:

	.section .note.GNU-stack, "", %progbits
