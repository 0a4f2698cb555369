/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt controller: a PLIC (RISC-V Platform-Level Interrupt Controller Specification), and the timer.
 */
#pragma once

#include <arch/csr.h>
#include <idl/riscv64.h>

/* There are as many as slots: they are in memory (list_register.c). */
#define LIST_REGISTERS_MAX VCPU_SLOTS

/* Numbers below this can be in a list register. */
#define LIST_REGISTER_NUMBERS SLOT_NUMBERS

/* What the kernel is interrupted by. */
#define INTERRUPTS (BIT(INTERRUPT_TIMER) | BIT(INTERRUPT_EXTERNAL))

/* `context`: the PLIC's for this hart in S-mode. `sources`: how many it has; 0 is none. */
void arch_irq_start(paddr_t plic, uint64_t context, uint64_t sources);

/* Whether a driver may have it. */
bool arch_irq_for_drivers(uint32_t irq);

/* Which of them are edges, the PLIC's gateways know. */
void arch_irq_configure(uint32_t irq, bool edge);
void arch_irq_enable(uint32_t irq);
void arch_irq_disable(uint32_t irq);

/* It may come again. Nothing happens where it is not in service. */
void arch_irq_complete(uint32_t irq);

/* Whether each core has one of its own: there are none. */
static inline bool arch_irq_is_private(uint32_t irq)
{
	(void)irq;
	return false;
}

/* Whether the device of a level interrupt in service still asks for service: as nobody can say before it is completed, it does. */
static inline bool arch_irq_line(uint32_t irq)
{
	(void)irq;
	return true;
}

/* Handle one interrupt that is pending. If there are more, the next comes when the kernel returns. */
void arch_irq_handle(void);

/* Whether one is, so that a long operation is to stop. */
static inline bool arch_irq_pending(void)
{
	return read_csr(sip) & INTERRUPTS;
}
