/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sending half of an NS16550A, polled. Speed and format are as the firmware left them.
 */
#include "boot.h"

#define THR 0
#define LCR 3
#define LSR 5

/* All but the divisor latch's bit. */
#define LCR_FORMAT 0x7f
#define LSR_THRE   0x20
#define LSR_TEMT   0x40

static volatile uint8_t *reg(uint64_t address, unsigned int offset)
{
	return (volatile uint8_t *)(address + offset);
}

uint32_t arch_uart_enable(uint64_t address)
{
	uint8_t state = *reg(address, LCR);

	/* With the divisor latch in its place nothing can be sent. */
	*reg(address, LCR) = state & LCR_FORMAT;
	return state;
}

void arch_uart_restore(uint64_t address, uint32_t state)
{
	while (!(*reg(address, LSR) & LSR_TEMT))
		;
	*reg(address, LCR) = (uint8_t)state;
}

void arch_uart_put(uint64_t address, char c)
{
	while (!(*reg(address, LSR) & LSR_THRE))
		;
	*reg(address, THR) = (uint8_t)c;
}
