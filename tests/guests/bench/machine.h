/* SPDX-License-Identifier: BSD-2-Clause */
/* What a guest without an operating system uses of its machine. Interrupts are masked, the MMU is off. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Makes ready interrupts of the vCPU to itself, and of its timer. */
void arch_interrupts_start(void);

/* Ticks of the counter. */
uint64_t arch_counter(void);

/* Sleeps until the counter says `ticks`; the interrupt controller must be ready. */
void arch_sleep_until(uint64_t ticks);

/* The guest's UART: once, to write or for both directions, then one character at a time. */
void arch_console_start(void);
void arch_console_start_both(void);
void arch_put(char c);

/* Takes the next character that was typed; false: there is none. */
bool arch_take(char *c);

_Noreturn void arch_power_off(void);
_Noreturn void arch_reset(void);

/* Where arch/<a>/start.S goes, on a stack; `tree` is the guest's device tree. */
_Noreturn void guest_main(const uint8_t *tree);
