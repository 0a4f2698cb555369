/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system call instruction of RISC-V, with the registers that idl/riscv64.idl names. Included
 * by <cloister/message.h> only.
 */
#ifndef CLOISTER_ARCH_SYSCALL_H
#define CLOISTER_ARCH_SYSCALL_H

#include <cloister/types.h>

/* Make system call `number`; `m` goes out and comes back in registers. */
static inline enum status arch_message(enum syscall number, cap_t cap, struct message *m,
				       uint64_t deadline)
{
	register uint64_t a0 __asm__("a0") = cap;
	register uint64_t a1 __asm__("a1") = m->label;
	register uint64_t a2 __asm__("a2") = m->word[0];
	register uint64_t a3 __asm__("a3") = m->word[1];
	register uint64_t a4 __asm__("a4") = m->word[2];
	register uint64_t a5 __asm__("a5") = m->word[3];
	register uint64_t a6 __asm__("a6") = m->word[4];
	register uint64_t a7 __asm__("a7") = m->word[5];
	register uint64_t t0 __asm__("t0") = number;
	register uint64_t t1 __asm__("t1") = deadline;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6),
			   "+r"(a7), "+r"(t1)
			 : "r"(t0)
			 : "memory");
	m->label = a1;
	m->word[0] = a2;
	m->word[1] = a3;
	m->word[2] = a4;
	m->word[3] = a5;
	m->word[4] = a6;
	m->word[5] = a7;
	m->badge = t1;
	return (enum status)a0;
}

#endif
