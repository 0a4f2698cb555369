/* SPDX-License-Identifier: BSD-2-Clause */
/* IPIs and the timer (SBI, 6 and 7), and the end of either. */
#include <bench_board.h>
#include <interrupts.h>
#include <machine.h>
#include <sbi.h>

/* To hart 0, that is to itself. */
void interrupt_self(void)
{
	sbi_call(SBI_IPI, 0, 1, 0, 0);
}

void interrupt_soon(void)
{
	sbi_call(SBI_TIME, 0, arch_counter() + 1, 0, 0);
}

bool interrupt_take(void)
{
	uint64_t pending;

	__asm__ volatile("wfi\n\tcsrrc %0, sip, %1"
			 : "=r"(pending)
			 : "r"(INTERRUPT_SOFTWARE)
			 : "memory");
	if (pending & INTERRUPT_TIMER)
		sbi_call(SBI_TIME, 0, UINT64_MAX, 0, 0);
	return pending & (INTERRUPT_SOFTWARE | INTERRUPT_TIMER);
}
