/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system call instruction of AArch64, with the registers that idl/aarch64.idl names. Included
 * by <cloister/message.h> only.
 */
#ifndef CLOISTER_ARCH_SYSCALL_H
#define CLOISTER_ARCH_SYSCALL_H

#include <cloister/types.h>

/* Make system call `number`; `m` goes out and comes back in registers. */
static inline enum status arch_message(enum syscall number, cap_t cap, struct message *m,
				       uint64_t deadline)
{
	register uint64_t x0 __asm__("x0") = cap;
	register uint64_t x1 __asm__("x1") = m->label;
	register uint64_t x2 __asm__("x2") = m->word[0];
	register uint64_t x3 __asm__("x3") = m->word[1];
	register uint64_t x4 __asm__("x4") = m->word[2];
	register uint64_t x5 __asm__("x5") = m->word[3];
	register uint64_t x6 __asm__("x6") = m->word[4];
	register uint64_t x7 __asm__("x7") = m->word[5];
	register uint64_t x8 __asm__("x8") = number;
	register uint64_t x9 __asm__("x9") = deadline;

	__asm__ volatile("svc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6),
			   "+r"(x7), "+r"(x9)
			 : "r"(x8)
			 : "memory", "cc");
	m->label = x1;
	m->word[0] = x2;
	m->word[1] = x3;
	m->word[2] = x4;
	m->word[3] = x5;
	m->word[4] = x6;
	m->word[5] = x7;
	m->badge = x9;
	return (enum status)x0;
}

#endif
