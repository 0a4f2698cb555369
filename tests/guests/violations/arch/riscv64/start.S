/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry, in S-mode with satp 0, and where exceptions go. One is noted in `trap` and ends the
 * instruction that made it: a jump to nowhere goes back to where it came from, everything else goes on
 * behind. An interrupt ends the guest.
 */
#include <violations.h>

#include <bench_board.h>

#define FETCH_ACCESS_FAULT 1
/* Of the encodings with four bytes (Unprivileged ISA, 1.5). */
#define LENGTH_MASK 3

	.section .text.start, "ax"
	.global	_start
	.type	_start, %function
_start:
	csrci	sstatus, SSTATUS_SIE
	la	sp, stack_top
	li	fp, 0
	li	ra, 0
	tail	violations_main
	.size	_start, . - _start

	/* Uses t3 to t6, which no attempt has. */
	.section .text.vector, "ax"
	.balign	4
	.global	vector
vector:
	la	t3, trap
	ld	t4, TRAP_COUNT(t3)
	addi	t4, t4, 1
	sd	t4, TRAP_COUNT(t3)
	csrr	t4, stval
	sd	t4, TRAP_ADDRESS(t3)
	csrr	t4, scause
	sd	t4, TRAP_CAUSE(t3)
	bltz	t4, violations_unexpected
	csrr	t5, sepc
	li	t6, FETCH_ACCESS_FAULT
	beq	t4, t6, 2f
	lbu	t4, 0(t5)
	andi	t4, t4, LENGTH_MASK
	addi	t5, t5, 2
	li	t6, LENGTH_MASK
	bne	t4, t6, 1f
	addi	t5, t5, 2
1:	csrw	sepc, t5
	sret
2:	csrw	sepc, ra
	sret

	.bss
	.balign	16
	.skip	4096
stack_top:

	.section .note.GNU-stack, "", %progbits
