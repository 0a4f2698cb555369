/* SPDX-License-Identifier: BSD-2-Clause */
#include "crossing.inc"

	.text
	/* void cross(const struct crossing *before, struct crossing *after, address, rounds) */
	.global	cross
	.type	cross, %function
cross:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	str	x1, [sp, #96]
	/* Two registers are needed: where the clock is, and for how many turns of a loop others may come. */
	stp	x2, x3, [x0, #232]
	load_crossing
	ldr	w29, [x29]
	/* Without the flags, which stay. */
1:	sub	x30, x30, #1
	cbnz	x30, 1b
	push_crossing
	ldr	x1, [sp, #CROSSING_SIZE + 96]
	mov	x2, #CROSSING_SIZE
2:	ldr	x3, [x0], #8
	str	x3, [x1], #8
	subs	x2, x2, #8
	b.ne	2b
	add	sp, sp, #CROSSING_SIZE
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #112
	ret
	.size	cross, . - cross

	.section .note.GNU-stack, "", %progbits
