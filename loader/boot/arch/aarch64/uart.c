/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sending half of a PL011 (Arm DDI 0183G), polled. Speed and format are as the firmware left
 * them.
 */
#include "boot.h"

#define UARTDR 0x00
#define UARTFR 0x18
#define UARTCR 0x30

#define FR_BUSY   (1U << 3)
#define FR_TXFF   (1U << 5)
#define CR_UARTEN (1U << 0)
#define CR_TXE    (1U << 8)

static volatile uint32_t *reg(uint64_t address, unsigned int offset)
{
	return (volatile uint32_t *)(address + offset);
}

uint32_t arch_uart_enable(uint64_t address)
{
	uint32_t state = *reg(address, UARTCR);

	*reg(address, UARTCR) = state | CR_UARTEN | CR_TXE;
	return state;
}

void arch_uart_restore(uint64_t address, uint32_t state)
{
	while (*reg(address, UARTFR) & FR_BUSY)
		;
	*reg(address, UARTCR) = state;
}

void arch_uart_put(uint64_t address, char c)
{
	while (*reg(address, UARTFR) & FR_TXFF)
		;
	*reg(address, UARTDR) = (uint8_t)c;
}
