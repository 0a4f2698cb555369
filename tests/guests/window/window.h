/* SPDX-License-Identifier: BSD-2-Clause */
/* The clock behind the window, and accesses that the processor tells nothing of but the address. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A way to use the clock's registers, checked by another; false: they do not agree. Each round has another number. */
struct window_test {
	const char *name;
	bool (*is_good)(uint32_t round);
};

/* The first ones are done once, those from `arch_repeated` on also again and again. The last one has no name. */
extern const struct window_test arch_tests[];
extern const unsigned int arch_repeated;

/* The driver of the board's clock can have its first look later than the guest its first: the clock counts from 0 until then. */
void arch_wait_for_time(void);
