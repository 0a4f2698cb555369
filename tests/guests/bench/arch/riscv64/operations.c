/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations that there are to measure. No CSR is trapped that a guest is shown. */
#include "bench.h"
#include "measure.h"

#include <stddef.h>

const struct operation operations[] = {
	{ "empty", measure_empty },
	{ "sbi_call", measure_sbi_call },
	{ "mmio_read", measure_mmio_read },
	{ "mmio_write", measure_mmio_write },
	{ "self_ipi", measure_self_ipi },
	{ "timer", measure_timer },
	{ "timer_sbi", measure_timer_sbi },
	{ "wfi_lateness", measure_wfi },
	{ NULL, NULL },
};

void arch_operations_start(void)
{
	__asm__ volatile("csrw stvec, %0" ::"r"(vector));
}
