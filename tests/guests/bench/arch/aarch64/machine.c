/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine of a guest without an operating system: its interrupts, its clock, its console, its end. */
#include "machine.h"
#include "bench_board.h"

/* Distributor: affinity routing, and both groups enabled. */
#define GICD_CTLR       0x000
#define GICD_CTLR_VALUE 0x13
#define GICD_CTLR_RWP   (1U << 31)

/* Redistributor. */
#define GICR_WAKER           0x014
#define WAKER_SLEEP          (1U << 1)
#define WAKER_CHILDREN_SLEEP (1U << 2)
#define GICR_IGROUPR0        0x080
#define GICR_ISENABLER0      0x100
#define GICR_IPRIORITYR      0x400

#define SGI           0
#define VIRTUAL_TIMER 27
#define SOME_PRIORITY 0x80

static volatile uint32_t *word_at(uint64_t address)
{
	return (volatile uint32_t *)address;
}

static void enable_interrupt(uint32_t number)
{
	*(volatile uint8_t *)(uintptr_t)(GICS + GICR_IPRIORITYR + number) = SOME_PRIORITY;
	*word_at(GICS + GICR_ISENABLER0) = 1U << number;
}

void arch_interrupts_start(void)
{
	*word_at(GICD + GICD_CTLR) = GICD_CTLR_VALUE;
	while (*word_at(GICD + GICD_CTLR) & GICD_CTLR_RWP)
		continue;
	*word_at(GICR + GICR_WAKER) &= ~WAKER_SLEEP;
	while (*word_at(GICR + GICR_WAKER) & WAKER_CHILDREN_SLEEP)
		continue;
	*word_at(GICS + GICR_IGROUPR0) = UINT32_MAX;
	enable_interrupt(SGI);
	enable_interrupt(VIRTUAL_TIMER);
	__asm__ volatile("msr icc_sre_el1, %0\n\t"
			 "isb\n\t"
			 "msr icc_pmr_el1, %1\n\t"
			 "msr icc_igrpen1_el1, %0\n\t"
			 "isb" ::"r"(1UL),
			 "r"(0xffUL));
}

uint64_t arch_counter(void)
{
	uint64_t ticks;

	__asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
}

/*
 * The timer's interrupt ends WFI though it is masked; another one is slept over. It is taken and ended (Arm IHI
 * 0069, 12.2), for what stays pending would end the next sleep at once.
 */
void arch_sleep_until(uint64_t ticks)
{
	__asm__ volatile("msr cntv_cval_el0, %0\n\t"
			 "msr cntv_ctl_el0, %1\n\t"
			 "isb" ::"r"(ticks),
			 "r"((uint64_t)CNTV_CTL_ENABLE));
	while (arch_counter() < ticks)
		__asm__ volatile("wfi");
	__asm__ volatile("msr cntv_ctl_el0, xzr\n\t"
			 "mrs %0, icc_iar1_el1\n\t"
			 "msr icc_eoir1_el1, %0"
			 : "=r"(ticks));
}

void arch_console_start(void)
{
	*word_at(UART + UARTCR) = UARTCR_TRANSMIT;
}

void arch_put(char c)
{
	while (*word_at(UART + UARTFR) & UARTFR_TXFF)
		continue;
	*word_at(UART + UARTDR) = (uint8_t)c;
}

void arch_console_start_both(void)
{
	*word_at(UART + UARTCR) = UARTCR_BOTH;
	/* What is typed may wait for a driver that enables the interrupt. */
	*word_at(UART + UARTIMSC) = UARTIMSC_RXIM;
}

bool arch_take(char *c)
{
	if (*word_at(UART + UARTFR) & UARTFR_RXFE)
		return false;
	*c = (char)*word_at(UART + UARTDR);
	return true;
}

static _Noreturn void end(uint64_t psci_function)
{
	register uint64_t function __asm__("x0") = psci_function;

	__asm__ volatile("hvc #0" : "+r"(function) : : "x1", "x2", "x3", "memory");
	for (;;)
		__asm__ volatile("wfi");
}

void arch_power_off(void)
{
	end(PSCI_SYSTEM_OFF);
}

void arch_reset(void)
{
	end(PSCI_SYSTEM_RESET);
}
