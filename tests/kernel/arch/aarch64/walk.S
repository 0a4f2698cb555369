/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions that a process tries one by one: it begins at one of them, and each that faults is told. MRS and MSR of each encoding
 * with op0 2 and 3 (Arm ARM C5.1.2), with x0; then one of each feature with registers of its own that no program is given.
 */
	.text
	.global	walk_read, walk_write, walk_features, walk_end
	.balign	4
walk_read:
	.set	n, 0
	.rept	1 << 15
	.inst	0xd5300000 | n << 5
	.set	n, n + 1
	.endr
walk_write:
	.set	n, 0
	.rept	1 << 15
	.inst	0xd5100000 | n << 5
	.set	n, n + 1
	.endr
walk_features:
	.inst	0x04bf5020	/* RDVL X0, #1: SVE */
	.inst	0x05e03800	/* DUP Z0.D, X0: SVE */
	.inst	0x2518e3e0	/* PTRUE P0.B: SVE */
	.inst	0x04bf5820	/* RDSVL X0, #1: SME */
	.inst	0xd503477f	/* SMSTART: SME */
walk_end:
	.inst	0x00000000	/* UDF #0 */

	.section .note.GNU-stack, "", %progbits
