/* SPDX-License-Identifier: BSD-2-Clause */
/* Each violation is one instruction; the handler (start.S) goes on behind it. */
#include <violations.h>

	.macro	function name
	.text
	.global	\name
	.type	\name, %function
\name:
	.endm

	/* A function of one instruction that does not load a1. */
	.macro	attempt name, instruction:vararg
function \name
	li	a1, MARKER
	.option push
	.option norvc
	\instruction
	.option pop
	mv	a0, a1
	ret
	.size	\name, . - \name
	.endm

attempt read_byte, lb a1, 0(a0)
attempt read_half, lh a1, 0(a0)
attempt read_word, lw a1, 0(a0)
attempt read_double, ld a1, 0(a0)
attempt write_byte, sb zero, 0(a0)
attempt write_word, sw zero, 0(a0)
attempt add_atomically, amoadd.w a1, a1, (a0)
attempt load_reserved, lr.w a1, (a0)
attempt read_hstatus, csrr a1, 0x600
attempt write_vsatp, csrw 0x280, a1
attempt read_hpmcounter, csrr a1, hpmcounter3
/* HLV.W A1, (A0) (Privileged Architecture, "Hypervisor Instructions"). */
attempt load_virtual, .insn r 0x73, 4, 0x34, a1, a0, x0

function read_compressed
	li	a1, MARKER
	c.lw	a1, 0(a0)
	mv	a0, a1
	ret
	.size	read_compressed, . - read_compressed

function fetch
	mv	t0, ra
	jalr	a0
	li	a0, MARKER
	jr	t0
	.size	fetch, . - fetch

function call_firmware
	mv	a7, a0
	li	a6, 0
	ecall
	ret
	.size	call_firmware, . - call_firmware

function store_and_load
	sb	a1, 0(a0)
	lbu	a2, 0(a0)
	lb	a3, 0(a0)
	andi	a3, a3, 0xff
	mv	a0, a2
	beq	a2, a3, 1f
	li	a0, 0
1:	ret
	.size	store_and_load, . - store_and_load

	.section .note.GNU-stack, "", %progbits
