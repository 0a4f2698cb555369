/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a program with a probe begins and makes its system calls: all registers go through probe.c. */
#include "crossing.inc"

	/* The general registers of the structure that is on the stack, and off it. */
	.macro	pop_general
	mov	x0, sp
	each_general ldp
	ldr	x30, [x0, #240]
	ldp	x0, x1, [x0]
	add	sp, sp, #CROSSING_SIZE
	.endm

	.text
	.global	probe_start
	.type	probe_start, %function
probe_start:
	push_crossing
	bl	probe_begin
	pop_general
	b	_start
	.size	probe_start, . - probe_start

	/* In place of an SVC, with its registers. */
	.global	probe_system_call
	.type	probe_system_call, %function
probe_system_call:
	push_crossing
	bl	probe_leave
	load_crossing
	svc	#0
	push_crossing
	add	x1, sp, #CROSSING_SIZE
	bl	probe_enter
	add	sp, sp, #CROSSING_SIZE
	pop_general
	ret
	.size	probe_system_call, . - probe_system_call

	.section .note.GNU-stack, "", %progbits
