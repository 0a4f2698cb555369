/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 with the instructions of FEAT_SHA256 (Arm ARM C7.2, SHA256H, SHA256H2, SHA256SU0,
 * SHA256SU1): four rounds a step. The SIMD registers are used nowhere else in the loader, so none
 * are saved; the trap on them is lifted only in here.
 *
 * v0, v1: the state, {a, b, c, d} and {e, f, g, h}; v2, v3: the state before the block; v4 to v7:
 * sixteen words of the message schedule; v8: words plus constants; v9: a copy of v0; v16 to v31:
 * the 64 constants.
 */
	.arch	armv8-a+crypto

/* CPTR_EL2.TFP, and FPEN, which is ignored unless HCR_EL2.E2H is set (Arm ARM D23.2.33). */
#define CPTR_TFP	(1 << 10)
#define CPTR_FPEN	(3 << 20)

/* Four rounds with the words in `words` and the constants in `k`. */
.macro rounds words, k
	add	v8.4s, \words\().4s, \k\().4s
	mov	v9.16b, v0.16b
	sha256h	q0, q1, v8.4s
	sha256h2	q1, q9, v8.4s
.endm

/* Four rounds, then the four words that come sixteen later, in their place. */
.macro rounds_and_schedule w0, w1, w2, w3, k
	rounds	\w0, \k
	sha256su0	\w0\().4s, \w1\().4s
	sha256su1	\w0\().4s, \w2\().4s, \w3\().4s
.endm

	.text
/* void sha256_blocks_simd(uint32_t state[8], const uint8_t *data, size_t count) */
	.global	sha256_blocks_simd
	.type	sha256_blocks_simd, %function
sha256_blocks_simd:
	cbz	x2, 2f
	mrs	x3, cptr_el2
	bic	x4, x3, #CPTR_TFP
	orr	x4, x4, #CPTR_FPEN
	msr	cptr_el2, x4
	isb

	adr	x4, constants
	ld1	{v16.4s, v17.4s, v18.4s, v19.4s}, [x4], #64
	ld1	{v20.4s, v21.4s, v22.4s, v23.4s}, [x4], #64
	ld1	{v24.4s, v25.4s, v26.4s, v27.4s}, [x4], #64
	ld1	{v28.4s, v29.4s, v30.4s, v31.4s}, [x4]
	ld1	{v0.4s, v1.4s}, [x0]

1:	mov	v2.16b, v0.16b
	mov	v3.16b, v1.16b
	ld1	{v4.16b, v5.16b, v6.16b, v7.16b}, [x1], #64
	rev32	v4.16b, v4.16b
	rev32	v5.16b, v5.16b
	rev32	v6.16b, v6.16b
	rev32	v7.16b, v7.16b

	rounds_and_schedule v4, v5, v6, v7, v16
	rounds_and_schedule v5, v6, v7, v4, v17
	rounds_and_schedule v6, v7, v4, v5, v18
	rounds_and_schedule v7, v4, v5, v6, v19
	rounds_and_schedule v4, v5, v6, v7, v20
	rounds_and_schedule v5, v6, v7, v4, v21
	rounds_and_schedule v6, v7, v4, v5, v22
	rounds_and_schedule v7, v4, v5, v6, v23
	rounds_and_schedule v4, v5, v6, v7, v24
	rounds_and_schedule v5, v6, v7, v4, v25
	rounds_and_schedule v6, v7, v4, v5, v26
	rounds_and_schedule v7, v4, v5, v6, v27
	rounds	v4, v28
	rounds	v5, v29
	rounds	v6, v30
	rounds	v7, v31

	add	v0.4s, v0.4s, v2.4s
	add	v1.4s, v1.4s, v3.4s
	sub	x2, x2, #1
	cbnz	x2, 1b

	st1	{v0.4s, v1.4s}, [x0]
	msr	cptr_el2, x3
	isb
2:	ret
	.size	sha256_blocks_simd, . - sha256_blocks_simd

/* FIPS 180-4, 4.2.2. */
	.balign	16
constants:
	.word	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5
	.word	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5
	.word	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3
	.word	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174
	.word	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc
	.word	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da
	.word	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7
	.word	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967
	.word	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13
	.word	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85
	.word	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3
	.word	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070
	.word	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5
	.word	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3
	.word	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208
	.word	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2

	.section .note.GNU-stack, "", %progbits
