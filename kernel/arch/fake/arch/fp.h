/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point registers: one word, which tells a live state from one that ended.
 */
#pragma once

#include <types.h>

#define FAKE_FP_LIVE 0x1eafUL
#define FAKE_FP_GONE 0xdeadUL

struct fp_state {
	uint64_t value;
};

static inline void fp_init(struct fp_state *fp)
{
	fp->value = FAKE_FP_LIVE;
}

/* The state's memory ends. */
static inline void fp_forget(struct fp_state *fp)
{
	fp->value = FAKE_FP_GONE;
}

/* The state is in memory, and not in the registers. */
static inline void fp_release(struct fp_state *fp)
{
	(void)fp;
}
