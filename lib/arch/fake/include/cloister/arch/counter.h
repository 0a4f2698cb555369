/* SPDX-License-Identifier: BSD-2-Clause */
/* The counter in tests on the host: a test that reads it defines it. */
#ifndef CLOISTER_ARCH_COUNTER_H
#define CLOISTER_ARCH_COUNTER_H

#include <stdint.h>

uint64_t arch_counter(void);
uint64_t arch_counter_frequency(void);

#endif
