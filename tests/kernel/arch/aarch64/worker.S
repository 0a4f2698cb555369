/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What workers do that C cannot say: instructions that fault, each with a label at it, and holding a
 * value in every register for a while.
 */
	.arch_extension simd
	.text

/* A worker entry (x0 its argument) of one instruction that faults at the label. */
	.macro	faulting name, instruction:vararg
	.global	\name
	.type	\name, %function
\name:	\instruction
0:	b	0b
	.size	\name, . - \name
	.endm

	faulting fault_read, ldr x1, [x0]
	faulting fault_write, str x1, [x0]
	faulting fault_jump, br x0
	faulting fault_misaligned, ldxr x1, [x0]
	faulting fault_undefined, udf #0
	faulting fault_break, brk #5
	faulting fault_hypercall, hvc #0
	faulting fault_firmware, smc #0
	faulting fault_register_read, mrs x1, sctlr_el1
	faulting fault_register_write, msr vbar_el1, x1
	faulting fault_return, eret

/*
 * uint64_t raw_call(uint64_t number, uint64_t capability): a system call with all bits of both, and no
 * deadline; gives its status.
 */
	.global	raw_call
	.type	raw_call, %function
raw_call:
	mov	x8, x0
	mov	x0, x1
	mov	x9, #-1
	svc	#0
	ret
	.size	raw_call, . - raw_call

/* The same instruction with another immediate; returns only if that did nothing. */
	.global	other_supervisor_call
	.type	other_supervisor_call, %function
other_supervisor_call:
	mov	x8, #6
	svc	#1
	ret
	.size	other_supervisor_call, . - other_supervisor_call

	.macro	general operation, number
	\operation	x\number, [x0, #8 * \number]
	.endm
	.macro	vector operation, number
	\operation	q\number, [x1, #16 * \number]
	.endm

/*
 * void registers_hold(const struct held *values, struct held *stored, uint64_t loops)
 *
 * Loads x1 to x30, TPIDR_EL0 and v0 to v31 from `values`, counts x0 down from `loops`, and stores them all.
 * struct held: x[31] (x[0] is not used), tpidr, v[32] of 16 bytes.
 */
	.global	registers_hold
	.global	registers_hold_loop
	.type	registers_hold, %function
registers_hold:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	stp	x1, x2, [sp, #96]
	ldr	x1, [x0, #248]
	msr	tpidr_el0, x1
	add	x1, x0, #256
	.altmacro
	.set	n, 0
	.rept	32
	vector	ldr, %n
	.set	n, n + 1
	.endr
	.set	n, 1
	.rept	30
	general	ldr, %n
	.set	n, n + 1
	.endr
	.noaltmacro
	ldr	x0, [sp, #104]
registers_hold_loop:
	subs	x0, x0, #1
	b.ne	registers_hold_loop
	ldr	x0, [sp, #96]
	.altmacro
	.set	n, 1
	.rept	30
	general	str, %n
	.set	n, n + 1
	.endr
	mrs	x1, tpidr_el0
	str	x1, [x0, #248]
	add	x1, x0, #256
	.set	n, 0
	.rept	32
	vector	str, %n
	.set	n, n + 1
	.endr
	.noaltmacro
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #112
	ret
	.size	registers_hold, . - registers_hold

	.section .note.GNU-stack, "", %progbits
