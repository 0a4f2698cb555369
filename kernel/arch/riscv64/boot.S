/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader: S-mode (HS), translation off, a0 the physical address of the manifest. Runs where it was loaded until
 * translation is on, then where it is linked.
 */
	.section .text.boot, "ax"
	.global _start
_start:
	mv	s1, a0
	csrw	sie, zero
	csrci	sstatus, 2		/* SIE */

	lla	t0, __bss_start
	lla	t1, __bss_end
1:	bgeu	t0, t1, 2f
	sd	zero, (t0)
	sd	zero, 8(t0)
	addi	t0, t0, 16
	j	1b

2:	lla	sp, boot_stack_top
	mv	s0, zero
	mv	ra, zero
	mv	a0, s1
	call	boot_translation

	/* Nothing is mapped where this runs: the next fetch faults, and goes on where the kernel is linked. */
	lla	t0, linked
	ld	t0, (t0)
	csrw	stvec, t0
	sfence.vma
	csrw	satp, a0

	.balign	4
1:	lla	sp, boot_stack_top
	mv	a0, s1
	call	arch_main
	tail	context_restore

	.balign	8
linked:
	.quad	1b

	.section .bss
	.balign	16
	.skip	16384
	.global boot_stack_top
boot_stack_top:
