/* SPDX-License-Identifier: BSD-2-Clause */
#include "crossing.inc"

	.text
	/* void cross(const struct crossing *before, struct crossing *after, address, rounds) */
	.global	cross
	.type	cross, %function
cross:
	begin_crossing
	/* Two registers are needed: where the clock is, and for how many turns of a loop others may come. */
	stp	x2, x3, [x0, #232]
	load_crossing
	ldr	w29, [x29]
	/* Without the flags, which stay. */
1:	sub	x30, x30, #1
	cbnz	x30, 1b
	end_crossing
	.size	cross, . - cross

	.section .note.GNU-stack, "", %progbits
