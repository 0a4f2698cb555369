/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry, at EL1 with the MMU off, and the exception vectors. A synchronous exception of EL1 is
 * noted in `trap` and ends the instruction that made it: a jump to nowhere goes back to where it
 * came from, everything else goes on behind. Any other exception ends the guest.
 */
#include <violations.h>

#define CLASS_SHIFT	    26
#define CLASS_FETCH_SAME_EL 0x21

	.section .text.start, "ax"
	.global	_start
	.type	_start, %function
_start:
	msr	daifset, #0xf
	adrp	x0, stack_top
	add	x0, x0, :lo12:stack_top
	mov	sp, x0
	mov	x29, #0
	mov	x30, #0
	b	violations_main
	.size	_start, . - _start

	/* Uses x16 and x17, as whatever stands between a call and its function may. */
	.macro	note_trap
	adrp	x16, trap
	add	x16, x16, :lo12:trap
	ldr	x17, [x16, #TRAP_COUNT]
	add	x17, x17, #1
	str	x17, [x16, #TRAP_COUNT]
	mrs	x17, far_el1
	str	x17, [x16, #TRAP_ADDRESS]
	mrs	x17, esr_el1
	str	x17, [x16, #TRAP_CAUSE]
	.endm

	.macro	unexpected
	.balign	0x80
	note_trap
	b	violations_unexpected
	.endm

	.section .text.vectors, "ax"
	.balign	2048
	.global	vectors
vectors:
	.rept	4
	unexpected
	.endr
	.balign	0x80
	note_trap
	lsr	x17, x17, #CLASS_SHIFT
	cmp	x17, #CLASS_FETCH_SAME_EL
	mrs	x17, elr_el1
	add	x17, x17, #4
	csel	x17, x30, x17, eq
	msr	elr_el1, x17
	eret
	.rept	11
	unexpected
	.endr

	.bss
	.balign	16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", %progbits
