/* SPDX-License-Identifier: BSD-2-Clause */
/* Where vCPUs begin that are switched on, with their argument in x0: a stack of their own, then C. */
#define STACK_BITS 12

	.text
	.global	entry
	.type	entry, %function
entry:
	msr	daifset, #0xf
	mrs	x1, mpidr_el1
	and	x1, x1, #0xff
	adrp	x2, stacks
	add	x2, x2, :lo12:stacks
	add	x2, x2, x1, lsl #STACK_BITS
	mov	sp, x2
	mov	x29, #0
	mov	x30, #0
	b	vcpus_work
	.size	entry, . - entry

	.bss
	.balign	16
	/* That of vCPU n, from 1 on, ends n times the size behind this. */
stacks:
	.skip	8 << STACK_BITS

	.section .note.GNU-stack, "", %progbits
