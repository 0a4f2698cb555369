/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry, in S-mode with satp 0, which is not at the program's beginning; accesses that may make an exception;
 * and where the linker has put everything.
 */
#include <bench_board.h>

/* scause (Privileged Architecture, "Supervisor Cause Register"). */
#define LOAD_ACCESS_FAULT  5
#define STORE_ACCESS_FAULT 7

	/* Who begins here does nothing for ever. */
	.section .text.before, "ax"
	.option push
	.option norvc
	j	.
	.option pop
	.skip	0xffc

	.section .text.start, "ax"
	.global	_start
	.type	_start, %function
_start:
	csrci	sstatus, SSTATUS_SIE
	lla	sp, stack_top
	lla	t0, vector
	csrw	stvec, t0
	lla	a0, _start
	li	fp, 0
	li	ra, 0
	tail	places_main
	.size	_start, . - _start

	/* The exception that the access may make writes its outcome to t0. */
	.text
	.global	arch_load
	.type	arch_load, %function
arch_load:
	li	t0, 0
	.option push
	.option norvc
	ld	a0, 0(a0)
	.option pop
	mv	a0, t0
	ret
	.size	arch_load, . - arch_load

	.global	arch_store
	.type	arch_store, %function
arch_store:
	li	t0, 0
	.option push
	.option norvc
	sd	a1, 0(a0)
	.option pop
	mv	a0, t0
	ret
	.size	arch_store, . - arch_store

	.global	arch_put
	.type	arch_put, %function
arch_put:
	li	t0, UART
1:	lbu	t1, UART_LSR(t0)
	andi	t1, t1, LSR_THR_EMPTY
	beqz	t1, 1b
	sb	a0, UART_THR(t0)
	ret
	.size	arch_put, . - arch_put

	.global	arch_power_off
	.type	arch_power_off, %function
arch_power_off:
	li	a0, SBI_SRST_SHUTDOWN
	li	a1, 0
	li	a6, 0
	li	a7, SBI_SRST
	ecall
	j	.
	.size	arch_power_off, . - arch_power_off

	/* 1: an access fault, 2: another exception. */
	.section .text.vector, "ax"
	.balign	4
vector:
	csrr	t0, sepc
	addi	t0, t0, 4
	csrw	sepc, t0
	csrr	t1, scause
	li	t0, 1
	li	t2, LOAD_ACCESS_FAULT
	beq	t1, t2, 1f
	li	t2, STORE_ACCESS_FAULT
	beq	t1, t2, 1f
	li	t0, 2
1:	sret

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
