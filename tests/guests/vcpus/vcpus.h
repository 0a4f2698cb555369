/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest whose vCPUs test each other. Those but the first do what the first tells them by a word in memory, and wait in
 * between. Interrupts are masked and taken by polling.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "vcpus_arch.h"

#define VCPUS_MAX 8

/* What a vCPU is told to do. Its answer is a number. */
enum order {
	ORDER_NONE,
	/* Its number. */
	ORDER_NUMBER,
	/* Which interrupt it takes, without ending it; NO_INTERRUPT: none. */
	ORDER_TAKE,
	/* End the interrupt that it took. */
	ORDER_END,
	/* Leave traces in registers that a reset clears, and go off. */
	ORDER_OFF,
	/* How many of those traces are there. */
	ORDER_TRACES,
	/* See the page that only it has, at an address and under an ASID that all have: how often that was wrong. */
	ORDER_OWN_PAGE,
	/* Write memory without an end. */
	ORDER_SCRIBBLE,
	/* Reset the guest. */
	ORDER_RESET,
	/* Those of the architecture are from here on. */
	ORDER_ARCH,
};

/* A word of the memory that is scribbled over, STAIN_FIRST to STAIN_END, is STAINED or zero. */
#define STAINED 0x737461696e6564UL

/* The vCPU's state, and what comes of switching one on, in the architecture's numbers: ON, OFF, SUCCESS... */
int64_t arch_power_state(uint64_t vcpu);
int64_t arch_cpu_on(uint64_t vcpu, uint64_t entry, uint64_t argument);

/* Where vCPUs begin that are switched on; what they do then is vcpus_work(). */
uint64_t arch_entry(void);
_Noreturn void vcpus_work(uint64_t argument);

/* The number of the vCPU that calls. */
uint64_t arch_number(void);

/* An order of the architecture's own. */
uint64_t arch_do(uint32_t order);

/* Which interrupt is taken by the vCPU that calls, without ending it, and its end. */
uint64_t arch_take_interrupt(uint64_t self);
void arch_end_interrupt(uint64_t self);

/* Traces in registers that a reset clears, and how many of them are there. */
void arch_leave_traces(void);
uint64_t arch_count_traces(void);
_Noreturn void arch_off(void);

/*
 * Translation on, of devices and memory as they are without, and of one page at OWN_PAGE that is not global and of an ASID
 * that all have; and off.
 */
void arch_translate(uint64_t self, const void *page);
void arch_translate_no_more(void);

/* An interrupt that ends the wait of the vCPUs in `list`, a bit each. */
void arch_ring(uint64_t list);

/* Wait until an interrupt is pending; of arch_ring() it is taken away. */
void arch_wait(void);

/* The interrupt controller for all, and for one vCPU. */
void arch_controller_start(void);
void arch_own_controller_start(uint64_t vcpu);

/* ARCH_TESTS of the architecture's, of interrupts from one vCPU to another and of shared ones. */
void arch_test_interrupts(uint32_t count);

/* For these: a test's line; an order for another vCPU, its answer, or both; an order for the vCPU that calls. */
void judge(bool good, const char *what);
void tell(uint32_t vcpu, uint32_t order);
uint64_t answer_of(uint32_t vcpu);
uint64_t ask(uint32_t vcpu, uint32_t order);
uint64_t vcpus_do(uint32_t order);
