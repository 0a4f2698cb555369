/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine of the benchmark guest: which operations there are, its interrupts, its console. */
#include "bench.h"
#include "bench_board.h"
#include "measure.h"

#include <stddef.h>

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

const struct operation operations[] = {
	{ "empty", measure_empty },
	{ "hvc", measure_hvc },
	{ "mmio_read", measure_mmio_read },
	{ "mmio_write", measure_mmio_write },
	{ "sysreg_read", measure_sysreg_read },
	{ "self_sgi", measure_self_sgi },
	{ "vtimer", measure_vtimer },
	{ "vtimer_eoi", measure_vtimer_eoi },
	{ "wfi_lateness", measure_wfi },
	{ NULL, NULL },
};

static volatile uint32_t *word_at(uint64_t address)
{
	return (volatile uint32_t *)address;
}

static void enable_interrupt(uint32_t number)
{
	*(volatile uint8_t *)(uintptr_t)(GICS + GICR_IPRIORITYR + number) = SOME_PRIORITY;
	*word_at(GICS + GICR_ISENABLER0) = 1U << number;
}

static void start_interrupts(void)
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

void arch_start(void)
{
	__asm__ volatile("msr vbar_el1, %0\n\tisb" ::"r"(vectors));
	start_interrupts();
	*word_at(UART + UARTCR) = UARTCR_TRANSMIT;
}

void arch_put(char c)
{
	while (*word_at(UART + UARTFR) & UARTFR_TXFF)
		continue;
	*word_at(UART + UARTDR) = (uint8_t)c;
}

void arch_power_off(void)
{
	register uint64_t function __asm__("x0") = PSCI_SYSTEM_OFF;

	__asm__ volatile("hvc #0" : "+r"(function) : : "x1", "x2", "x3", "memory");
	for (;;)
		__asm__ volatile("wfi");
}
