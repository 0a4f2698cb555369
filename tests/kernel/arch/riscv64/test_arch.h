/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of threads and interrupts know of RISC-V and of its machine (qemu-virt-riscv64). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/riscv64.h>

#define UART_IRQ 10

/* There is no source 0, and none behind the last. */
#define IRQS_KEPT     \
	{             \
		0, 96 \
	}

/*
 * The UART, an NS16550A: it interrupts as its transmitter is empty, while IER lets it and nobody reads IIR (PC16550D,
 * 8.6.5 and 8.6.7).
 */
#define UART_IER      1
#define UART_LSR      5
#define UART_SCR      7
#define UART_IER_THRI (1U << 1)
#define UART_LSR_THRE (1U << 5)

typedef volatile uint8_t uart_register;

/* It has no register that tells what it is, but one that holds whatever is put there. */
static inline bool uart_is_one(uart_register *uart)
{
	uart[UART_SCR] = 0x5a;
	return uart[UART_SCR] == 0x5a;
}

static inline bool uart_can_ask(const uart_register *uart)
{
	return uart[UART_LSR] & UART_LSR_THRE;
}

static inline bool uart_asks(const uart_register *uart)
{
	return uart[UART_IER] != 0;
}

/* It interrupts from now on, or is quiet. */
static inline void uart_ask(uart_register *uart, bool on)
{
	uart[UART_IER] = on ? UART_IER_THRI : 0;
}

/*
 * It has asked all the time, and its interrupt is acknowledged: it comes again. QEMU's PLIC (hw/intc/sifive_plic.c) does not
 * look at a line at a completion, but hears of it when the device says so; so this one does.
 */
static inline void uart_ask_on(uart_register *uart)
{
	uart_ask(uart, false);
	uart_ask(uart, true);
}

/* What firmware.instructions comes to: nothing tells guests' from others'. */
#define INSTRUCTIONS_STATUS ERR_STATE

/* Wrong invocations of this architecture alone: there are none. */
#define ARCH_WRONG_CALLS

/* The registers of a thread that runs in its process. */
static inline bool registers_are_users(const struct registers *registers)
{
	return registers->mode == MODE_USER;
}

/* By how many ticks the same work can take longer, when instructions are counted: a hundred are one tick. */
#define COUNTER_SLACK 1

/* In the order of `thread.read_registers`: the first argument, the stack pointer. */
#define REGISTER_ARGUMENT 10
#define REGISTER_STACK    2

/* Those that only this architecture has. */
extern const struct suite processor_suite, stage1_suite, vector_suite;
#define ARCH_SUITES &processor_suite, &stage1_suite, &vector_suite
