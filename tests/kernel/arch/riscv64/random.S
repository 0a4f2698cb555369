/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What hostile threads of the random invoker run, position independent, as it is mapped elsewhere. The mailbox (struct mailbox of
 * random.h) is at the stack pointer, which no message changes. Between calls nothing but a0, t0 and s0 is used: what else a message
 * brought is there when the next call is asked for, and is reported.
 */
#define ASKED 1
#define TAKEN 2
#define DONE  3

#define BEFORE 8
#define CALL   (BEFORE + 80)
#define RESULT (CALL + 80)

#define SYS_YIELD 6

/* The registers of a message, in the order of struct mailbox. */
	.macro	message operation, place
	\operation	a0, \place(sp)
	\operation	a1, \place + 8(sp)
	\operation	a2, \place + 16(sp)
	\operation	a3, \place + 24(sp)
	\operation	a4, \place + 32(sp)
	\operation	a5, \place + 40(sp)
	\operation	a6, \place + 48(sp)
	\operation	a7, \place + 56(sp)
	\operation	t0, \place + 64(sp)
	\operation	t1, \place + 72(sp)
	.endm

	.text
	.balign	4096
	.global	random_thread
	.type	random_thread, %function
random_thread:
	li	t0, SYS_YIELD
	ecall
	ld	s0, 0(sp)
	addi	s0, s0, -ASKED
	bnez	s0, random_thread
	li	s0, TAKEN
	sd	s0, 0(sp)
	message	sd, BEFORE
	message	ld, CALL
	ecall
	message	sd, RESULT
	li	s0, DONE
	sd	s0, 0(sp)
	j	random_thread
	.size	random_thread, . - random_thread

	.section .note.GNU-stack, "", %progbits
