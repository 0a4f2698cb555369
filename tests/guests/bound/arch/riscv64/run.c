/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts of devices (RISC-V PLIC specification 1.0.0), and a loop that they come to. */
#include <bench_board.h>
#include <machine.h>

#include <bound.h>

extern const char bound_vector[];

/* From vectors.S. */
void bound_take(void);

static volatile uint32_t *word_at(uint64_t address)
{
	return (volatile uint32_t *)(uintptr_t)address;
}

void bound_take(void)
{
	volatile uint32_t *claim = word_at(PLIC_CONTEXT(0) + PLIC_CLAIM);
	uint32_t source = *claim;

	if (!source)
		return;
	bound_interrupt(source);
	*claim = source;
}

void arch_bound_run(const uint32_t *interrupts, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		*word_at(PLIC_PRIORITY(interrupts[i])) = 1;
		*word_at(PLIC_ENABLE(0)) |= 1U << interrupts[i];
	}
	*word_at(PLIC_CONTEXT(0) + PLIC_THRESHOLD) = 0;
	__asm__ volatile("csrw stvec, %0\n\t"
			 "csrw sie, %1\n\t"
			 "csrsi sstatus, %2" ::"r"(bound_vector),
			 "r"(INTERRUPT_EXTERNAL), "i"(SSTATUS_SIE)
			 : "memory");
	for (;;)
		__asm__ volatile("");
}
