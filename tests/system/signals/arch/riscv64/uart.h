/* SPDX-License-Identifier: BSD-2-Clause */
/* The board's NS16550A (PC16550D data sheet, 8.6). */
#pragma once

#include <stdint.h>

#define UART_IER 1
#define INT_ALL  0x0fU

static inline void uart_enable_interrupts(uintptr_t registers)
{
	*(volatile uint8_t *)(registers + UART_IER) = INT_ALL;
}
