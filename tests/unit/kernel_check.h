/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must hold of the kernel's structures at any time.
 */
#pragma once

#include <context.h>

/* The states of a context, and what ties it to others, fit each other. */
void machine_check_context(const struct context *context);
/* The ready queues, and the TLB. */
void machine_check_core(void);
