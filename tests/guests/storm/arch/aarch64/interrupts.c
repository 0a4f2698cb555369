/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of an interrupt (Arm IHI 0069, 12.2). */
#include "interrupts.h"

#include <stdint.h>

/* Numbers from here on are no interrupts. */
#define SPECIAL 1020

bool interrupt_take(void)
{
	uint64_t number;

	__asm__ volatile("wfi\n\t"
			 "mrs %0, icc_iar1_el1\n\t"
			 "msr icc_eoir1_el1, %0\n\t"
			 "isb"
			 : "=&r"(number)::"memory");
	return number < SPECIAL;
}
