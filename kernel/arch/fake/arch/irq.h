/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt controller: an array. As on the hardware, an interrupt that came is active, and quiet, until it is
 * completed.
 */
#pragma once

#include <types.h>

#define IRQ_MAINTENANCE   25
#define IRQ_TIMER         26
#define IRQ_VIRTUAL_TIMER 27

/* How many list registers there can be. */
#define LIST_REGISTERS_MAX 16

/* Numbers below this can be in a list register: those above are special, or LPIs (IHI 0069, 2.2). */
#define LIST_REGISTER_NUMBERS 1020

#define FAKE_IRQ_FIRST 32 /* that a driver may have */
#define FAKE_IRQS      64

/* Whether a driver may have it. */
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

/* Handle all interrupts that are pending, as if one came behind the other. */
void arch_irq_handle(void);

/* Whether one is, so that a long operation is to stop: as `fake.pending` has it. */
bool arch_irq_pending(void);

/* The active state of a private interrupt, for a switch of VCpus. */
void arch_irq_set_active(uint32_t irq, bool active);
