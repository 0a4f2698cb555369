/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Polled output to the NS16550A.
 */
#include <arch/console.h>
#include <arch/csr.h>
#include <kernel_space.h>

/* PC16550D, 8.0 "Registers": offsets, and a bit of LSR. */
#define UART_THR      0
#define UART_LSR      5
#define UART_LSR_THRE BIT(5)

static volatile uint8_t *uart;

void arch_console_start(paddr_t address)
{
	uart = kernel_map_device(address, PAGE_SIZE);
}

void arch_console_put(char c)
{
	while (!(uart[UART_LSR] & UART_LSR_THRE))
		;
	uart[UART_THR] = (uint8_t)c;
}
