/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader: EL2, MMU off, x0 the physical address of the manifest. Runs where it was loaded until
 * translation is on, then where it is linked.
 */
	.section .text.boot, "ax"
	.global _start
_start:
	mov	x19, x0
	msr	daifset, #0xf
	msr	spsel, #1
	/* HCR_EL2: E2H (34), RW (31), TGE (27): what follows is the EL2&0 regime. */
	mov	x0, #0x88000000
	orr	x0, x0, #(1 << 34)
	msr	hcr_el2, x0
	isb

	adrp	x0, __bss_start
	add	x0, x0, :lo12:__bss_start
	adrp	x1, __bss_end
	add	x1, x1, :lo12:__bss_end
1:	cmp	x0, x1
	b.hs	2f
	stp	xzr, xzr, [x0], #16
	b	1b

2:	adrp	x0, boot_stack_top
	add	x0, x0, :lo12:boot_stack_top
	mov	sp, x0
	mov	x29, xzr
	mov	x30, xzr
	mov	x0, x19
	bl	boot_translation	/* struct boot_registers */

	ldp	x4, x1, [x0, #8]
	ldp	x2, x3, [x0, #24]
	ldr	x0, [x0]
	tlbi	alle2
	dsb	nsh
	ic	iallu
	dsb	nsh
	msr	mair_el2, x3
	msr	tcr_el2, x2
	msr	ttbr0_el2, x0
	msr	S3_4_C2_C0_1, x1	/* TTBR1_EL2 */
	isb
	msr	sctlr_el2, x4
	isb
	ldr	x1, =1f			/* where this is linked */
	br	x1
1:	ldr	x0, =boot_stack_top
	mov	sp, x0
	mov	x0, x19
	bl	arch_main
	b	context_restore
	.ltorg

	.section .bss
	.balign	16
boot_stack:
	.skip	16384
	.global boot_stack_top
boot_stack_top:
