/* SPDX-License-Identifier: BSD-2-Clause */
/* Each violation is one instruction; the handler (start.S) goes on behind it. */
#include <violations.h>

	.arch	armv8.5-a

	.macro	function name
	.text
	.global	\name
	.type	\name, %function
\name:
	.endm

	/* A function of one instruction that does not load x1. */
	.macro	attempt name, instruction:vararg
function \name
	mov	x1, #MARKER
	\instruction
	mov	x0, x1
	ret
	.size	\name, . - \name
	.endm

attempt read_byte, ldrb w1, [x0]
attempt read_half, ldrh w1, [x0]
attempt read_word, ldr w1, [x0]
attempt read_double, ldr x1, [x0]
attempt write_byte, strb wzr, [x0]
attempt write_word, str wzr, [x0]
attempt write_pair, stp xzr, xzr, [x0]
attempt read_exclusive, ldxr w1, [x0]
attempt read_simd, ldr d0, [x0]
attempt read_defined_by_nobody, mrs x1, s3_0_c15_c0_0
attempt write_defined_by_nobody, msr s3_7_c11_c15_7, x1
attempt read_monitor, mrs x1, pmcr_el0
/* RDVL X1, #1 (Arm ARM C8.2). */
attempt use_sve, .inst 0x04bf5021

function read_pair
	mov	x1, #MARKER
	mov	x2, #MARKER
	ldp	x1, x2, [x0]
	orr	x0, x1, x2
	ret
	.size	read_pair, . - read_pair

function read_post_indexed
	ldr	w1, [x0], #4
	ret
	.size	read_post_indexed, . - read_post_indexed

function fetch
	mov	x9, x30
	blr	x0
	mov	x0, #MARKER
	ret	x9
	.size	fetch, . - fetch

function call_hypervisor
	hvc	#0
	ret
	.size	call_hypervisor, . - call_hypervisor

function call_firmware
	smc	#0
	ret
	.size	call_firmware, . - call_firmware

function store_and_load_pair
	stp	w1, w2, [x0]
	ldp	w3, w4, [x0]
	orr	x0, x3, x4, lsl #32
	ret
	.size	store_and_load_pair, . - store_and_load_pair

function store_and_load_writeback
	mov	x2, x0
	str	w1, [x0], #4
	ldr	w1, [x0, #-4]!
	cmp	x0, x2
	csel	x0, x1, xzr, eq
	ret
	.size	store_and_load_writeback, . - store_and_load_writeback

	.section .note.GNU-stack, "", %progbits
