/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guests of the kernel tests: small programs in pages of their own, which are mapped at GUEST_CODE of a guest. They run in
 * VS-mode without translation, without a stack, and report by hypercalls: the number tells where they are, the registers what
 * they found.
 */
#include "guest.inc"

	.section .rodata.guest, "a"
	.balign	4096
	.global	guest_code
guest_code:

/*
 * All traps. Exceptions are told: s2 cause, s3 address of the instruction, s4 fault address. An interrupt goes to the handler at s1,
 * or is told if that is 0: s2 is its number.
 */
	.balign	4
guest_vector:
	csrr	s2, scause
	bltz	s2, 0f
	csrr	s3, sepc
	csrr	s4, stval
	vmcall	0xe0
	j	.
0:	beqz	s1, 1f
	jr	s1
1:	slli	s2, s2, 1
	srli	s2, s2, 1
	li	t0, 9
	bne	s2, t0, 2f
	/* From the controller, which is the test: claimed and completed by calls. What was in the results' registers stays. */
	mv	t4, a0
	mv	t5, a1
	vmcall	0xe4
	mv	s2, a0
	beqz	s2, 3f
	vmcall	0xe1
	mv	a0, s2
	vmcall	0xe5
3:	mv	a0, t4
	mv	a1, t5
	sret
	/* Software's is over when it is cleared; the timer's when that is set anew. */
2:	li	t0, 5
	beq	s2, t0, 4f
	csrci	sip, SIE_SOFTWARE
	li	s2, 1024
	vmcall	0xe1
	sret
4:	li	t0, -1
	csrw	STIMECMP, t0
	li	s2, 1025
	vmcall	0xe1
	sret

	.balign	4
/*
 * An interrupt of the UART at s8, whose mask is 1 on: counted in s5; the UART is quiet if s5 & s9 is 0 then, and asks
 * anew (uart_ask_on()) otherwise.
 */
guest_uart:
	mv	s6, a0
	mv	s7, a1
	vmcall	0xe4
	mv	s2, a0
	beqz	s2, 1f
	addi	s5, s5, 1
	and	t0, s5, s9
	sb	zero, 1(s8)
	beqz	t0, 0f
	li	t0, 2
	sb	t0, 1(s8)
0:	mv	a0, s2
	vmcall	0xe5
1:	mv	a0, s6
	mv	a1, s7
	sret

/* A timer tick: count it in s5, set the next one s6 ticks on. */
guest_tick:
	addi	s5, s5, 1
	rdtime	t0
	add	t0, t0, s6
	csrw	STIMECMP, t0
	sret

/* An interrupt of software's own: counted in s5. */
guest_self:
	csrci	sip, SIE_SOFTWARE
	addi	s5, s5, 1
	sret

/* Sets the timer s6 ticks on, and tells it. */
guest_timer_again:
	rdtime	t0
	add	t0, t0, s6
	csrw	STIMECMP, t0
	li	s2, 1025
	vmcall	0xe1
	sret

	.macro	set_vectors
	la	t0, guest_vector
	csrw	stvec, t0
	.endm

	.macro	interrupts_ready handler=0
	set_vectors
	.ifc	\handler, 0
	li	s1, 0
	.else
	la	s1, \handler
	.endif
	interrupts_on
	.endm

/* Calls, with nothing between them but their numbers. */
program guest_calls
	vmcall	0x1234
	.global	guest_calls_second
guest_calls_second:
	vmcall	1
	vmcall	2
	.global	guest_calls_last
guest_calls_last:
	vmcall	3
	j	.

/* Makes its call after a0 ticks. */
program guest_works
	rdtime	t0
	add	a0, a0, t0
0:	rdtime	t0
	bltu	t0, a0, 0b
	vmcall	0x1234
	j	.

/* One access to a0 each, then a1 is what was read. */
	.macro	access name, instruction:vararg
	program	\name
	set_vectors
	\instruction
	vmcall	0
	j	.
	.endm

	.macro	compressed_access name, instruction:vararg
	program	\name
	set_vectors
	.option	rvc
	\instruction
	.option	norvc
	vmcall	0
	j	.
	.endm

	access	guest_load_1, lbu a1, 0(a0)
	access	guest_load_2, lhu a1, 0(a0)
	access	guest_load_4, lwu a1, 0(a0)
	access	guest_load_8, ld a1, 0(a0)
	access	guest_load_1s, lb a1, 0(a0)
	access	guest_load_2s, lh a1, 0(a0)
	access	guest_load_4s, lw a1, 0(a0)
	access	guest_load_zero, ld zero, 0(a0)
	compressed_access guest_c_load_4s, c.lw a1, 0(a0)
	compressed_access guest_c_load_8, c.ld a1, 0(a0)
	access	guest_store_1, sb a1, 0(a0)
	access	guest_store_2, sh a1, 0(a0)
	access	guest_store_4, sw a1, 0(a0)
	access	guest_store_8, sd a1, 0(a0)
	access	guest_store_zero, sd zero, 0(a0)
	compressed_access guest_c_store_4, c.sw a1, 0(a0)
	compressed_access guest_c_store_8, c.sd a1, 0(a0)
	access	guest_store_undecoded, amoadd.d a2, a1, (a0)
	access	guest_swap, amoswap.w a2, a1, (a0)
	access	guest_load_reserved, lr.d a2, (a0)
	access	guest_jump, jr a0
	access	guest_register_read, csrr a1, hstatus
	access	guest_register_write, csrw htval, a1
	access	guest_register_set, csrrs a1, htval, a0
	access	guest_register_clear, csrrci a1, htval, 21
	access	guest_undefined, .word 0
	access	guest_hypervisor_load, hlv.d a1, (a0)
	access	guest_hypervisor_fence, hfence.gvma

