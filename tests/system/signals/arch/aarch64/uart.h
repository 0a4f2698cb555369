/* SPDX-License-Identifier: BSD-2-Clause */
/* The board's PL011 (Arm DDI 0183, 3.3.10). */
#pragma once

#include <stdint.h>

#define UARTIMSC 0x38
#define INT_ALL  0x7ffU

static inline void uart_enable_interrupts(uintptr_t registers)
{
	*(volatile uint32_t *)(registers + UARTIMSC) = INT_ALL;
}
