/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * List registers of the core (GICv3: IHI 0069, 12.4), as slots.c sees them. Each architecture provides the functions.
 */
#pragma once

#include <arch/irq.h>
#include <types.h>

struct list_register {
	uint16_t number;
	uint8_t priority;
	bool group1;
	bool hardware; /* its EOI deactivates the physical interrupt */
	uint16_t irq;  /* which that is */
	bool pending;
	bool active;
	bool tell_eoi; /* a maintenance interrupt at its EOI */
};

uint32_t list_register_count(void);

/* Empty list register `index`; what was left in it (pending and active only). */
struct list_register list_register_take(uint32_t index);

void list_register_put(uint32_t index, const struct list_register *value);

/* EOIs of interrupts in no list register since list_register_overflow(). */
uint32_t list_register_eoi_count(void);

/*
 * Ask for a maintenance interrupt when there is room (at most one is in use; of a single one: it is not pending), and for
 * EOIs of what is in none to be counted aloud.
 */
void list_register_overflow(bool pending_waits, bool active_waits);
