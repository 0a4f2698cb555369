/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses that the processor tells nothing of but the address. */
#pragma once

#include <stdint.h>

/* Two registers of 32 bits at once. */
void load_pair(uintptr_t address, uint32_t values[2]);
void store_pair(uintptr_t address, uint32_t first, uint32_t second);

/* One, and *address is 4 further: after the load, or before the store. */
uint32_t load_and_step(uintptr_t *address);
void step_and_store(uintptr_t *address, uint32_t value);
