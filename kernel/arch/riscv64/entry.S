/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All traps come here (Privileged Architecture, "Supervisor Trap Vector Base Address (stvec) Register"). What comes from U-mode
 * or a guest is saved into the running context's registers, to which sscratch points; the C handler returns the registers of
 * who goes on. In the kernel sscratch is 0, and its stack is at its top at each entry.
 */
#include <idl/riscv64_asm.h>

#define SSTATUS_SPP 0x100

	/* All registers but x0, sp, t0, a0 and a1. */
	.macro each_register op, base
	\op	x1, 8(\base)
	\op	x3, 24(\base)
	\op	x4, 32(\base)
	\op	x6, 48(\base)
	\op	x7, 56(\base)
	\op	x8, 64(\base)
	\op	x9, 72(\base)
	\op	x12, 96(\base)
	\op	x13, 104(\base)
	\op	x14, 112(\base)
	\op	x15, 120(\base)
	\op	x16, 128(\base)
	\op	x17, 136(\base)
	\op	x18, 144(\base)
	\op	x19, 152(\base)
	\op	x20, 160(\base)
	\op	x21, 168(\base)
	\op	x22, 176(\base)
	\op	x23, 184(\base)
	\op	x24, 192(\base)
	\op	x25, 200(\base)
	\op	x26, 208(\base)
	\op	x27, 216(\base)
	\op	x28, 224(\base)
	\op	x29, 232(\base)
	\op	x30, 240(\base)
	\op	x31, 248(\base)
	.endm

	/* x5, t0, is saved already. What is in it afterwards is the C function's argument. */
	.macro save
	each_register sd, a0
	sd	sp, 16(a0)
	sd	a1, 88(a0)
	csrrw	t1, sscratch, zero
	csrr	t2, sepc
	csrr	t3, sstatus
	sd	t1, 80(a0)
	srli	t3, t3, 8		/* SPP */
	andi	t3, t3, 1
	sd	t2, OFFSET_REGISTERS_PC(a0)
	sd	t3, OFFSET_REGISTERS_MODE(a0)
	lla	sp, boot_stack_top
	mv	s0, zero
	mv	ra, zero
	mv	a0, t0
	.endm

	.text
	.balign	4
	.global trap_entry
trap_entry:
	csrrw	a0, sscratch, a0
	beqz	a0, own
	sd	t0, 40(a0)
	csrr	t0, scause
	bltz	t0, interrupt
	save
	call	trap_sync
	j	context_restore

interrupt:
	csrr	t0, time
	save
	call	irq_trap
	/* fall through */

	/* a0: the registers to go on with; a1: where the time of this return belongs, or 0. */
	.global context_restore
context_restore:
	ld	t0, OFFSET_REGISTERS_PC(a0)
	ld	t1, OFFSET_REGISTERS_MODE(a0)
	li	t2, SSTATUS_SPP
	csrw	sscratch, a0
	csrw	sepc, t0
	bnez	t1, 3f
	csrc	sstatus, t2
1:	each_register ld, a0
	ld	sp, 16(a0)
	beqz	a1, 2f
	csrr	t0, time
	sd	t0, (a1)
2:	ld	t0, 40(a0)
	ld	a1, 88(a0)
	ld	a0, 80(a0)
	sret
3:	csrs	sstatus, t2
	j	1b

	/* A trap of the kernel's own. All registers are on the stack while C looks at it, and as they were if it goes on. */
own:	csrrw	a0, sscratch, a0
	addi	sp, sp, -256
	each_register sd, sp
	sd	t0, 40(sp)
	addi	t0, sp, 256
	sd	zero, (sp)
	sd	t0, 16(sp)
	sd	a0, 80(sp)
	sd	a1, 88(sp)
	mv	a0, sp
	call	trap_kernel
	csrw	sepc, a0
	each_register ld, sp
	ld	t0, 40(sp)
	ld	a0, 80(sp)
	ld	a1, 88(sp)
	addi	sp, sp, 256
	sret