/* With the floating-point registers. */
program guest_load_float
	floats_on
	fld	f1, 0(a0)
	vmcall	0
	j	.

/* a1 stores at a0. */
program guest_stores
	set_vectors
0:	sw	a1, 0(a0)
	addi	a1, a1, -1
	bnez	a1, 0b
	vmcall	0
	j	.

/* A store and a load in a window at a0, a2 times: a1 is what was read last. */
program guest_device
	set_vectors
0:	sw	a2, 0x50(a0)
	lwu	a1, 0x10(a0)
	addi	a2, a2, -1
	bnez	a2, 0b
	vmcall	0
	j	.

/* Counts in the word at a0 for ever. */
program guest_spin
	ld	a1, 0(a0)
	addi	a1, a1, 1
	sd	a1, 0(a0)
	j	guest_spin

/* Waits, interrupts masked. */
program guest_wfi
	interrupts_on
	wfi
	vmcall	7
	wfi
	vmcall	8
	j	.

/* Takes interrupts: tells by a call that it is ready, then waits for ever. */
program guest_interrupts
	interrupts_ready
	csrsi	sstatus, SSTATUS_SIE
	vmcall	0x10
0:	wfi
	j	0b

/* The same, but with interrupts masked until the answer to the call. */
program guest_interrupts_masked
	interrupts_ready
	vmcall	0x10
	csrsi	sstatus, SSTATUS_SIE
0:	wfi
	j	0b

/* a1 interrupts of the UART at a0, each caused as the last one is over, see guest_uart; a call; then it waits for more. */
program guest_uart_interrupts
	mv	s8, a0
	mv	s9, a2
	mv	s10, a1
	li	s5, 0
	interrupts_ready guest_uart
	csrsi	sstatus, SSTATUS_SIE
0:	bgeu	s5, s10, 2f
	li	s11, 2
	sb	s11, 1(s8)
1:	lbu	s11, 1(s8)
	bnez	s11, 1b
	j	0b
2:	vmcall	0x15
3:	wfi
	j	3b

/* a1 ticks of the timer s6 counter ticks apart, handled without calls, waited for in a loop; the same with WFI if a2 is not 0. */
program guest_timer
	li	s5, 0
	rdtime	t0
	add	t0, t0, s6
	csrw	STIMECMP, t0
	interrupts_ready guest_tick
	csrsi	sstatus, SSTATUS_SIE
0:	beqz	a2, 1f
	wfi
1:	bltu	s5, a1, 0b
	csrci	sstatus, SSTATUS_SIE
	li	t0, -1
	csrw	STIMECMP, t0
	vmcall	0x11
	j	.

/* The timer at a1. What comes is told with the next one set, see guest_timer_again. */
program guest_timer_registers
	csrw	STIMECMP, a1
	interrupts_ready guest_timer_again
	csrsi	sstatus, SSTATUS_SIE
0:	wfi
	j	0b

/* The timer set a1 ticks ahead, then WFI with interrupts masked: it wakes all the same. a2: what is pending then. */
program guest_timer_masked
	rdtime	t0
	add	t0, t0, a1
	csrw	STIMECMP, t0
	interrupts_on
	wfi
	csrr	a2, sip
	vmcall	0x12
	j	.

/* Lets its timer fire with interrupts masked, after a1 ticks, and calls 0x50; then it takes it. */
program guest_timer_fired
	rdtime	t0
	add	t0, t0, a1
	csrw	STIMECMP, t0
	interrupts_ready guest_timer_again
0:	csrr	t0, sip
	andi	t0, t0, SIE_TIMER
	beqz	t0, 0b
	vmcall	0x50
	csrsi	sstatus, SSTATUS_SIE
	j	.

/* Storms, each behind a call: of calls; of interrupts to itself; of its timer, s6 ticks ahead of each wait. s5 counts. */
program guest_call_storm
	li	s5, 0
	vmcall	0x10
0:	vmcall	0
	addi	s5, s5, 1
	j	0b

