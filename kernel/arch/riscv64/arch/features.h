/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this processor has beside what all have that guests can run on. Found once, at the start.
 */
#pragma once

#include <types.h>

struct features {
	bool sstc;     /* stimecmp, vstimecmp */
	bool vector;   /* V, with registers of `vlenb` bytes, as many as can be saved at most */
	bool stateen;  /* Smstateen: sstateen0, hstateen0 */
	bool scontext; /* Sdtrig: a register that VS-mode shares with the kernel's own mode */
	uint32_t vlenb;
};

extern struct features features;

void features_find(void);
