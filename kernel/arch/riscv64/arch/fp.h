/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Registers of F, D and V, switched together when their next user comes and not before.
 */
#pragma once

#include <idl/riscv64.h>
#include <types.h>

struct context;

/* The order is known to fp_registers.S. */
struct fp_state {
	uint64_t f[32];
	uint64_t fcsr;
	uint64_t vstart;
	uint64_t vl;
	uint64_t vtype;
	uint64_t vcsr;
	uint64_t v[32 * VECTOR_BITS_MAX / 64]; /* each of vlenb bytes, one behind the other */
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

/*
 * `context` made an illegal instruction: if it does not have its registers it gets them. False: it had them, and the instruction
 * is illegal.
 */
bool fp_take(struct context *context);

/* Let `context` use the registers only if they are its own. */
void fp_switch(struct context *context);
