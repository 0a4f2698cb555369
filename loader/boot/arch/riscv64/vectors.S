/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may fault, and what happens then. sscratch holds where to go on after an exception that was
 * reckoned with (t0 is lost then); 0 is none, and the loader stops with a report. The vector stays
 * in place for the kernel's first instructions.
 */
/* SBI 2.0, "System Reset Extension". */
#define SBI_SRST		0x53525354
#define SBI_SRST_RESET		0
#define SRST_TYPE_SHUTDOWN	0
#define SRST_REASON_NONE	0

	.text
	.global	vectors
	.balign	4
vectors:
	csrrw	t0, sscratch, zero
	beqz	t0, 1f
	csrw	sepc, t0
	sret
1:	csrr	a0, scause
	csrr	a1, sepc
	csrr	a2, stval
	/* The stack may be what faulted: begin again. */
	lla	sp, stack_top
	li	s0, 0
	tail	stop_exception

/* bool arch_probe(uint64_t address) */
	.global	arch_probe
	.type	arch_probe, %function
arch_probe:
	lla	t1, 1f
	csrw	sscratch, t1
	ld	t1, 0(a0)
	not	t2, t1
	sd	t2, 0(a0)
	fence
	ld	t3, 0(a0)
	sd	t1, 0(a0)
	fence
	xor	t3, t3, t2
	seqz	a0, t3
	j	2f
1:	li	a0, 0
2:	csrw	sscratch, zero
	ret
	.size	arch_probe, . - arch_probe

/* Whether a register can be read; one that is not there, or of a higher mode, is illegal. */
.macro can_read name, register
	.global	\name
	.type	\name, %function
\name:
	lla	t1, 1f
	csrw	sscratch, t1
	csrr	t1, \register
	li	a0, 1
	j	2f
1:	li	a0, 0
2:	csrw	sscratch, zero
	ret
	.size	\name, . - \name
.endm

/* bool can_read_mhartid(void), bool can_read_hgatp(void) */
	can_read can_read_mhartid, mhartid
	can_read can_read_hgatp, 0x680

/* void arch_power_off(void) */
	.global	arch_power_off
	.type	arch_power_off, %function
arch_power_off:
	li	a7, SBI_SRST
	li	a6, SBI_SRST_RESET
	li	a0, SRST_TYPE_SHUTDOWN
	li	a1, SRST_REASON_NONE
	ecall
1:	wfi
	j	1b
	.size	arch_power_off, . - arch_power_off

	.section .note.GNU-stack, "", %progbits
