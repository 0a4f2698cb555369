/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor: counter and timer, switching, stopping.
 */
#pragma once

#include <arch/csr.h>
#include <types.h>

struct context;

/* Of `time`; the manifest says it. */
extern uint64_t counter_frequency;

/* Ticks since the machine's start. */
static inline uint64_t arch_counter(void)
{
	return read_csr(time);
}

static inline uint64_t arch_counter_frequency(void)
{
	return counter_frequency;
}

/* Let the timer's interrupt come at `when`; DEADLINE_NEVER: not at all. */
void arch_timer_set(uint64_t when);

/* Wait for an interrupt, and handle it. Returns when it came. */
uint64_t arch_idle(void);

/* The processor belongs to `to` from now on; its general registers are loaded by entry.S. */
void arch_switch(struct context *from, struct context *to);

/* Set up what the kernel itself needs of the processor. Once. */
void arch_cpu_start(void);

/* Instructions retired by guests' kernels, and by all others. False: the processor does not count them apart. */
bool arch_instructions(uint64_t *guest, uint64_t *others);

_Noreturn void arch_halt(void);
_Noreturn void arch_system_off(void);
_Noreturn void arch_system_reset(void);

/* Print the calls that led here. */
void arch_backtrace(void);
