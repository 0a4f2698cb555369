/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The beginning of the image: the header of a Linux arm64 Image (Linux's
 * Documentation/arch/arm64/booting.rst), so that whatever boots Linux boots this; then a stack and
 * the exception vectors, and on into C.
 */
#define STACK_SIZE	0x4000

/* Flags of the Image header: little-endian, 4 KiB pages. */
#define IMAGE_FLAGS	0x2
#define IMAGE_OFFSET	0x200000

	.section .head, "ax", %progbits
	.global	_start
_start:
	b	entry
	.long	0
	.quad	IMAGE_OFFSET
	/* The size of the whole image; the host tool knows it. */
	.quad	loader_end - _start
	.quad	IMAGE_FLAGS
	.quad	0
	.quad	0
	.quad	0
	.ascii	"ARM\x64"
	.long	0

	.text
entry:
	msr	daifset, #0xf
	msr	spsel, #1
	adrp	x1, stack_top
	add	sp, x1, :lo12:stack_top
	/*
	 * Anywhere else than at EL2 these registers are not ours; boot_main() will say that it is
	 * wrong.
	 */
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.ne	1f
	adrp	x1, vectors
	add	x1, x1, :lo12:vectors
	msr	vbar_el2, x1
	msr	tpidr_el2, xzr
	isb
1:	mov	x29, #0
	mov	x30, #0
	adr	x0, _start
	b	boot_main

	.section .bss.stack, "aw", %nobits
	.balign	16
	.skip	STACK_SIZE
	.global	stack_top
stack_top:

	.section .note.GNU-stack, "", %progbits
