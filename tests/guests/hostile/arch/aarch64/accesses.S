/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses to the address in x0; what is loaded is in x1, and the address behind it is in x0 again. */
#include "attempt.h"

	.arch	armv8.5-a+memtag

	.macro	access name, instructions:vararg
	.section .text.\name, "ax"
	.global	\name
\name:
	\instructions
	svc	#END_IMMEDIATE
	.endm

access load_byte, ldrb w1, [x0]
access load_half, ldrh w1, [x0]
access load_word, ldr w1, [x0]
access load_double, ldr x1, [x0]
access store_byte, strb w1, [x0]
access store_word, str w1, [x0]
access store_double, str x1, [x0]
access load_signed, ldrsw x1, [x0]
access load_pair, ldp w1, w2, [x0]
access load_wide_pair, ldp x1, x2, [x0]
access load_signed_pair, ldpsw x1, x2, [x0]
access store_pair, stp w1, w2, [x0]
access store_wide_pair, stp x1, x2, [x0]
access load_behind, ldr w1, [x0], #4
access load_before, ldr w1, [x0, #4]!
access load_pair_behind, ldp w1, w2, [x0], #8
access store_behind, str w1, [x0], #4
access store_pair_before, stp w1, w2, [x0, #-8]!
access load_acquire, ldar w1, [x0]
access store_release, stlr w1, [x0]
access load_unprivileged, ldtr w1, [x0]
access load_exclusive, ldxr w1, [x0]
access load_exclusive_pair, ldaxp x1, x2, [x0]
access store_exclusive, stxr w2, w1, [x0]
access add_atomically, ldadd w1, w1, [x0]
access swap, swpal x1, x1, [x0]
access compare_and_swap, cas w1, w2, [x0]
access compare_and_swap_pair, casp x2, x3, x4, x5, [x0]
access store_minimum, stsmin w1, [x0]
access load_vector, ldr q0, [x0]
access load_vectors, ld4 {v0.16b-v3.16b}, [x0]
access store_vector_pair, stp q0, q1, [x0]
access zero_line, dc zva, x0
access clean_line, dc civac, x0
access invalidate_line, dc ivac, x0
access invalidate_instructions, ic ivau, x0
access prefetch, prfm pldl1keep, [x0]
access load_literally, ldraa x1, [x0]
access store_tag, stg x0, [x0]

	/* Comes back from wherever it goes to only by an exception. */
	.section .text.branch, "ax"
	.global	branch
branch:
	br	x0

	/* And by `ret`. */
	.section .text.branch_and_link, "ax"
	.global	branch_and_link
branch_and_link:
	blr	x0
	svc	#END_IMMEDIATE

	.section .note.GNU-stack, "", %progbits
