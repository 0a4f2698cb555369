/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guests of the kernel tests: small programs in pages of their own, which are mapped at GUEST_CODE
 * of a guest. They run at EL1 with the MMU off, without a stack, and report by hypercalls: the immediate
 * tells where they are, the registers what they found.
 */
	.arch	armv8.1-a
	.arch_extension simd
	.section .rodata.guest, "a"
	.balign	4096
	.global	guest_code
guest_code:

	.macro	program name
	.balign	4
	.global	\name
\name:
	.endm

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
	/* Interrupt: told by hypercall, or handled alone if x20 is not 0. */
	mrs	x10, icc_iar1_el1
	cbnz	x20, guest_quiet_interrupt
	hvc	#0xe1
	msr	icc_eoir1_el1, x10
	eret
guest_quiet_interrupt:
	/* A timer tick: count it in x21, set the next one x22 ticks on. */
	add	x21, x21, #1
	msr	cntv_tval_el0, x22
	isb
	msr	icc_eoir1_el1, x10
	eret
	.balign	2048

	.macro	set_vectors
	adr	x9, guest_vectors
	msr	vbar_el1, x9
	isb
	.endm

	/* Group 1 interrupts of every priority; Arm GIC specification (IHI 0069) 12.2. */
	.macro	interrupts_ready
	set_vectors
	mov	x9, #0xff
	msr	icc_pmr_el1, x9
	mov	x9, #1
	msr	icc_igrpen1_el1, x9
	isb
	.endm

/* Calls, with nothing between them. */
program guest_calls
	hvc	#0x1234
	hvc	#1
	smc	#2
	hvc	#3
0:	b	0b

/* One access to x0 each, then x1 is what was read. */
	.macro	access name, instruction:vararg
	program	\name
	set_vectors
	\instruction
	hvc	#0
0:	b	0b
	.endm

	access	guest_ldrb, ldrb w1, [x0]
	access	guest_ldrh, ldrh w1, [x0]
	access	guest_ldr_w, ldr w1, [x0]
	access	guest_ldr_x, ldr x1, [x0]
	access	guest_ldrsb_w, ldrsb w1, [x0]
	access	guest_ldrsb_x, ldrsb x1, [x0]
	access	guest_ldrsh_w, ldrsh w1, [x0]
	access	guest_ldrsh_x, ldrsh x1, [x0]
	access	guest_ldrsw, ldrsw x1, [x0]
	access	guest_ldr_zero, ldr xzr, [x0]
	access	guest_strb, strb w1, [x0]
	access	guest_strh, strh w1, [x0]
	access	guest_str_w, str w1, [x0]
	access	guest_str_x, str x1, [x0]
	access	guest_str_zero, str xzr, [x0]
	access	guest_ldp, ldp x1, x2, [x0]
	access	guest_stp, stp x1, x2, [x0]
	access	guest_ldr_post, ldr x1, [x0], #8
	access	guest_str_pre, str x1, [x0, #8]!
	access	guest_ldadd, ldadd x1, x2, [x0]
	access	guest_jump, br x0
	access	guest_read_pfr0, mrs x1, id_aa64pfr0_el1
	access	guest_read_mmfr1, mrs x1, id_aa64mmfr1_el1
	access	guest_read_xzr, mrs xzr, id_aa64pfr0_el1
	access	guest_read_mpidr, mrs x1, mpidr_el1
	access	guest_write_sgi, msr icc_sgi1r_el1, x1
	access	guest_undefined, udf #7

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
	mov	x20, #1
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

/* The virtual timer set x1 ticks ahead, then WFI with interrupts masked: it wakes all the same. */
program guest_timer_masked
	mov	x9, #0xff
	msr	icc_pmr_el1, x9
	mov	x9, #1
	msr	icc_igrpen1_el1, x9
	msr	cntv_tval_el0, x1
	msr	cntv_ctl_el0, x9
	isb
	wfi
	mrs	x3, cntv_ctl_el0
	hvc	#0x12
0:	b	0b

	.macro	vector operation, number
	\operation	q\number, [x0, #16 * \number]
	.endm

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

/* Lets its timer fire with interrupts masked, after x1 ticks, and calls 0x50. */
program guest_timer_fired
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

/* Turns stage 1 on: x0 TTBR0_EL1, x1 TCR_EL1, x2 SCTLR_EL1. */
program guest_mmu
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
	hvc	#0x40
0:	b	0b

	.balign	4096
	.global	guest_code_end
guest_code_end:

	.section .note.GNU-stack, "", %progbits
