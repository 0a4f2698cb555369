/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hardware interrupts of drivers: each becomes a signal, and stays quiet until it is acknowledged.
 */
#pragma once

#include <slot.h>

#define IRQS 256

/* The interrupt came; its priority is dropped, it stays active. */
void irq_arrived(uint32_t irq);

/* The IrqHandler's original capability is deleted. */
void irq_handler_destroy(uint32_t irq);
