/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guests of the kernel tests: small programs in pages of their own, which are mapped at GUEST_CODE
 * of a guest. They run at EL1 with the MMU off, without a stack, and report by hypercalls: the immediate
 * tells where they are, the registers what they found.
 */
#include "guest.inc"

	.arch	armv8.1-a
	.arch_extension simd
	.section .rodata.guest, "a"
	.balign	4096
	.global	guest_code
guest_code:

/* Vectors, for those that set VBAR_EL1: only what comes from the current level with SP_EL1. */
	.balign	2048
guest_vectors:
	.skip	0x200
	/* Synchronous: x10 syndrome, x11 address of the instruction, x12 fault address. */
	mrs	x10, esr_el1
	mrs	x11, elr_el1
	mrs	x12, far_el1
	hvc	#0xe0
0:	b	0b
	.balign	0x80
	/* Interrupt: told by hypercall, or handled at x20 if that is not 0. x11 is its group. */
	mrs	x10, icc_iar1_el1
	mov	x11, #1
	cbz	x20, 0f
	br	x20
0:	hvc	#0xe1
	msr	icc_eoir1_el1, x10
	eret
	.balign	0x80
	/* Fast interrupt: group 0. */
	mrs	x10, icc_iar0_el1
	mov	x11, #0
	br	x20
	.balign	2048

/* A timer tick: count it in x21, set the next one x22 ticks on. */
guest_tick:
	add	x21, x21, #1
	msr	cntv_tval_el0, x22
	isb
	msr	icc_eoir1_el1, x10
	eret

	/* Ends x10; x15 is the most ticks that an end took: a few, or many where the kernel came between. */
	.macro	end_interrupt group
	mrs	x13, cntvct_el0
	msr	icc_eoir\group\()_el1, x10
	isb
	mrs	x14, cntvct_el0
	sub	x14, x14, x13
	cmp	x14, x15
	csel	x15, x14, x15, hi
	.endm

