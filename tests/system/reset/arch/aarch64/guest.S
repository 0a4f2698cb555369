/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that resets itself for ever. Each life first checks that nothing is left of the one
 * before: memory, system registers, interrupt controller, timer, UART. It says "fresh", or "stale"
 * with a letter for what it found, leaves its traces everywhere, and resets. A byte on the console
 * ends it. Sections of the PSCI are those of Arm DEN 0022.
 */
#define PSCI_SYSTEM_OFF	   0x84000008 /* 5.10 */
#define PSCI_SYSTEM_RESET  0x84000009 /* 5.11 */
#define PSCI_SYSTEM_RESET2 0xc4000012 /* 5.12 */

#define MEMORY_END 0x40400000

/* GICv3, Arm IHI 0069, 12.8 to 12.11. */
#define GICD		0x08000000
#define GICD_ENABLE_GROUP1 (1 << 1)
#define GICR_SGI	0x080b0000
#define GICR_IGROUPR0	0x080
#define GICR_ISENABLER0	0x100
#define GICR_ISPENDR0	0x200
#define GICR_ISACTIVER0	0x300
#define ICC_PMR_EL1	S3_0_C4_C6_0
#define ICC_IAR1_EL1	S3_0_C12_C12_0
#define ICC_IGRPEN1_EL1	S3_0_C12_C12_7

#define TIMER_INTID 27
#define ISR_IRQ	    7

/* PL011, Arm DDI 0183, 3.2. */
#define UART		0x09000000
#define UARTDR		0x000
#define UARTFR		0x018
#define FR_RXFE		4
#define FR_TXFF		5
#define UARTCR		0x030
#define CR_ENABLE_ALL	0x301
#define UARTIMSC	0x038
#define UARTIMSC_ALL	0x7ff

/* SCTLR_EL1: the MMU and both caches. */
#define SCTLR_M_C_I 0x1005
#define SCTLR_I	    0x1000

/* The instruction at `code` is a NOP (Arm ARM C6.2.238). */
#define NOP	  0xd503201f
#define UNTOUCHED 0x600d

	.macro	expect_zero register, letter
	mov	w20, #\letter
	cbnz	\register, stale
	.endm

	.text
	.global	_start
	.type	_start, %function
_start:
	ldr	x21, =UART
	ldr	x22, =GICR_SGI
	ldr	x23, =GICD
	adrp	x24, data
	add	x24, x24, :lo12:data
	adrp	x25, free
	add	x25, x25, :lo12:free
	ldr	x26, =MEMORY_END
	bl	check_memory
	bl	check_registers
	adr	x0, fresh_text
	bl	print
	bl	leave_traces
	b	reset

check_memory:
	ldr	x0, [x24]
	ldr	x1, =UNTOUCHED
	sub	x0, x0, x1
	expect_zero x0, 'd'
	ldr	w0, code
	ldr	w1, =NOP
	sub	w0, w0, w1
	expect_zero w0, 'c'
	mov	x3, x25
1:	ldp	x0, x1, [x3], #16
	orr	x0, x0, x1
	expect_zero x0, 'm'
	cmp	x3, x26
	b.lo	1b
	ret

check_registers:
	mrs	x0, sctlr_el1
	mov	x1, #SCTLR_M_C_I
	and	x0, x0, x1
	expect_zero x0, 's'
	mrs	x0, vbar_el1
	expect_zero x0, 'v'
	mrs	x0, tpidr_el1
	expect_zero x0, 'p'
	mrs	x0, cntv_ctl_el0
	and	x0, x0, #1
	expect_zero x0, 't'
	mrs	x0, ICC_PMR_EL1
	expect_zero x0, 'P'
	mrs	x0, ICC_IGRPEN1_EL1
	expect_zero x0, 'G'
	ldr	w0, [x23]
	and	w0, w0, #GICD_ENABLE_GROUP1
	expect_zero w0, 'g'
	ldr	w0, [x22, #GICR_ISENABLER0]
	and	w0, w0, #1 << TIMER_INTID
	expect_zero w0, 'e'
	ldr	w0, [x22, #GICR_ISPENDR0]
	expect_zero w0, 'w'
	ldr	w0, [x22, #GICR_ISACTIVER0]
	expect_zero w0, 'a'
	ldr	w0, [x21, #UARTIMSC]
	expect_zero w0, 'u'
	ret

/* The timer's interrupt is pending at the reset, or active in every other life or so. */
leave_traces:
	str	xzr, [x24]
	adr	x0, code
	str	wzr, [x0]
	mov	x0, x25
1:	stp	x24, x25, [x0], #16
	cmp	x0, x26
	b.lo	1b
	mrs	x0, sctlr_el1
	orr	x0, x0, #SCTLR_I
	msr	sctlr_el1, x0
	msr	vbar_el1, x26
	msr	tpidr_el1, x26
	mov	w0, #1 << TIMER_INTID
	str	w0, [x22, #GICR_IGROUPR0]
	str	w0, [x22, #GICR_ISENABLER0]
	ldr	w0, [x23]
	orr	w0, w0, #GICD_ENABLE_GROUP1
	str	w0, [x23]
	mov	x0, #0xff
	msr	ICC_PMR_EL1, x0
	mov	x0, #1
	msr	ICC_IGRPEN1_EL1, x0
	msr	cntv_cval_el0, xzr
	msr	cntv_ctl_el0, x0
	isb
	/* A timer that the life before left dead does not come within so many looks. */
	mov	w1, #1 << 24
2:	mrs	x0, isr_el1
	tbnz	x0, #ISR_IRQ, 3f
	subs	w1, w1, #1
	b.ne	2b
	expect_zero x26, 'i'
3:	mrs	x0, cntvct_el0
	tbz	x0, #8, 4f
	mrs	x0, ICC_IAR1_EL1
	cmp	x0, #TIMER_INTID
	b.eq	4f
	expect_zero x26, 'n'
4:	ret

stale:
	adr	x0, stale_text
	bl	print
	strb	w20, [x21, #UARTDR]
	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0

reset:
	mov	w0, #CR_ENABLE_ALL
	str	w0, [x21, #UARTCR]
	/* Only a driver that takes interrupts is given what was typed before. */
	mov	w0, #UARTIMSC_ALL
	str	w0, [x21, #UARTIMSC]
	ldr	w1, [x21, #UARTFR]
	ldr	w0, =PSCI_SYSTEM_OFF
	tbz	w1, #FR_RXFE, 1f
	ldr	w0, =PSCI_SYSTEM_RESET
	mrs	x1, cntvct_el0
	tbz	x1, #9, 1f
	ldr	w0, =PSCI_SYSTEM_RESET2
1:	mov	x1, #0
	hvc	#0

/* x0: a text that ends with a zero. */
print:
	ldrb	w1, [x0], #1
	cbz	w1, 2f
1:	ldr	w2, [x21, #UARTFR]
	tbnz	w2, #FR_TXFF, 1b
	strb	w1, [x21, #UARTDR]
	b	print
2:	ret

	/* Never run: only to be written over. */
	.balign	4
code:
	nop
fresh_text:
	.asciz	"fresh\r\n"
stale_text:
	.asciz	"stale "
	.balign	4
	.ltorg
	.size	_start, . - _start

	.data
	.balign	8
data:
	.quad	UNTOUCHED

	/* From here to the end of memory all is the guest's, and zero. */
	.bss
	.balign	16
free:
	.skip	16

	.section .note.GNU-stack, "", %progbits
