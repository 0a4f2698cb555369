/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a VMM asks of its machine, for tests on the host: a counter, and caches that need no care.
 */
#pragma once

#include <stdint.h>

/* What the counter shows (1 GHz). */
extern uint64_t now;

/* Bytes of the guest's memory that were zeroed. */
extern uint64_t cleared;
