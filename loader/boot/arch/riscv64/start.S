/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The beginning of the image: the header of a Linux RISC-V Image (Linux's
 * Documentation/arch/riscv/boot-image-header.rst), so that whatever boots Linux boots this; then a
 * stack and the exception vector, and on into C.
 */
#define STACK_SIZE	0x4000

/* Flags of the Image header: little-endian. */
#define IMAGE_FLAGS	0
#define IMAGE_OFFSET	0x200000
/* Of the header itself: 0.2. */
#define HEADER_VERSION	2

#define SSTATUS_SIE	(1 << 1)

	.section .head, "ax", %progbits
	.global	_start
_start:
	.option push
	.option norvc
	j	entry
	.option pop
	.word	0
	.quad	IMAGE_OFFSET
	/* The size of the whole image; the host tool knows it. */
	.quad	loader_end - _start
	.quad	IMAGE_FLAGS
	.word	HEADER_VERSION
	.word	0
	.quad	0
	.ascii	"RISCV\0\0\0"
	.ascii	"RSC\x05"
	.word	0

	.text
entry:
	csrci	sstatus, SSTATUS_SIE
	csrw	sscratch, zero
	lla	t0, vectors
	csrw	stvec, t0
	lla	sp, stack_top
	li	s0, 0
	li	ra, 0
	lla	a0, _start
	tail	boot_main

	.section .bss.stack, "aw", %nobits
	.balign	16
	.skip	STACK_SIZE
	.global	stack_top
stack_top:

	.section .note.GNU-stack, "", %progbits
