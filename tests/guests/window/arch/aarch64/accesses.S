/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs and writeback: the syndrome of their aborts is not valid (ISV, Arm ARM D19.2.37). */
	.text

	.global	load_pair
load_pair:
	ldp	w2, w3, [x0]
	stp	w2, w3, [x1]
	ret

	.global	store_pair
store_pair:
	stp	w1, w2, [x0]
	ret

	.global	load_and_step
load_and_step:
	ldr	x1, [x0]
	ldr	w2, [x1], #4
	str	x1, [x0]
	mov	w0, w2
	ret

	.global	step_and_store
step_and_store:
	ldr	x2, [x0]
	str	w1, [x2, #4]!
	str	x2, [x0]
	ret
