/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counter (`time`, Unprivileged ISA, "Zicntr") as U-mode reads it. Included by
 * <cloister/counter.h> only.
 */
#ifndef CLOISTER_ARCH_COUNTER_H
#define CLOISTER_ARCH_COUNTER_H

#include <stdint.h>

#include <idl/riscv64.h>

static inline uint64_t arch_counter(void)
{
	uint64_t value;

	/*
	 * Without the fence the read may be taken early, before what it is meant to come after: to
	 * fences it is device input (Unprivileged ISA, "CSR Access Ordering").
	 */
	__asm__ volatile("fence iorw, i\n\trdtime %0" : "=r"(value) : : "memory");
	return value;
}

static inline uint64_t arch_counter_frequency(void)
{
	return ((const struct kernel_page *)KERNEL_PAGE)->counter_frequency;
}

#endif
