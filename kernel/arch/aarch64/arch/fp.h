/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point registers, switched when their next user comes and not before.
 */
#pragma once

#include <types.h>

struct context;

struct fp_state {
	uint64_t v[64];
	uint64_t fpcr;
	uint64_t fpsr;
};

/* Its content is all zero at first, as the memory of a new object is. */
static inline void fp_init(struct fp_state *fp)
{
	(void)fp;
}

/* The state's memory ends. */
void fp_forget(struct fp_state *fp);

/* The state is in memory, and not in the registers. */
void fp_release(struct fp_state *fp);

/* `context` touched a register: it gets its own. */
void fp_take(struct context *context);

/* Let `context` use the registers only if they are its own. */
void fp_switch(struct context *context);
