/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hardware interrupts: each becomes a signal for a driver, or the interrupt of a guest, and stays quiet until it is
 * acknowledged.
 */
#pragma once

#include <sched.h>
#include <slot.h>

#define IRQS 256

/* An entry for interrupts, at `when`: handles them. Gives who goes on. */
struct resume irq_trap(uint64_t when);

/* The interrupt came; its priority is dropped, it stays active. */
void irq_arrived(uint32_t irq);

/* Its notification or VCpu was revoked. */
void irq_unbound(void *holder);

/* The IrqHandler's original capability is deleted. */
void irq_handler_destroy(uint32_t irq);
