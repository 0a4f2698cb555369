/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that runs for half a second and powers off (PSCI, Arm DEN 0022, 5.1): long enough to
 * outlive what crashes beside it.
 */
#define PSCI_SYSTEM_OFF 0x84000008

	.text
	.global	_start
	.type	_start, %function
_start:
	mrs	x0, cntfrq_el0
	mrs	x1, cntvct_el0
	add	x1, x1, x0, lsr #1
1:	mrs	x0, cntvct_el0
	cmp	x0, x1
	b.lo	1b
	ldr	w0, =PSCI_SYSTEM_OFF
	hvc	#0
	.size	_start, . - _start

	.section .note.GNU-stack, "", %progbits
