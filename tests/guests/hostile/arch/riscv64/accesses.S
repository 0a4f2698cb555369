/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses to the address in a0; what is loaded is in a1, what is stored too. */
#include "attempt.h"

	.option	arch, +f, +d, +v, +zicbom, +zicboz

	.macro	access name, instruction:vararg
	.section .text.\name, "ax"
	.balign	4
	.global	\name
\name:
	\instruction
	ebreak
	.endm

	.option	norvc
access load_byte, lbu a1, 0(a0)
access load_signed_byte, lb a1, 0(a0)
access load_half, lhu a1, 0(a0)
access load_signed_half, lh a1, 0(a0)
access load_word, lwu a1, 0(a0)
access load_signed_word, lw a1, 0(a0)
access load_double, ld a1, 0(a0)
access store_byte, sb a1, 0(a0)
access store_half, sh a1, 0(a0)
access store_word, sw a1, 0(a0)
access store_double, sd a1, 0(a0)
access load_reserved, lr.w a1, (a0)
access load_reserved_double, lr.d.aqrl a1, (a0)
access store_conditional, sc.w a2, a1, (a0)
access store_conditional_double, sc.d a2, a1, (a0)
access swap, amoswap.w a1, a1, (a0)
access add_double, amoadd.d.aqrl a1, a1, (a0)
access maximum, amomaxu.w a1, a1, (a0)
access load_float, flw fa0, 0(a0)
access load_float_double, fld fa0, 0(a0)
access store_float, fsw fa0, 0(a0)
access store_float_double, fsd fa0, 0(a0)
access load_unaligned_half, lhu a1, 1(a0)
access load_unaligned, lw a1, 1(a0)
access load_unaligned_double, ld a1, 3(a0)
access store_unaligned, sw a1, 1(a0)
access store_unaligned_double, sd a1, 3(a0)
access swap_unaligned, .insn r 0x2f, 2, 4, a1, a3, a1
/* CBO.INVAL, CBO.CLEAN, CBO.FLUSH, CBO.ZERO (Unprivileged ISA, "CMO"). */
access invalidate_line, .insn i 0x0f, 2, x0, a0, 0
access clean_line, .insn i 0x0f, 2, x0, a0, 1
access flush_line, .insn i 0x0f, 2, x0, a0, 2
access zero_line, .insn i 0x0f, 2, x0, a0, 4
/* PREFETCH.R. */
access prefetch, .insn i 0x13, 6, x0, a0, 1
/* VSETIVLI x0, 4, e32, m1; then VLE32.V and VSE32.V of v0 (RISC-V "V" 1.0, 6 and 7). */
access load_vector, .4byte 0xcd027057, 0x02056007
access store_vector, .4byte 0xcd027057, 0x02056027
/* VLOXEI32.V v8, (a0), v0: by the indices in a register. */
access load_vector_indexed, .4byte 0xcd027057, 0x0e056407
/* VL1RE8.V and VS1R.V: whole registers. */
access load_whole_vector, .4byte 0x02850007
access store_whole_vector, .4byte 0x02850027

	.option	rvc
access load_word_short, c.lw a1, 0(a0)
access load_double_short, c.ld a1, 0(a0)
access store_word_short, c.sw a1, 0(a0)
access store_double_short, c.sd a1, 0(a0)
access load_float_short, .2byte 0x210c
	.option	norvc

	/* Comes back from wherever it goes to only by an exception. */
	.section .text.branch, "ax"
	.balign	4
	.global	branch
branch:
	jr	a0

	.section .note.GNU-stack, "", %progbits
