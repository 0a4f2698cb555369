/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What workers do that C cannot say: instructions that fault, each with a label at it, and holding a value in every register for
 * a while.
 */
	.option	arch, +d
	.option	arch, +h
	.text

/* A worker entry (a0 its argument) of one instruction that faults at the label. */
	.macro	faulting name, instruction:vararg
	.global	\name
	.type	\name, %function
\name:	\instruction
0:	j	0b
	.size	\name, . - \name
	.endm

	faulting fault_read, ld a1, 0(a0)
	faulting fault_write, sd a1, 0(a0)
	faulting fault_jump, jr a0
	faulting fault_misaligned, lr.d a1, (a0)
	faulting fault_undefined, unimp
	faulting fault_break, ebreak
	faulting fault_supervisor_read, csrr a1, sstatus
	faulting fault_supervisor_write, csrw stvec, a1
	faulting fault_hypervisor_read, csrr a1, hstatus
	faulting fault_hypervisor_write, csrw hgatp, x0
	faulting fault_guest_read, csrr a1, vsstatus
	faulting fault_machine_read, csrr a1, mstatus
	faulting fault_cycle_read, csrr a1, cycle
	faulting fault_return, sret
	faulting fault_machine_return, mret
	faulting fault_wait, wfi
	faulting fault_fence, sfence.vma
	faulting fault_guest_fence, hfence.gvma
	faulting fault_guest_load, hlv.d a1, (a0)
	faulting fault_guest_store, hsv.d a1, (a0)

/* uint64_t raw_call(uint64_t number, uint64_t capability): a system call with all bits of both, and no deadline; gives its status. */
	.global	raw_call
	.type	raw_call, %function
raw_call:
	mv	t0, a0
	mv	a0, a1
	li	t1, -1
	ecall
	ret
	.size	raw_call, . - raw_call

	.macro	general operation, number
	\operation	x\number, 8 * \number(a0)
	.endm
	.macro	float operation, number
	\operation	f\number, 256 + 8 * \number(a0)
	.endm
	/* All but x0, the stack pointer and a0. */
	.macro	generals operation
	general	\operation, 1
	.set	n, 3
	.rept	7
	general	\operation, %n
	.set	n, n + 1
	.endr
	.set	n, 11
	.rept	21
	general	\operation, %n
	.set	n, n + 1
	.endr
	.endm
	.macro	floats operation
	.set	n, 0
	.rept	32
	float	\operation, %n
	.set	n, n + 1
	.endr
	.endm
	.macro	kept operation
	\operation	ra, 0(sp)
	\operation	gp, 8(sp)
	\operation	tp, 16(sp)
	\operation	s0, 24(sp)
	\operation	s1, 32(sp)
	\operation	s2, 40(sp)
	\operation	s3, 48(sp)
	\operation	s4, 56(sp)
	\operation	s5, 64(sp)
	\operation	s6, 72(sp)
	\operation	s7, 80(sp)
	\operation	s8, 88(sp)
	\operation	s9, 96(sp)
	\operation	s10, 104(sp)
	\operation	s11, 112(sp)
	.endm

/*
 * void registers_hold(const struct held *values, struct held *stored, uint64_t loops)
 *
 * Loads x1, x3 to x9, x11 to x31 and f0 to f31 from `values`, counts a0 down from `loops`, and stores them all.
 */
	.global	registers_hold
	.global	registers_hold_loop
	.type	registers_hold, %function
registers_hold:
	addi	sp, sp, -144
	kept	sd
	sd	a1, 120(sp)
	sd	a2, 128(sp)
	.altmacro
	floats	fld
	generals ld
	.noaltmacro
	ld	a0, 128(sp)
registers_hold_loop:
	addi	a0, a0, -1
	bnez	a0, registers_hold_loop
	ld	a0, 120(sp)
	.altmacro
	generals sd
	floats	fsd
	.noaltmacro
	kept	ld
	addi	sp, sp, 144
	ret
	.size	registers_hold, . - registers_hold

	.section .note.GNU-stack, "", %progbits
