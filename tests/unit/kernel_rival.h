/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of long operations: another caller, who has the root server's CNode, and what it does between two steps
 * (`machine_between`).
 */
#pragma once

#include "kernel_machine.h"

extern struct task rival;
extern unsigned int rival_steps; /* counted by whoever is `machine_between` */

void rival_make(void);

/* An invocation by the rival. It must be over when it comes back, and nobody is between its own steps. */
enum status rival_calls(cap_t cap, uint64_t label, const uint64_t words[MESSAGE_WORDS]);
#define RIVAL(cap, label, ...) \
	rival_calls(cap, label, (const uint64_t[MESSAGE_WORDS]){ __VA_ARGS__ })

/* One object, in a slot of the root server's CNode. */
enum status rival_retypes(cap_t untyped, enum object_type type, uint32_t bits, cap_t slot);

/* To be between two steps: count, and look whether the kernel's structures fit each other; or suspend the rival, whose call it is. */
void rival_watches(void);
void rival_stops(void);