/* Tells x10 and x11, can be interrupted by what is more urgent, ends it, and tells x10 again. */
guest_nested:
	mrs	x12, elr_el1
	mrs	x13, spsr_el1
	stp	x12, x13, [sp, #-32]!
	stp	x10, x11, [sp, #16]
	hvc	#0xe2
	msr	daifclr, #3
	isb
	msr	daifset, #3
	ldp	x10, x11, [sp, #16]
	cbz	x11, 1f
	end_interrupt 1
	b	2f
1:	end_interrupt 0
2:	hvc	#0xe3
	ldp	x12, x13, [sp], #32
	msr	elr_el1, x12
	msr	spsr_el1, x13
	eret

/* Stores x10 at x19 and waits there until the next word is not 0. */
guest_held:
	str	x10, [x19]
0:	ldr	x9, [x19, #8]
	cbz	x9, 0b
	str	xzr, [x19, #8]
	str	xzr, [x19]
	end_interrupt 1
	eret

/* An interrupt of the UART at x19, whose mask is 0x38 on: counted in x21; the UART is quiet if x21 & x18 is 0 then. */
guest_uart:
	add	x21, x21, #1
	tst	x21, x18
	b.ne	0f
	str	wzr, [x19, #0x38]
0:	end_interrupt 1
	eret

/* Sets the timer x22 ticks on, and tells it before it ends it. */
guest_timer_again:
	msr	cntv_tval_el0, x22
	isb
	hvc	#0xe1
	msr	icc_eoir1_el1, x10
	eret

	.macro	set_vectors
	adr	x9, guest_vectors
	msr	vbar_el1, x9
	isb
	.endm

	.macro	interrupts_ready
	set_vectors
	interrupts_on
	.endm

/* Calls, with nothing between them. */
program guest_calls
	hvc	#0x1234
	.global	guest_calls_second
guest_calls_second:
	hvc	#1
	hvc	#2
	.global	guest_calls_last
guest_calls_last:
	hvc	#3
0:	b	0b

/* The same of the firmware's. */
program guest_firmware
	smc	#2
	hvc	#3
0:	b	0b

/* Makes its call after x0 ticks. */
program guest_works
	isb
	mrs	x1, cntvct_el0
	add	x0, x0, x1
0:	isb
	mrs	x1, cntvct_el0
	cmp	x1, x0
	b.lo	0b
	hvc	#0x1234
1:	b	1b

/* One access to x0 each, then x1 is what was read. */
	.macro	access name, instruction:vararg
	program	\name
	set_vectors
	\instruction
	hvc	#0
0:	b	0b
	.endm

	access	guest_load_1, ldrb w1, [x0]
	access	guest_load_2, ldrh w1, [x0]
	access	guest_load_4, ldr w1, [x0]
	access	guest_load_8, ldr x1, [x0]
	access	guest_ldrsb_w, ldrsb w1, [x0]
	access	guest_load_1s, ldrsb x1, [x0]
	access	guest_ldrsh_w, ldrsh w1, [x0]
	access	guest_load_2s, ldrsh x1, [x0]
	access	guest_load_4s, ldrsw x1, [x0]
	access	guest_ldr_zero, ldr xzr, [x0]
	access	guest_store_1, strb w1, [x0]
	access	guest_store_2, strh w1, [x0]
	access	guest_store_4, str w1, [x0]
	access	guest_store_8, str x1, [x0]
	access	guest_str_zero, str xzr, [x0]
	access	guest_ldp, ldp x1, x2, [x0]
	access	guest_stp, stp x1, x2, [x0]
	access	guest_ldr_post, ldr x1, [x0], #8
	access	guest_str_pre, str x1, [x0, #8]!
	access	guest_ldadd, ldadd x1, x2, [x0]
	access	guest_jump, br x0
	access	guest_store_undecoded, stp x1, x2, [x0]
	access	guest_register_read, mrs x1, id_aa64pfr0_el1
	access	guest_register_write, msr icc_sgi1r_el1, x1
	access	guest_read_mmfr1, mrs x1, id_aa64mmfr1_el1
	access	guest_read_xzr, mrs xzr, id_aa64pfr0_el1
	access	guest_read_mpidr, mrs x1, mpidr_el1
	access	guest_undefined, udf #7

/* Each priority is active in both groups, and as that of an interrupt that is not maskable. */
program guest_priorities
	mov	x1, #-1
	msr	icc_ap0r0_el1, x1
	msr	icc_ap1r0_el1, x1
	hvc	#0
0:	b	0b

/* x1 stores at x0. */
program guest_stores
	set_vectors
0:	str	w1, [x0]
	subs	x1, x1, #1
	b.ne	0b
	hvc	#0
	b	.

/* A store and a load in a window at x0, x2 times: x1 is what was read last. */
program guest_device
	set_vectors
0:	str	w2, [x0, #0x50]
	ldr	w1, [x0, #0x10]
	subs	x2, x2, #1
	b.ne	0b
	hvc	#0
	b	.

/* Counts in the word at x0 for ever. */
program guest_spin
	ldr	x1, [x0]
	add	x1, x1, #1
	str	x1, [x0]
	b	guest_spin

/* Waits once, interrupts masked. */
program guest_wfi
	wfi
	hvc	#7
	wfi
	hvc	#8
0:	b	0b

/* Takes interrupts: tells by a call that it is ready, then waits for ever. */
program guest_interrupts
	interrupts_ready
	msr	daifclr, #2
	hvc	#0x10
0:	wfi
	b	0b

/* The same, but with interrupts masked until the answer to the call. */
program guest_interrupts_masked
	interrupts_ready
	hvc	#0x10
	msr	daifclr, #2
0:	wfi
	b	0b

/*
 * x1 ticks of the virtual timer x22 counter ticks apart, handled without calls, waited for in a loop; the same
 * with WFI if x2 is not 0.
 */
program guest_timer
	adr	x20, guest_tick
	mov	x21, #0
	interrupts_ready
	msr	daifclr, #2
	msr	cntv_tval_el0, x22
	mov	x9, #1
	msr	cntv_ctl_el0, x9
	isb
0:	cbz	x2, 1f
	wfi
1:	cmp	x21, x1
	b.lo	0b
	msr	cntv_ctl_el0, xzr
	isb
	hvc	#0x11
2:	b	2b

/* Two calls with interrupts masked, which are then handled one within the other. x0: the page for its stack. */
program guest_nesting
	adr	x20, guest_nested
	add	sp, x0, #0x1000
	mov	x15, #0
	interrupts_ready
	hvc	#0x10
	hvc	#0x14
	msr	daifclr, #3
0:	wfi
	b	0b

/* Handles interrupts by two words at x0, without calls. */
program guest_holds
	adr	x20, guest_held
	mov	x19, x0
	interrupts_ready
	msr	daifclr, #2
	hvc	#0x10
0:	wfi
	b	0b

/* x1 interrupts of the UART at x0, each caused as the last one is over, see guest_uart; a call; then it waits for more. */
program guest_uart_interrupts
	adr	x20, guest_uart
	mov	x19, x0
	mov	x18, x2
	mov	x21, #0
	mov	x15, #0
	interrupts_ready
	msr	daifclr, #2
0:	cmp	x21, x1
	b.hs	2f
	mov	w9, #0x20
	str	w9, [x19, #0x38]
1:	ldr	w9, [x19, #0x38]
	cbnz	w9, 1b
	b	0b
2:	hvc	#0x15
3:	wfi
	b	3b

/* The virtual timer by its registers: CVAL x1, CTL x2. What comes is told with the next one set, see guest_timer_again. */
program guest_timer_registers
	adr	x20, guest_timer_again
	interrupts_ready
	msr	daifclr, #2
	msr	cntv_cval_el0, x1
	msr	cntv_ctl_el0, x2
	isb
0:	wfi
	b	0b

/* The virtual timer set x1 ticks ahead, then WFI with interrupts masked: it wakes all the same. x2: CTL then. */
program guest_timer_masked
	mov	x9, #0xff
	msr	icc_pmr_el1, x9
	mov	x9, #1
	msr	icc_igrpen1_el1, x9
	msr	cntv_tval_el0, x1
	msr	cntv_ctl_el0, x9
	isb
	wfi
	mrs	x2, cntv_ctl_el0
	hvc	#0x12
0:	b	0b

/* Storms, each behind a call: of calls; of SGIs to itself (x1); of its timer, x22 ticks ahead of each wait. x21 counts. */
program guest_call_storm
	mov	x21, #0
	hvc	#0x10
0:	hvc	#0
	add	x21, x21, #1
	b	0b

program guest_self_storm
	adr	x20, guest_tick
	mov	x21, #0
	interrupts_ready
	msr	daifclr, #2
	hvc	#0x10
0:	msr	icc_sgi1r_el1, x1
	b	0b

program guest_timer_storm
	adr	x20, guest_tick
	mov	x21, #0
	interrupts_ready
	msr	daifclr, #2
	hvc	#0x10
	mov	x9, #1
	msr	cntv_tval_el0, x22
	msr	cntv_ctl_el0, x9
0:	isb
	wfi
	b	0b

/* Holds v0 to v31 from the 512 bytes at x0 over a call, then stores them behind. */
program guest_floating_point
	mov	x9, #3 << 20
	msr	cpacr_el1, x9
	isb
	.altmacro
	.set	n, 0
	.rept	32
	vector	ldr, %n
	.set	n, n + 1
	.endr
	.noaltmacro
	hvc	#0x20
	add	x0, x0, #512
	.altmacro
	.set	n, 0
	.rept	32
	vector	str, %n
	.set	n, n + 1
	.endr
	.noaltmacro
	hvc	#0x21
0:	b	0b

/* Keeps values in system registers over a call: x10 to x14 in, x15 to x19 out. */
program guest_system_registers
	msr	tpidr_el0, x10
	msr	tpidrro_el0, x11
	msr	tpidr_el1, x12
	msr	sp_el0, x13
	msr	vbar_el1, x14
	hvc	#0x30
	mrs	x15, tpidr_el0
	mrs	x16, tpidrro_el0
	mrs	x17, tpidr_el1
	mrs	x18, sp_el0
	mrs	x19, vbar_el1
	hvc	#0x31
0:	b	0b

/* Lets its timer fire with interrupts masked, after x1 ticks, and calls 0x50; then it takes it. */
program guest_timer_fired
	mov	x20, #0
	interrupts_ready
	msr	cntv_tval_el0, x1
	mov	x9, #1
	msr	cntv_ctl_el0, x9
	isb
0:	mrs	x3, cntv_ctl_el0
	tbz	x3, #2, 0b
	mov	x9, #1000
1:	subs	x9, x9, #1
	b.ne	1b
	hvc	#0x50
	msr	daifclr, #2
	b	.

/* DISR_EL1: written with x0; read into x1. */
program guest_disr_write
	msr	S3_0_C12_C1_1, x0
	hvc	#0x51
	b	.

program guest_disr_read
	mrs	x1, S3_0_C12_C1_1
	hvc	#0x52
	b	.

/*
 * Fills its registers from the page at x0, calls, and stores what they are then 1024 bytes behind: v0 to v31, then registers of
 * EL1, then x10 to x27. At the call one of its interrupts is active (x28 its number), and its timer is set x29 ticks ahead.
 */
program guest_everything
	mov	x9, #3 << 20
	msr	cpacr_el1, x9
	interrupts_ready
	mrs	x28, icc_iar1_el1
	msr	cntv_tval_el0, x29
	mov	x9, #1
	msr	cntv_ctl_el0, x9
	isb
	systems	ldr
	.altmacro
	vectors	ldr
	generals ldr
	.noaltmacro
	hvc	#0x60
	add	x0, x0, #1024
	systems	str
	.altmacro
	vectors	str
	generals str
	.noaltmacro
	msr	icc_eoir1_el1, x28
	/* What is pending comes now, and then the timer. */
	mrs	x1, icc_iar1_el1
	msr	icc_eoir1_el1, x1
	wfi
	mrs	x2, icc_iar1_el1
	hvc	#0x61
	b	.

/* The same registers, filled with x1. */
program guest_scribbles
	mov	x9, #3 << 20
	msr	cpacr_el1, x9
	isb
	systems	ldr
	.altmacro
	vectors	ldr
	generals ldr
	.noaltmacro
	hvc	#0x62
	b	.

/* Turns stage 1 on: x0 TTBR0_EL1, x1 TCR_EL1, x2 SCTLR_EL1. */
	.macro	stage1_on
	msr	ttbr0_el1, x0
	msr	tcr_el1, x1
	mov	x9, #0xff
	msr	mair_el1, x9
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	msr	sctlr_el1, x2
	isb
	.endm

program guest_mmu
	stage1_on
	hvc	#0x40
0:	b	0b

/* With stage 1 on: each answer to the call names an address in x0, and x1 is what is read there. */
program guest_reads_on
	stage1_on
	set_vectors
0:	hvc	#0x41
	ldr	x1, [x0]
	b	0b

/*
 * With stage 1 on: asks for the translation of x8, then stores w4 where the answer says, in x0. PAR_EL1 before it is in x5,
 * after it in x6.
 */
program guest_store_between
	stage1_on
	hvc	#0x40
	at	s1e1r, x8
	isb
	mrs	x5, par_el1
	str	w4, [x0]
	mrs	x6, par_el1
	hvc	#0x42
0:	b	0b

/* The same with the store at EL0: x7 on from here this code may run there. */
program guest_store_between_at_el0
	stage1_on
	adr	x9, user_vectors
	msr	vbar_el1, x9
	hvc	#0x40
	at	s1e0r, x8
	isb
	mrs	x5, par_el1
	adr	x9, 0f
	add	x9, x9, x7
	msr	elr_el1, x9
	mov	x9, #0x3c0
	msr	spsr_el1, x9
	eret
0:	str	w4, [x0]
	svc	#0
	.balign	2048
user_vectors:
	.skip	0x400
	/* Synchronous, from EL0. */
	mrs	x6, par_el1
	mrs	x10, esr_el1
	hvc	#0x42
0:	b	0b
	.org	user_vectors + 0x600
	/* And from EL0 in AArch32. */
	hvc	#0x43
0:	b	0b

/*
 * A process in AArch32 (T32, as halfwords): the first of two conditional instructions traps, the second must not happen, and r2
 * stays 0.
 */
program guest_it_load
	adr	x9, user_vectors
	msr	vbar_el1, x9
	adr	x9, 0f
	msr	elr_el1, x9
	mov	x9, #0x1f0
	msr	spsr_el1, x9
	eret
0:	.hword	0x2200		/* movs r2, #0 */
	.hword	0xbf0c		/* ite eq */
	.hword	0x6801		/* ldreq r1, [r0] */
	.hword	0x2201		/* movne r2, #1 */
	.hword	0xdf00		/* svc #0 */

	.balign	4096
	.global	guest_code_end
guest_code_end:

	.section .note.GNU-stack, "", %progbits
