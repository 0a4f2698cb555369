/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception vectors (Arm ARM D1.3.1.5). What comes from EL0 or a guest is saved into the running context's registers, to
 * which TPIDR_EL2 points; the C handler returns the registers of who goes on. SP_EL2 is at its top then.
 */
#include <idl/aarch64_asm.h>

	.macro	vector handler
	.balign	0x80
	b	\handler
	.endm

	.macro	unexpected number
	.balign	0x80
	stp	x0, x1, [sp, #-16]!
	mov	x0, #\number
	b	report
	.endm

	.section .text.vectors, "ax"
	.balign	0x800
	.global vectors
vectors:
	unexpected 0		/* EL2 with SP_EL0 */
	unexpected 1
	unexpected 2
	unexpected 3
	unexpected 4		/* the kernel itself: synchronous */
	unexpected 5
	unexpected 6
	unexpected 7
	vector	lower_sync
	vector	lower_irq
	unexpected 10		/* no FIQs: all interrupts are in group 1 */
	vector	lower_serror
	unexpected 12		/* EL1 is AArch64, always (HCR_EL2.RW) */
	unexpected 13
	unexpected 14
	unexpected 15

	/* With `time`: that register, as early as it can be read, is in x1 afterwards. */
	.macro	save time=
	/* SCTLR_EL2.SPAN does it for processes only; from a guest, PAN comes as the guest had it. */
	msr	pan, #1
	stp	x0, x1, [sp, #-16]!
	.ifnb	\time
	mrs	x1, \time
	.endif
	mrs	x0, tpidr_el2
	stp	x2, x3, [x0, #16]
	stp	x4, x5, [x0, #32]
	stp	x6, x7, [x0, #48]
	stp	x8, x9, [x0, #64]
	stp	x10, x11, [x0, #80]
	stp	x12, x13, [x0, #96]
	stp	x14, x15, [x0, #112]
	stp	x16, x17, [x0, #128]
	stp	x18, x19, [x0, #144]
	stp	x20, x21, [x0, #160]
	stp	x22, x23, [x0, #176]
	stp	x24, x25, [x0, #192]
	stp	x26, x27, [x0, #208]
	stp	x28, x29, [x0, #224]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0]
	mrs	x4, sp_el0
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	stp	x30, x4, [x0, #240]
	stp	x2, x3, [x0, #OFFSET_REGISTERS_PC]
	mov	x29, xzr
	mov	x30, xzr
	.endm

lower_sync:
	save
	bl	trap_sync
	b	context_restore

lower_irq:
	save	cntpct_el0
	mov	x0, x1
	bl	irq_trap
	b	context_restore

lower_serror:
	save
	bl	trap_serror
	/* fall through */

	/* x0: the registers to go on with; x1: where the time of this return belongs, or 0. */
	.global context_restore
context_restore:
	msr	tpidr_el2, x0
	ldp	x2, x3, [x0, #OFFSET_REGISTERS_PC]
	ldp	x30, x4, [x0, #240]
	msr	elr_el2, x2
	msr	spsr_el2, x3
	msr	sp_el0, x4
	ldp	x4, x5, [x0, #32]
	ldp	x6, x7, [x0, #48]
	ldp	x8, x9, [x0, #64]
	ldp	x10, x11, [x0, #80]
	ldp	x12, x13, [x0, #96]
	ldp	x14, x15, [x0, #112]
	ldp	x16, x17, [x0, #128]
	ldp	x18, x19, [x0, #144]
	ldp	x20, x21, [x0, #160]
	ldp	x22, x23, [x0, #176]
	ldp	x24, x25, [x0, #192]
	ldp	x26, x27, [x0, #208]
	ldp	x28, x29, [x0, #224]
	cbz	x1, 1f
	mrs	x2, cntpct_el0
	str	x2, [x1]
1:	ldp	x2, x3, [x0, #16]
	ldp	x0, x1, [x0]
	eret
	/* Nothing is speculated behind the return. */
	dsb	nsh
	isb

	/* An exception of the kernel's own: x0 the vector, x0 and x1 on the stack. */
report:
	sub	sp, sp, #256
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	str	x30, [sp, #240]
	ldp	x2, x3, [sp, #256]
	stp	x2, x3, [sp]
	mov	x1, sp
	bl	trap_kernel

	/* void fp_save(struct fp_state *fp), void fp_load(const struct fp_state *fp) */
	.arch_extension fp
	.arch_extension simd
	.macro	each_pair op
	\op	q0, q1, [x0]
	\op	q2, q3, [x0, #32]
	\op	q4, q5, [x0, #64]
	\op	q6, q7, [x0, #96]
	\op	q8, q9, [x0, #128]
	\op	q10, q11, [x0, #160]
	\op	q12, q13, [x0, #192]
	\op	q14, q15, [x0, #224]
	\op	q16, q17, [x0, #256]
	\op	q18, q19, [x0, #288]
	\op	q20, q21, [x0, #320]
	\op	q22, q23, [x0, #352]
	\op	q24, q25, [x0, #384]
	\op	q26, q27, [x0, #416]
	\op	q28, q29, [x0, #448]
	\op	q30, q31, [x0, #480]
	.endm
	.text
	.global fp_save
fp_save:
	each_pair stp
	mrs	x1, fpcr
	mrs	x2, fpsr
	add	x0, x0, #512
	stp	x1, x2, [x0]
	ret
	.global fp_load
fp_load:
	each_pair ldp
	add	x0, x0, #512
	ldp	x1, x2, [x0]
	msr	fpcr, x1
	msr	fpsr, x2
	ret
