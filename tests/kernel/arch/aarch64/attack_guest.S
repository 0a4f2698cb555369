/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest of a hostile VMM, and the guest that works beside it; in pages of their own behind those of guest.S.
 */
#include "guest.inc"

	.arch	armv8.1-a
	.arch_extension simd
	.section .rodata.attack_guest, "a"
	.balign	4096
	.global	attack_code
attack_code:

/*
 * Vectors: each tells by a call of its own, 0xf0 and the number of the vector. x10 syndrome, x11 address of the instruction, x12
 * fault address, x13 PSTATE; of interrupts, which are begun and not ended, x14 and x15 the numbers.
 */
attack_vectors:
	.set	number, 0
	.rept	16
	.balign	0x80
	mrs	x10, esr_el1
	mrs	x11, elr_el1
	mrs	x12, far_el1
	mrs	x13, spsr_el1
	.if	(number & 3) == 1 || (number & 3) == 2
	mrs	x14, icc_iar1_el1
	mrs	x15, icc_iar0_el1
	.endif
	hvc	#0xf0 + number
	b	.
	.set	number, number + 1
	.endr

	.macro	attack_ready
	adr	x9, attack_vectors
	msr	vbar_el1, x9
	isb
	.endm

program attack_begin
	attack_ready
	interrupts_on
program attack_here
	hvc	#0x70
	b	attack_here

/* One exit of another kind each, with x0 an address. */
	.macro	exiting name, instruction:vararg
	program	\name
	attack_ready
	\instruction
	b	attack_here
	.endm

	exiting	attack_read, ldr w1, [x0]
	exiting	attack_write, str w1, [x0]
	exiting	attack_jump, br x0
	exiting	attack_firmware, smc #0
	exiting	attack_register, mrs x1, id_aa64pfr0_el1

/* RDVL X1, #1, which EL1 allows. */
program attack_other
	attack_ready
	mov	x9, #3 << 20 | 3 << 16
	msr	cpacr_el1, x9
	isb
	.inst	0x04bf5021
	b	attack_here

/* Each answer is one more than the last, or that is told. The last one is at x22. */
program attack_asks
	mov	x21, #0
0:	hvc	#0x71
	add	x21, x21, #1
	str	x21, [x22]
	cmp	x0, x21
	b.eq	0b
	hvc	#0x72
	b	.

/*
 * Works beside others, with the page at x0: holds values in all registers and compares, again and again, and takes its timer's
 * interrupts. Behind what is held: rounds, differences, interrupts, and the ticks from one to the next.
 */
	.set	ROUNDS, 2048
	.macro	count place
	ldr	x1, [x0, #ROUNDS + 8 * \place]
	add	x1, x1, #1
	str	x1, [x0, #ROUNDS + 8 * \place]
	.endm
	.macro	spin
	mov	x9, #100
1:	subs	x9, x9, #1
	b.ne	1b
	.endm
	.macro	keep between:vararg
	systems	ldr
	.altmacro
	vectors	ldr
	generals ldr
	.noaltmacro
	\between
	add	x0, x0, #1024
	systems	str
	.altmacro
	vectors	str
	generals str
	.noaltmacro
	sub	x0, x0, #1024
	mov	x1, #GUEST_HELD
2:	sub	x1, x1, #8
	add	x3, x0, #1024
	ldr	x2, [x0, x1]
	ldr	x3, [x3, x1]
	cmp	x2, x3
	b.ne	3f
	cbnz	x1, 2b
	count	0
	b	4f
3:	count	1
4:
	.endm
	.macro	next_tick
	ldr	x1, [x0, #ROUNDS + 24]
	msr	cntv_tval_el0, x1
	isb
	.endm
program neighbour
	mov	x9, #3 << 20
	msr	cpacr_el1, x9
	mov	x9, #0xff
	msr	icc_pmr_el1, x9
	mov	x9, #1
	msr	icc_igrpen1_el1, x9
	next_tick
	msr	cntv_ctl_el0, x9
	isb
0:	keep	spin
	mrs	x2, icc_iar1_el1
	cmp	x2, #27
	b.ne	0b
	next_tick
	msr	icc_eoir1_el1, x2
	count	2
	b	0b

/* The same over calls, whose answer is the page in x0 again; with a rounding mode. */
	.set	FPCR, 1 << 22
program attack_keeps
	mov	x9, #3 << 20
	msr	cpacr_el1, x9
	isb
	mov	x9, #FPCR
	msr	fpcr, x9
0:	keep	hvc #0x73
	mrs	x1, fpcr
	cmp	x1, #FPCR
	b.eq	0b
	count	1
	b	0b

	.balign	4096
	.global	attack_code_end
attack_code_end:

	.section .note.GNU-stack, "", %progbits
