/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of threads and interrupts know of AArch64 and of its machine (qemu-virt-aarch64). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/aarch64.h>

/* SPI 1. */
#define UART_IRQ 33

/* The kernel's timer, the maintenance interrupt, guests' timer and software's: none of them is given away. */
#define IRQS_KEPT             \
	{                     \
		26, 25, 27, 0 \
	}

/*
 * The UART, a PL011: what the kernel printed has left its transmit interrupt raised, and it comes while it is not masked
 * (Arm DDI 0183, 3.3.10).
 */
#define UART_IMSC (0x38 / 4)
#define UART_RIS  (0x3c / 4)
#define UART_ID   (0xfe0 / 4)
#define UART_TX   (1U << 5)

typedef volatile uint32_t uart_register;

/* What is read from it says that it is one: part 0x011 of the PrimeCells. */
static inline bool uart_is_one(const uart_register *uart)
{
	return (uart[UART_ID] & 0xff) == 0x11 && (uart[UART_ID + 1] & 0x0f) == 0;
}

static inline bool uart_can_ask(const uart_register *uart)
{
	return uart[UART_RIS] & UART_TX;
}

static inline bool uart_asks(const uart_register *uart)
{
	return uart[UART_IMSC] != 0;
}

/* It interrupts from now on, or is quiet. */
static inline void uart_ask(uart_register *uart, bool on)
{
	uart[UART_IMSC] = on ? UART_TX : 0;
}

/* It has asked all the time, and its interrupt is acknowledged: it comes again. */
static inline void uart_ask_on(uart_register *uart)
{
	(void)uart;
}

/* What firmware.instructions comes to. */
#define INSTRUCTIONS_STATUS OK

/* Wrong invocations of this architecture alone: a device's interrupt does not drive the timer's slot. */
#define ARCH_WRONG_CALLS         \
	{ IRQ_HANDLER_BIND_SLOT, \
	  ERR_OCCUPIED,          \
	  "the timer's slot",    \
	  { WORD(0, S_VCPU_STOPPED), WORD(1, 27) } },

/* The registers of a thread that runs in its process: the mode is EL0t, no interrupt is masked. */
static inline bool registers_are_users(const struct registers *registers)
{
	return (registers->pstate & 0x3df) == 0;
}

/* By how many ticks the same work can take longer, when instructions are counted. */
#define COUNTER_SLACK 0

/* In the order of `thread.read_registers`: the first argument, the stack pointer. */
#define REGISTER_ARGUMENT 0
#define REGISTER_STACK    31

/* Those that only this architecture has. */
extern const struct suite priority_suite, timer_slot_suite, stage1_suite, processor_suite;
#define ARCH_SUITES &priority_suite, &timer_slot_suite, &stage1_suite, &processor_suite
