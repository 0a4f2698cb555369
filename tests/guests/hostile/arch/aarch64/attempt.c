/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions written by a program, to be done at once (B2.7.4.2: concurrent modification). */
#include "attempt.h"

#define WORDS_MAX 15
#define PAGE_SIZE 4096

/* CPACR_EL1, D24.2.33: FPEN, and ZEN and SMEN, so that no trap of EL1's own comes before those of EL2. */
#define CPACR_ALL (3UL << 16 | 3UL << 20 | 3UL << 24)

/* On a page of its own, so that what runs on others stays as it is. */
static uint32_t code[PAGE_SIZE / 4] __attribute__((aligned(PAGE_SIZE)));

static void write_code(unsigned int index, uint32_t word)
{
	if (code[index] == word)
		return;
	code[index] = word;
	__asm__ volatile("dc cvau, %0\n\t"
			 "dsb sy\n\t"
			 "ic ivau, %0\n\t"
			 "dsb sy" ::"r"(&code[index])
			 : "memory");
}

void attempt_words(struct attempt *attempt, const uint32_t *words, unsigned int count,
		   uint64_t state)
{
	for (unsigned int i = 0; i < count && i < WORDS_MAX; i++)
		write_code(i, words[i]);
	write_code(count < WORDS_MAX ? count : WORDS_MAX, END_WORD);
	__asm__ volatile("isb");
	attempt_run(attempt, code, state);
}

void attempt_start(void)
{
	__asm__ volatile("msr vbar_el1, %0\n\t"
			 "msr cpacr_el1, %1\n\t"
			 "isb" ::"r"(attempt_vectors),
			 "r"(CPACR_ALL));
}
