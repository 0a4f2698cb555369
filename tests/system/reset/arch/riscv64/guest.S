/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that resets itself for ever. Each life first checks that nothing is left of the one
 * before: memory, CSRs, interrupt controller, timer, UART. It says "fresh", or "stale" with a letter
 * for what it found, leaves its traces everywhere, and resets. A byte on the console ends it.
 */

/* SBI 2.0, 6.1 and 10.1. */
#define SBI_TIME	 0x54494d45
#define SBI_SRST	 0x53525354
#define SRST_SHUTDOWN	 0
#define SRST_COLD_REBOOT 1
#define SRST_WARM_REBOOT 2

#define MEMORY_END 0x80400000

/* PLIC 1.0.0, 3: of the UART's source and of the context of hart 0's S-mode. */
#define SOURCE		10
#define PLIC_PRIORITY	(0x0c000000 + 4 * SOURCE)
#define PLIC_PENDING	0x0c001000
#define PLIC_ENABLE	0x0c002000
#define PLIC_CONTEXT	0x0c200000
#define PLIC_THRESHOLD	0
#define PLIC_CLAIM	4

/* NS16550A. */
#define UART	       0x10000000
#define UART_RBR       0
#define UART_THR       0
#define UART_IER       1
#define UART_SCR       7
#define UART_LSR       5
#define IER_RECEIVED   1
#define IER_THR_EMPTY  2
#define LSR_DATA       1
#define LSR_THR_EMPTY  0x20

/* Privileged Architecture, "Supervisor Interrupt Registers". */
#define SIP_STIP 0x20
#define SIE_ALL	 0x222

/* C.NOP (Unprivileged ISA, 26.5). */
#define NOP	  0x0001
#define UNTOUCHED 0x600d

	.macro	expect_zero register, letter
	li	s4, \letter
	bnez	\register, stale
	.endm

	/* Nothing sets gp, by which the linker would reach what is near it. */
	.option	norelax
	.text
	.global	_start
	.type	_start, %function
_start:
	li	s5, UART
	li	s6, PLIC_CONTEXT
	lla	s8, data
	lla	s9, free
	li	s10, MEMORY_END
	call	check_memory
	call	check_registers
	lla	a0, fresh_text
	call	print
	call	leave_traces
	j	reset

check_memory:
	ld	t0, 0(s8)
	li	t1, UNTOUCHED
	sub	t0, t0, t1
	expect_zero t0, 'd'
	lla	t0, code
	lhu	t0, 0(t0)
	addi	t0, t0, -NOP
	expect_zero t0, 'c'
	mv	t3, s9
1:	ld	t0, 0(t3)
	ld	t1, 8(t3)
	or	t0, t0, t1
	addi	t3, t3, 16
	expect_zero t0, 'm'
	bltu	t3, s10, 1b
	ret

check_registers:
	csrr	t0, satp
	expect_zero t0, 's'
	csrr	t0, stvec
	expect_zero t0, 'v'
	csrr	t0, sscratch
	expect_zero t0, 'p'
	csrr	t0, sie
	expect_zero t0, 'i'
	csrr	t0, sip
	andi	t0, t0, SIP_STIP
	expect_zero t0, 't'
	csrr	t0, senvcfg
	expect_zero t0, 'f'
	lw	t0, PLIC_THRESHOLD(s6)
	expect_zero t0, 'T'
	li	t1, PLIC_PRIORITY
	lw	t0, 0(t1)
	expect_zero t0, 'P'
	li	t1, PLIC_ENABLE
	lw	t0, 0(t1)
	expect_zero t0, 'e'
	li	t1, PLIC_PENDING
	lw	t0, 0(t1)
	expect_zero t0, 'w'
	lbu	t0, UART_IER(s5)
	expect_zero t0, 'u'
	lbu	t0, UART_SCR(s5)
	expect_zero t0, 'r'
	ret

/* The UART's interrupt is pending at the reset, or claimed in every other life or so. */
leave_traces:
	sd	zero, 0(s8)
	lla	t0, code
	sh	zero, 0(t0)
	mv	t0, s9
1:	sd	s8, 0(t0)
	sd	s9, 8(t0)
	addi	t0, t0, 16
	bltu	t0, s10, 1b
	csrw	stvec, s10
	csrw	sscratch, s10
	li	t0, SIE_ALL
	csrw	sie, t0
	li	t0, 1
	csrw	senvcfg, t0
	li	t1, PLIC_PRIORITY
	sw	t0, 0(t1)
	li	t1, PLIC_ENABLE
	li	t2, 1 << SOURCE
	sw	t2, 0(t1)
	li	t1, IER_THR_EMPTY
	sb	t1, UART_IER(s5)
	sb	t1, UART_SCR(s5)
	/* What the life before left claimed does not come within so many looks. */
	li	t2, 1 << 20
	li	t1, PLIC_PENDING
2:	lw	t0, 0(t1)
	bnez	t0, 3f
	addi	t2, t2, -1
	bnez	t2, 2b
	expect_zero s10, 'n'
3:	li	a0, 0
	li	a6, 0
	li	a7, SBI_TIME
	ecall
	csrr	t0, sip
	andi	t0, t0, SIP_STIP
	bnez	t0, 4f
	expect_zero s10, 'd'
4:	rdtime	t0
	andi	t0, t0, 8
	beqz	t0, 5f
	lw	t0, PLIC_CLAIM(s6)
	addi	t0, t0, -SOURCE
	expect_zero t0, 'a'
	li	t0, 1
	sw	t0, PLIC_THRESHOLD(s6)
5:	ret

stale:
	lla	a0, stale_text
	call	print
	sb	s4, UART_THR(s5)
	li	a0, SRST_SHUTDOWN
	j	end

reset:
	/* Only a driver that takes interrupts is given what was typed before. */
	li	t0, IER_RECEIVED
	sb	t0, UART_IER(s5)
	li	a0, SRST_SHUTDOWN
	lbu	t0, UART_LSR(s5)
	andi	t0, t0, LSR_DATA
	bnez	t0, end
	li	a0, SRST_COLD_REBOOT
	rdtime	t0
	andi	t0, t0, 16
	beqz	t0, end
	li	a0, SRST_WARM_REBOOT
end:	li	a1, 0
	li	a6, 0
	li	a7, SBI_SRST
	ecall

/* a0: a text that ends with a zero. */
print:
	lbu	t0, 0(a0)
	addi	a0, a0, 1
	beqz	t0, 2f
1:	lbu	t1, UART_LSR(s5)
	andi	t1, t1, LSR_THR_EMPTY
	beqz	t1, 1b
	sb	t0, UART_THR(s5)
	j	print
2:	ret

	/* Never run: only to be written over. */
	.balign	4
code:
	c.nop
fresh_text:
	.asciz	"fresh\r\n"
stale_text:
	.asciz	"stale "
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
