/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest whose vCPUs test each other. Those but the first do what the first tells them by a word in memory, and wait in
 * between. Interrupts are masked and taken by polling.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define VCPUS_MAX 8

/* What a vCPU is told to do. Its answer is a number. */
enum order {
	ORDER_NONE,
	/* Its affinity. */
	ORDER_AFFINITY,
	/* Which interrupt it takes, without ending it; NO_INTERRUPT: none. */
	ORDER_TAKE,
	/* End the interrupt that it took: with a drop of priority and, in this mode, deactivation. */
	ORDER_END,
	/* Leave deactivation to others, or not. */
	ORDER_SPLIT_END,
	ORDER_WHOLE_END,
	/* An SGI to all others. */
	ORDER_SGI_OTHERS,
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
};

#define NO_INTERRUPT 1023

/* The SGI that is tested, and the one that ends a wait. */
#define SGI      3
#define DOORBELL 1

/* The memory that is scribbled over: a word is STAINED or zero. */
#define STAIN_FIRST 0x40800000UL
#define STAIN_END   0x40a00000UL

/* PSCI return codes (Arm DEN 0022, 5.2.2), and states of AFFINITY_INFO. */
#define ON          0
#define OFF         1
#define ON_PENDING  2
#define SUCCESS     0
#define INVALID     (-2)
#define ALREADY_ON  (-4)
#define PENDING     (-5)
#define BAD_ADDRESS (-9)

int64_t arch_cpu_on(uint64_t affinity, uint64_t entry, uint64_t argument);
int64_t arch_affinity_info(uint64_t affinity);

/* Where vCPUs begin that are switched on; what they do then is vcpus_work(). */
uint64_t arch_entry(void);
_Noreturn void vcpus_work(uint64_t argument);

/* The vCPU that calls does an order. */
uint64_t arch_do(enum order order);

/* An SGI to the vCPUs in `list`, a bit each. */
void arch_send_sgi(uint32_t intid, uint64_t list);

/* Deactivate an interrupt whose priority is dropped. */
void arch_deactivate(uint32_t intid);

/* A shared edge interrupt: enable it, and say where it goes. */
void arch_shared_start(uint32_t intid);
void arch_shared_route(uint32_t intid, uint64_t affinity);
void arch_shared_pend(uint32_t intid);
bool arch_shared_pending(uint32_t intid);
bool arch_shared_active(uint32_t intid);

/* The interrupt controller for all, and for one vCPU. */
void arch_controller_start(void);
void arch_own_controller_start(uint64_t vcpu);

/* Wait until an interrupt is pending; of the doorbell it is taken away. */
void arch_wait(void);

/* As ORDER_TAKE, but there will be one. */
uint64_t arch_take_when_it_comes(void);
