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

/* x0 becomes the stack pointer; the access at the label uses it. */
	.global	fault_stack_entry
	.global	fault_stack
	.type	fault_stack_entry, %function
fault_stack_entry:
	mov	sp, x0
fault_stack:
	ldr	x1, [sp]
0:	b	0b
	.size	fault_stack_entry, . - fault_stack_entry

/*
 * void registers_hold(const struct held *values, struct held *stored, uint64_t loops)
 *
 * Loads x1 to x30, TPIDR_EL0 and v0 to v31 from `values`, counts x0 down from `loops`, and stores them all.
 * struct held: x[31] (x[0] is not used), tpidr, v[32] of 16 bytes.
 */
	.macro	general operation, number
	\operation	x\number, [x0, #8 * \number]
	.endm
	.macro	vector operation, number
	\operation	q\number, [x1, #16 * \number]
	.endm

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
