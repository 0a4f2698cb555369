/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that look random, the same in each run. */
#pragma once

#include <stdint.h>

/* One below `limit`. */
uint32_t random_below(uint32_t limit);
/* Others, for each seed. */
void random_start(uint64_t seed);
