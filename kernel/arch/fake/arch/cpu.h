/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor: a clock that only tests and idling move, a timer, and a record of who runs.
 */
#pragma once

#include <types.h>

struct context;

/* One tick is a nanosecond. */
#define FAKE_FREQUENCY 1000000000UL

/* Ticks since the machine's start. */
uint64_t arch_counter(void);

static inline uint64_t arch_counter_frequency(void)
{
	return FAKE_FREQUENCY;
}

/* Let the timer's interrupt come at `when`; DEADLINE_NEVER: not at all. */
void arch_timer_set(uint64_t when);

/* Wait for an interrupt, and handle it. Returns when it came. When none comes in the time that the test gives, the test goes on. */
uint64_t arch_idle(void);

/* The processor belongs to `to` from now on. */
void arch_switch(struct context *from, struct context *to);

/* Instructions retired, as the test says. False: not counted. */
bool arch_instructions(uint64_t *guest, uint64_t *others);

/* These end in the test, see fake_end(). */
_Noreturn void arch_halt(void);
_Noreturn void arch_system_off(void);
_Noreturn void arch_system_reset(void);

/* A word in place of the calls that led here. */
void arch_backtrace(void);
