/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Polled output to the PL011.
 */
#include <arch/console.h>
#include <arch/mmu.h>
#include <kernel_space.h>

/* ARM DDI 0183, 3.3. */
#define UARTDR      0x00
#define UARTFR      0x18
#define UARTFR_TXFF BIT(5)

static volatile char *uart;

void arch_console_start(paddr_t address)
{
	uart = kernel_map_device(address, PAGE_SIZE);
}

void arch_console_put(char c)
{
	while (*(volatile uint32_t *)(uart + UARTFR) & UARTFR_TXFF)
		;
	*(volatile uint32_t *)(uart + UARTDR) = (unsigned char)c;
}
