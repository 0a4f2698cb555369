/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An /init for a Linux that is measured: it sleeps as many seconds as its argument says (at once after
 * the kernel started it, if there is none), then powers the machine off. It uses no library and touches
 * nothing, so that all there is to be measured is the kernel.
 *
 * Linux starts it with the number of arguments at the stack's top and the pointers to them behind; what
 * stands after "--" on the kernel's command line is the second of them. System calls: number in x8
 * (include/uapi/asm-generic/unistd.h), arguments from x0, SVC #0.
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
	mrs	x19, cntvct_el0
second_instruction:
	ldr	x1, [sp]
	cmp	x1, #2
	b.lo	power_off
	ldr	x1, [sp, #16]
	mov	x2, #0
	mov	x4, #10
0:	ldrb	w3, [x1], #1
	sub	w3, w3, #'0'
	cmp	w3, #9
	b.hi	1f
	madd	x2, x2, x4, x3
	b	0b
1:	stp	x2, xzr, [sp, #-16]!
	mov	x0, sp
	mov	x1, #0
	mov	x8, #SYS_NANOSLEEP
	svc	#0
power_off:
	ldr	w0, =REBOOT_MAGIC1
	ldr	w1, =REBOOT_MAGIC2
	ldr	w2, =REBOOT_POWER_OFF
	mov	x8, #SYS_REBOOT
	svc	#0
	/* It does not return; if it did, the kernel would panic for a dead /init and say so. */
	brk	#0
	.size	_start, . - _start

	.section .note.GNU-stack, "", %progbits
