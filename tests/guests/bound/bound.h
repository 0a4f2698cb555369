/* SPDX-License-Identifier: BSD-2-Clause */
/* A guest that computes, and hears of its consoles by interrupts only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Takes interrupts of these devices from now on, by bound_interrupt(), and computes for ever. */
_Noreturn void arch_bound_run(const uint32_t *interrupts, uint32_t count);

/* A device's interrupt, by its number. */
void bound_interrupt(uint32_t number);

/* The virtio-console: it is made ready with room for input, and what came is given back in brackets. */
void bound_virtio_start(void);
void bound_virtio_interrupt(void);
