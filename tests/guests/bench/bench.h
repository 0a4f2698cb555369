/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The benchmark guest: a program without an operating system that measures single operations of the
 * machine it runs on, bare or under a hypervisor. What they are and how one is measured is the
 * architecture's (arch/<a>/operations.c); rounds, order and output are not.
 */
#pragma once

#include <stdint.h>

/* The name that the figures are told by, and one round: ticks of the counter that it took. */
struct operation {
	const char *name;
	uint64_t (*measure)(void);
};

/* Ends at an entry without a name. The first measures nothing: what it takes is taken from the others. */
extern const struct operation operations[];

/* Makes ready what the operations need, behind arch_interrupts_start(). */
void arch_operations_start(void);
