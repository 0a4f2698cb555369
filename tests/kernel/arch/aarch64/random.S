/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What hostile threads of the random invoker run, position independent, as it is mapped elsewhere. The mailbox (struct mailbox of
 * random.h) is at the stack pointer, which no message changes. Between calls nothing but x0, x8 and x19 to x21 is used: what else a
 * message brought is there when the next call is asked for, and is reported.
 */
#define ASKED 1
#define TAKEN 2
#define DONE  3

#define BEFORE 8
#define CALL   (BEFORE + 80)
#define RESULT (CALL + 80)

#define SYS_YIELD 6

	.text
	.balign	4096
	.global	random_thread
	.type	random_thread, %function
random_thread:
	mov	x8, #SYS_YIELD
	svc	#0
	mov	x19, sp
	ldr	x20, [x19]
	cmp	x20, #ASKED
	b.ne	random_thread
	mov	x20, #TAKEN
	str	x20, [x19]
	stp	x0, x1, [x19, #BEFORE]
	stp	x2, x3, [x19, #BEFORE + 16]
	stp	x4, x5, [x19, #BEFORE + 32]
	stp	x6, x7, [x19, #BEFORE + 48]
	stp	x8, x9, [x19, #BEFORE + 64]
	ldp	x0, x1, [x19, #CALL]
	ldp	x2, x3, [x19, #CALL + 16]
	ldp	x4, x5, [x19, #CALL + 32]
	ldp	x6, x7, [x19, #CALL + 48]
	ldp	x8, x9, [x19, #CALL + 64]
	svc	#0
	mov	x19, sp
	stp	x0, x1, [x19, #RESULT]
	stp	x2, x3, [x19, #RESULT + 16]
	stp	x4, x5, [x19, #RESULT + 32]
	stp	x6, x7, [x19, #RESULT + 48]
	stp	x8, x9, [x19, #RESULT + 64]
	mov	x20, #DONE
	str	x20, [x19]
	b	random_thread
	.size	random_thread, . - random_thread

	.section .note.GNU-stack, "", %progbits
