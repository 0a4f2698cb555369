/* SPDX-License-Identifier: BSD-2-Clause */
/* All registers in which a thread can hold values. */
#pragma once

#include <stdint.h>

/* Its layout is known to registers_hold() in worker.S. */
struct held {
	uint64_t x[31];
	uint64_t tpidr;
	uint64_t v[64];
};

/* Holds these values, but for x0, over so many turns of a loop, and stores what they are then. */
void registers_hold(const struct held *values, struct held *stored, uint64_t loops);
