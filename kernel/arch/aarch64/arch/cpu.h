/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor: counter and timer, switching, stopping.
 */
#pragma once

#include <types.h>

struct context;

/* The name may be a macro for an encoding. */
#define SYSREG_STRING(name) #name
#define read_sysreg(name)                                                        \
	({                                                                       \
		uint64_t value_;                                                 \
		__asm__ volatile("mrs %0, " SYSREG_STRING(name) : "=r"(value_)); \
		value_;                                                          \
	})
#define write_sysreg(name, value) \
	__asm__ volatile("msr " SYSREG_STRING(name) ", %0" ::"r"((uint64_t)(value)) : "memory")

/* A register of EL1 as EL2 reaches it under E2H. */
#define CNTV_CTL_EL02 S3_5_C14_C3_1

static inline void isb(void)
{
	__asm__ volatile("isb" ::: "memory");
}

/* Ticks since the machine's start. */
static inline uint64_t arch_counter(void)
{
	return read_sysreg(cntpct_el0);
}

static inline uint64_t arch_counter_frequency(void)
{
	return read_sysreg(cntfrq_el0);
}

/* Let the timer's interrupt come at `when`; DEADLINE_NEVER: not at all. */
void arch_timer_set(uint64_t when);

/* Wait for an interrupt, and handle it. Returns when it came. */
uint64_t arch_idle(void);

/* The processor belongs to `to` from now on; its general registers are loaded by entry.S. */
void arch_switch(struct context *from, struct context *to);

/* Set up what the kernel itself needs of the processor. Once. */
void arch_cpu_start(void);

/* Instructions retired at EL1, and at EL0 and EL2. False: the processor does not count them. */
bool arch_instructions(uint64_t *guest, uint64_t *others);

_Noreturn void arch_halt(void);
_Noreturn void arch_system_off(void);
_Noreturn void arch_system_reset(void);

/* Print the calls that led here. */
void arch_backtrace(void);
