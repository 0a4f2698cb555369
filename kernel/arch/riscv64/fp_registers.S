/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct fp_state (arch/fp.h) to and from the registers.
 */
#define OFFSET_FCSR   256
#define OFFSET_VSTART 264
#define OFFSET_VL     272
#define OFFSET_VTYPE  280
#define OFFSET_VCSR   288
#define OFFSET_V      296

	.option	arch, +d, +v

	.macro	each_f op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	f\n, 8 * \n(a0)
	.endr
	.endm

	.text
	/* void fp_save(struct fp_state *fp) */
	.global	fp_save
fp_save:
	each_f	fsd
	csrr	t0, fcsr
	sd	t0, OFFSET_FCSR(a0)
	ret

	/* void fp_load(const struct fp_state *fp) */
	.global	fp_load
fp_load:
	each_f	fld
	ld	t0, OFFSET_FCSR(a0)
	csrw	fcsr, t0
	ret

	/* Eight registers at a time, whatever vtype says; vstart says where they begin ("Vector Load/Store Whole Register"). */
	.macro	next_eight
	csrr	t1, vlenb
	slli	t1, t1, 3
	add	t0, t0, t1
	.endm

	/* void vector_save(struct fp_state *fp) */
	.global	vector_save
vector_save:
	csrrw	t2, vstart, zero
	sd	t2, OFFSET_VSTART(a0)
	csrr	t2, vl
	sd	t2, OFFSET_VL(a0)
	csrr	t2, vtype
	sd	t2, OFFSET_VTYPE(a0)
	csrr	t2, vcsr
	sd	t2, OFFSET_VCSR(a0)
	addi	t0, a0, OFFSET_V
	vs8r.v	v0, (t0)
	next_eight
	vs8r.v	v8, (t0)
	next_eight
	vs8r.v	v16, (t0)
	next_eight
	vs8r.v	v24, (t0)
	ret

	/* void vector_load(const struct fp_state *fp) */
	.global	vector_load
vector_load:
	csrw	vstart, zero
	addi	t0, a0, OFFSET_V
	vl8re8.v v0, (t0)
	next_eight
	vl8re8.v v8, (t0)
	next_eight
	vl8re8.v v16, (t0)
	next_eight
	vl8re8.v v24, (t0)
	/* A vtype that this processor does not have sets vill; whatever vl says, it is one that fits. */
	ld	t1, OFFSET_VL(a0)
	ld	t2, OFFSET_VTYPE(a0)
	vsetvl	zero, t1, t2
	ld	t2, OFFSET_VCSR(a0)
	csrw	vcsr, t2
	ld	t2, OFFSET_VSTART(a0)
	csrw	vstart, t2
	ret
