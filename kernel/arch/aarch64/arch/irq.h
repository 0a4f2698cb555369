/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt controller: GICv3 with system registers, priority drop apart from deactivation (IHI 0069, 4.1).
 */
#pragma once

#include <arch/cpu.h>

/* Interrupts that the kernel keeps. */
#define IRQ_MAINTENANCE   25
#define IRQ_TIMER         26 /* CNTHP */
#define IRQ_VIRTUAL_TIMER 27 /* CNTV: the resident guest's */

/* How many list registers there can be. */
#define LIST_REGISTERS_MAX 16

/* Numbers below this can be in a list register: those above are special, or LPIs (IHI 0069, 2.2). */
#define LIST_REGISTER_NUMBERS 1020

void arch_irq_start(paddr_t distributor, paddr_t redistributor);

/* The virtual CPU interface. */
void arch_list_registers_start(void);

/* Whether a driver may have it: shared peripheral interrupts that exist. */
bool arch_irq_for_drivers(uint32_t irq);

void arch_irq_configure(uint32_t irq, bool edge);
void arch_irq_enable(uint32_t irq);
void arch_irq_disable(uint32_t irq);

/* Deactivate: it may come again. Nothing happens where it is not active. */
void arch_irq_complete(uint32_t irq);

/* Whether each core has one of its own: its state is the resident VCpu's. */
bool arch_irq_is_private(uint32_t irq);

/* Whether the device of an active level interrupt still asks for service. */
bool arch_irq_line(uint32_t irq);

/* Handle one interrupt that is pending. If there are more, the next comes when the kernel returns. */
void arch_irq_handle(void);

/* Whether one is, so that a long operation is to stop: ISR_EL1.I, which shows the physical one at EL2 (Arm ARM, AArch64 system registers). */
static inline bool arch_irq_pending(void)
{
	return read_sysreg(isr_el1) & BIT(7);
}

/* The active state of a private interrupt, for a switch of VCpus. */
void arch_irq_set_active(uint32_t irq, bool active);
