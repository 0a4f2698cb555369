/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine of a guest without an operating system: its interrupts, its clock, its console, its end. */
#include "machine.h"
#include "bench_board.h"
#include "sbi.h"

static volatile uint8_t *uart(uint32_t offset)
{
	return (volatile uint8_t *)(uintptr_t)(UART + offset);
}

void arch_interrupts_start(void)
{
	__asm__ volatile("csrw sie, %0" ::"r"(INTERRUPT_SOFTWARE | INTERRUPT_TIMER));
}

uint64_t arch_counter(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
}

/* The timer's interrupt ends WFI though it is masked; what stays pending would end the next sleep at once. */
void arch_sleep_until(uint64_t ticks)
{
	sbi_call(SBI_TIME, 0, ticks, 0, 0);
	while (arch_counter() < ticks)
		__asm__ volatile("wfi");
	sbi_call(SBI_TIME, 0, UINT64_MAX, 0, 0);
}

void arch_console_start(void)
{
	*uart(UART_FCR) = FCR_FIFOS;
}

void arch_put(char c)
{
	while (!(*uart(UART_LSR) & LSR_THR_EMPTY))
		continue;
	*uart(UART_THR) = (uint8_t)c;
}

void arch_console_start_both(void)
{
	arch_console_start();
	/* What is typed may wait for a driver that enables the interrupt. */
	*uart(UART_IER) = IER_RECEIVED;
}

bool arch_take(char *c)
{
	if (!(*uart(UART_LSR) & LSR_DATA))
		return false;
	*c = (char)*uart(UART_RBR);
	return true;
}

static _Noreturn void end(uint64_t type)
{
	sbi_call(SBI_SRST, 0, type, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}

void arch_power_off(void)
{
	end(SBI_SRST_SHUTDOWN);
}

void arch_reset(void)
{
	end(SBI_SRST_COLD_REBOOT);
}
