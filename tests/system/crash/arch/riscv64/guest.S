/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that runs for half a second and powers off (SBI 2.0, 10.1): long enough to outlive what
 * crashes beside it.
 */
#define SBI_SRST      0x53525354
#define SRST_SHUTDOWN 0

/* Ticks a second of QEMU's virt. */
#define COUNTER_FREQUENCY 10000000

	.text
	.global	_start
	.type	_start, %function
_start:
	rdtime	t0
	li	t1, COUNTER_FREQUENCY / 2
	add	t0, t0, t1
1:	rdtime	t1
	bltu	t1, t0, 1b
	li	a0, SRST_SHUTDOWN
	li	a1, 0
	li	a6, 0
	li	a7, SBI_SRST
	ecall
	.size	_start, . - _start

	.section .note.GNU-stack, "", %progbits
