/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An /init for a Linux that is measured: it sleeps as many seconds as its argument says (at once after
 * the kernel started it, if there is none), then powers the machine off. It uses no library and touches
 * nothing, so that all there is to be measured is the kernel.
 *
 * Linux starts it with the number of arguments at the stack's top and the pointers to them behind; what
 * stands after "--" on the kernel's command line is the second of them. System calls: number in a7
 * (include/uapi/asm-generic/unistd.h), arguments from a0, ECALL.
 */
#define SYS_NANOSLEEP 101
#define SYS_REBOOT    142

/* include/uapi/linux/reboot.h */
#define REBOOT_MAGIC1	 0xfee1dead
#define REBOOT_MAGIC2	 0x28121969
#define REBOOT_POWER_OFF 0x4321fedc

	.text
	.global	_start
	.global	second_instruction
	.type	_start, %function
_start:
	/* The counter as it stands at the first instruction is for who stops the machine at the second. */
	rdtime	s1
second_instruction:
	ld	t0, 0(sp)
	li	t1, 2
	bltu	t0, t1, power_off
	ld	t0, 16(sp)
	li	a2, 0
	li	t2, 10
0:	lbu	t1, 0(t0)
	addi	t0, t0, 1
	addi	t1, t1, -'0'
	bgeu	t1, t2, 1f
	mul	a2, a2, t2
	add	a2, a2, t1
	j	0b
1:	addi	sp, sp, -16
	sd	a2, 0(sp)
	sd	zero, 8(sp)
	mv	a0, sp
	li	a1, 0
	li	a7, SYS_NANOSLEEP
	ecall
power_off:
	li	a0, REBOOT_MAGIC1
	li	a1, REBOOT_MAGIC2
	li	a2, REBOOT_POWER_OFF
	li	a7, SYS_REBOOT
	ecall
	/* It does not return; if it did, the kernel would panic for a dead /init and say so. */
	ebreak
	.size	_start, . - _start

	.section .note.GNU-stack, "", %progbits
