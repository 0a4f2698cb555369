/* SPDX-License-Identifier: BSD-2-Clause */
/* SGIs, the virtual timer (Arm ARM D19.12), and the end of an interrupt (Arm IHI 0069, 12.2). */
#include <bench_board.h>
#include <interrupts.h>
#include <stdint.h>

/* Numbers from here on are no interrupts. */
#define SPECIAL 1020

#define MOMENT 100

/* SGI 0 to affinity 0.0.0.0, that is to itself (Arm IHI 0069, ICC_SGI1R_EL1). */
void interrupt_self(void)
{
	__asm__ volatile("msr icc_sgi1r_el1, %0\n\tisb" ::"r"(1UL));
}

void interrupt_soon(void)
{
	__asm__ volatile("msr cntv_tval_el0, %0\n\t"
			 "msr cntv_ctl_el0, %1\n\t"
			 "isb" ::"r"((uint64_t)MOMENT),
			 "r"((uint64_t)CNTV_CTL_ENABLE));
}

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
