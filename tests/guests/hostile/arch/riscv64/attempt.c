/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions written by a program, to be done at once (Unprivileged ISA, "Zifencei"). */
#include "attempt.h"

#define WORDS_MAX 15
#define PAGE_SIZE 4096

/* On a page of its own, so that what runs on others stays as it is. */
static uint32_t code[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

void attempt_words(struct attempt *attempt, const uint32_t *words, unsigned int count,
		   uint64_t mode)
{
	unsigned int i;

	for (i = 0; i < count && i < WORDS_MAX; i++)
		*(volatile uint32_t *)&code[i] = words[i];
	*(volatile uint32_t *)&code[i] = END_WORD;
	__asm__ volatile("fence.i" ::: "memory");
	attempt_run(attempt, code, mode);
}

void attempt_start(void)
{
	__asm__ volatile("csrw stvec, %0\n\t"
			 "csrw sie, zero\n\t"
			 "csrs sstatus, %1" ::"r"(attempt_vector),
			 "r"(SSTATUS_FS | SSTATUS_VS));
}