program guest_self_storm
	li	s5, 0
	interrupts_ready guest_self
	csrsi	sstatus, SSTATUS_SIE
	vmcall	0x10
0:	csrw	htval, a1
	j	0b

program guest_timer_storm
	li	s5, 0
	li	t0, -1
	csrw	STIMECMP, t0
	interrupts_ready guest_tick
	csrsi	sstatus, SSTATUS_SIE
	vmcall	0x10
	rdtime	t0
	add	t0, t0, s6
	csrw	STIMECMP, t0
0:	wfi
	j	0b

/* Holds f0 to f31 from the 256 bytes at a0 over a call, then stores them 512 bytes behind. */
program guest_floating_point
	floats_on
	.altmacro
	floats	fld
	.noaltmacro
	vmcall	0x20
	addi	a0, a0, 512
	.altmacro
	floats	fsd
	.noaltmacro
	vmcall	0x21
	j	.

/* Keeps values in registers of VS-mode over a call: a3 to a7 in, s7 to s11 out. */
program guest_system_registers
	csrw	sscratch, a3
	csrw	sepc, a4
	csrw	stval, a5
	csrw	scause, a6
	csrw	stvec, a7
	vmcall	0x30
	csrr	s7, sscratch
	csrr	s8, sepc
	csrr	s9, stval
	csrr	s10, scause
	csrr	s11, stvec
	vmcall	0x31
	j	.

/*
 * Fills its registers from the page at a0, calls, and stores what they are then 1024 bytes behind. At the call one of its interrupts
 * is active (t3 its number), and its timer is set t4 ticks ahead.
 */
program guest_everything
	floats_on
	interrupts_on
	mv	t5, a0
	vmcall	0xe4
	mv	t3, a0
	mv	a0, t5
	rdtime	t0
	add	t0, t0, t4
	csrw	STIMECMP, t0
	systems	ld
	.altmacro
	floats	fld
	generals ld
	.noaltmacro
	vmcall	0x60
	addi	a0, a0, 1024
	systems	sd
	.altmacro
	floats	fsd
	generals sd
	.noaltmacro
	mv	a0, t3
	vmcall	0xe5
	/* What is pending comes now, and then the timer. */
	vmcall	0xe4
	mv	t3, a0
0:	wfi
	csrr	t0, sip
	andi	t0, t0, SIE_TIMER
	beqz	t0, 0b
	mv	a1, t3
	li	a2, 1025
	vmcall	0x61
	j	.

/* The same registers, filled with others. */
program guest_scribbles
	floats_on
	systems	ld
	.altmacro
	floats	fld
	generals ld
	.noaltmacro
	vmcall	0x62
	j	.

/* Turns translation on (Sv39), with the table at a0. */
	.macro	stage1_on
	srli	a0, a0, 12
	li	t0, 8 << 60
	or	a0, a0, t0
	csrw	satp, a0
	sfence.vma
	.endm

program guest_mmu
	stage1_on
	vmcall	0x40
	j	.

/* With translation on: each answer to the call names an address in a0, and a1 is what is read there. */
program guest_reads_on
	stage1_on
	set_vectors
0:	vmcall	0x41
	ld	a1, 0(a0)
	j	0b

/* Waits with interrupts a0 enabled, but none let in, when it has pended a1 itself; what is pending then is in a2. */
program guest_waits
	csrw	sie, a0
	csrs	sip, a1
	wfi
	csrr	a2, sip
	vmcall	0x72
	j	.

	.option	arch, +v
	.macro	vectors_on
	li	t0, SSTATUS_VS
	csrs	sstatus, t0
	.endm

/* Fills all vector registers with what is in a0 to a3, eight with each; the call's answer is where they are stored then. */
program guest_vectors
	set_vectors
	vectors_on
	vsetvli	t0, zero, e64, m8, ta, ma
	vmv.v.x	v0, a0
	vmv.v.x	v8, a1
	vmv.v.x	v16, a2
	vmv.v.x	v24, a0
	vsetivli t0, 1, e32, m1, ta, ma
	csrwi	vcsr, 5
	vmcall	0x70
	csrr	t1, vlenb
	slli	t2, t1, 3
	vs8r.v	v0, (a0)
	add	a0, a0, t2
	vs8r.v	v8, (a0)
	add	a0, a0, t2
	vs8r.v	v16, (a0)
	add	a0, a0, t2
	vs8r.v	v24, (a0)
	mv	a0, t1
	csrr	a1, vtype
	csrr	a2, vl
	csrr	a3, vcsr
	vmcall	0x71
	j	.

/* A load from a0 that htinst says nothing of. */
program guest_load_vector
	set_vectors
	vectors_on
	vsetivli t0, 1, e64, m1, ta, ma
	vle64.v	v0, (a0)
	vmcall	0
	j	.

	.balign	4096
	.global	guest_code_end
guest_code_end:

	.section .note.GNU-stack, "", %progbits
