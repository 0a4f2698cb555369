/* SPDX-License-Identifier: BSD-2-Clause */
#include "leaks_cross.h"

	.option	arch, +f, +d, +v
	.option	norvc

#define FRAME 128

	.macro	kept, op
	\op	ra, 0(sp)
	\op	gp, 8(sp)
	\op	tp, 16(sp)
	\op	s0, 24(sp)
	\op	s1, 32(sp)
	\op	s2, 40(sp)
	\op	s3, 48(sp)
	\op	s4, 56(sp)
	\op	s5, 64(sp)
	\op	s6, 72(sp)
	\op	s7, 80(sp)
	\op	s8, 88(sp)
	\op	s9, 96(sp)
	\op	s10, 104(sp)
	\op	s11, 112(sp)
	.endm

	/* All but x0, sp, a0, and t5 and t6, which the loop uses. */
	.macro	each_general op
	.irp	n, 1, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	\op	x\n, (CROSSING_X + 8 * \n)(a0)
	.endr
	.endm

	.macro	each_floating op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	f\n, (CROSSING_F + 8 * \n)(a0)
	.endr
	.endm

	/* t5 and t6 are the address and the turns. */
	.macro	crossing name, vectors
	.text
	.global	\name
	.type	\name, %function
\name:
	addi	sp, sp, -FRAME
	kept	sd
	sd	a1, 120(sp)
	mv	t5, a2
	mv	t6, a3
	.if	\vectors
	csrr	t0, vlenb
	slli	t0, t0, 3
	addi	t1, a0, CROSSING_V
	vl8re8.v v0, (t1)
	add	t1, t1, t0
	vl8re8.v v8, (t1)
	add	t1, t1, t0
	vl8re8.v v16, (t1)
	add	t1, t1, t0
	vl8re8.v v24, (t1)
	.endif
	ld	t0, CROSSING_FCSR(a0)
	fscsr	t0
	each_floating fld
	each_general ld
	lw	a0, 0(t5)
1:	addi	t6, t6, -1
	bnez	t6, 1b
	ld	a0, 120(sp)
	each_general sd
	each_floating fsd
	frcsr	t0
	sd	t0, CROSSING_FCSR(a0)
	.if	\vectors
	csrr	t0, vlenb
	slli	t0, t0, 3
	addi	t1, a0, CROSSING_V
	vs8r.v	v0, (t1)
	add	t1, t1, t0
	vs8r.v	v8, (t1)
	add	t1, t1, t0
	vs8r.v	v16, (t1)
	add	t1, t1, t0
	vs8r.v	v24, (t1)
	.endif
	kept	ld
	addi	sp, sp, FRAME
	ret
	.size	\name, . - \name
	.endm

	crossing cross, 0
	crossing cross_with_vectors, 1

	.section .note.GNU-stack, "", %progbits
