/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may fault, and what happens then. TPIDR_EL2 holds where to go on after an exception that was
 * reckoned with; 0 is none, and the loader stops with a report. The vectors stay in place for the
 * kernel's first instructions.
 */
#define PSCI_SYSTEM_OFF	0x84000008

	.text
	.global	vectors
	.balign	2048
vectors:
	.rept	16
	.balign	128
	b	exception
	.endr
	.balign	128

exception:
	mrs	x16, tpidr_el2
	cbz	x16, 1f
	msr	tpidr_el2, xzr
	msr	elr_el2, x16
	eret
1:	mrs	x0, esr_el2
	mrs	x1, elr_el2
	mrs	x2, far_el2
	/* The stack may be what faulted: begin again. */
	adrp	x3, stack_top
	add	sp, x3, :lo12:stack_top
	mov	x29, #0
	b	stop_exception

/* bool arch_probe(uint64_t address) */
	.global	arch_probe
	.type	arch_probe, %function
arch_probe:
	adr	x9, 1f
	msr	tpidr_el2, x9
	/* Buses report missing memory as a data abort or as an SError: let that come too. */
	msr	daifclr, #4
	ldr	x1, [x0]
	mvn	x2, x1
	str	x2, [x0]
	dsb	sy
	ldr	x3, [x0]
	str	x1, [x0]
	dsb	sy
	isb
	cmp	x3, x2
	cset	w0, eq
	b	2f
1:	mov	w0, #0
2:	msr	daifset, #4
	msr	tpidr_el2, xzr
	ret
	.size	arch_probe, . - arch_probe

/*
 * void arch_power_off(void): by PSCI (5.9), from EL2 over SMC; where there is no EL3 to take it,
 * SMC is undefined.
 */
	.global	arch_power_off
	.type	arch_power_off, %function
arch_power_off:
	mrs	x0, CurrentEL
	cmp	x0, #(2 << 2)
	b.ne	1f
	adr	x0, 1f
	msr	tpidr_el2, x0
	mov	w0, #(PSCI_SYSTEM_OFF & 0xffff)
	movk	w0, #(PSCI_SYSTEM_OFF >> 16), lsl #16
	smc	#0
1:	wfi
	b	1b
	.size	arch_power_off, . - arch_power_off

	.section .note.GNU-stack, "", %progbits
