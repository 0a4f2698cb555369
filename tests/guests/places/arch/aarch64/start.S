/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry, at EL1 with the MMU off, which is not at the program's beginning; accesses that may abort;
 * and where the linker has put everything.
 */
#include <bench_board.h>

/* ESR_EL1 (Arm ARM D19.2.37): a data abort of EL1; of its status, a synchronous external abort. */
#define CLASS_SHIFT	   26
#define CLASS_DATA_SAME_EL 0x25
#define STATUS_MASK	   0x3f
#define STATUS_EXTERNAL	   0x10

	/* Who begins here does nothing for ever. */
	.section .text.before, "ax"
	b	.
	.skip	0xffc

	.section .text.start, "ax"
	.global	_start
	.type	_start, %function
_start:
	msr	daifset, #0xf
	mov	x1, x0
	adrp	x2, stack_top
	add	x2, x2, :lo12:stack_top
	mov	sp, x2
	adrp	x2, vectors
	add	x2, x2, :lo12:vectors
	msr	vbar_el1, x2
	isb
	adr	x0, _start
	mov	x29, #0
	mov	x30, #0
	b	places_main
	.size	_start, . - _start

	/* The exception that the access may make writes its outcome to x2. */
	.text
	.global	arch_load
	.type	arch_load, %function
arch_load:
	mov	x2, #0
	ldr	x0, [x0]
	dsb	sy
	mov	x0, x2
	ret
	.size	arch_load, . - arch_load

	.global	arch_store
	.type	arch_store, %function
arch_store:
	mov	x2, #0
	str	x1, [x0]
	dsb	sy
	mov	x0, x2
	ret
	.size	arch_store, . - arch_store

	/* With writeback, so that the processor does not tell the access. */
	.global	arch_put
	.type	arch_put, %function
arch_put:
	ldr	x1, =UART
1:	ldr	w2, [x1, #UARTFR]
	tst	w2, #UARTFR_TXFF
	b.ne	1b
	strb	w0, [x1], #1
	ret
	.size	arch_put, . - arch_put

	.global	arch_power_off
	.type	arch_power_off, %function
arch_power_off:
	ldr	x0, =PSCI_SYSTEM_OFF
	hvc	#0
	b	.
	.size	arch_power_off, . - arch_power_off

	.section .text.vectors, "ax"
	.balign	2048
vectors:
	.rept	4
	b	.
	.balign	0x80
	.endr
	mrs	x2, elr_el1
	add	x2, x2, #4
	msr	elr_el1, x2
	mrs	x2, esr_el1
	lsr	x3, x2, #CLASS_SHIFT
	and	x2, x2, #STATUS_MASK
	cmp	x3, #CLASS_DATA_SAME_EL
	ccmp	x2, #STATUS_EXTERNAL, #0, eq
	mov	x2, #1
	cinc	x2, x2, ne
	eret
	.balign	0x80
	.rept	11
	b	.
	.balign	0x80
	.endr

	.section .rodata.place, "a"
	.balign	8
	.global	place
	.type	place, %object
place:
	.quad	_start
	.quad	MEMORY, MEMORY_END, STEP
	.quad	CODE, code_end
	.quad	CONSTANTS, constants_end
	.quad	DATA, data_end
	.quad	FAR, far_end
	.quad	ROM, ROM_END
	.size	place, . - place

	.bss
	.balign	16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", %progbits
