/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's interrupt controller, as devices see it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <cloister/types.h>

struct vmm;
struct vmm_device;

/* Take the place that the configuration gives: NULL, or what is wrong with it. */
const char *arch_interrupt_attach(struct vmm *vmm, const struct vmm_device *device);

/* To the state of power-on. */
void arch_interrupt_reset(struct vmm *vmm);

/* Whether devices can have this interrupt. */
bool arch_interrupt_shared(uint32_t irq);

/* The time has come to look at interrupts whose new route waits for their end on the old one. */
void arch_interrupt_settle(struct vmm *vmm);

/* The line of this interrupt is another process's, which drives it by this notification: it leads wherever the interrupt goes. */
void arch_interrupt_leave(struct vmm *vmm, uint32_t irq, cap_t line);

/* The line of an interrupt goes up or down; `irq` is one that devices can have. */
void arch_interrupt_line(struct vmm *vmm, uint32_t irq, bool up);
