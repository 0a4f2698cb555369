/* SPDX-License-Identifier: BSD-2-Clause */
/* The operations that there are to measure. */
#include "bench.h"
#include "measure.h"

#include <stddef.h>

const struct operation operations[] = {
	{ "empty", measure_empty },
	{ "hvc", measure_hvc },
	{ "mmio_read", measure_mmio_read },
	{ "mmio_write", measure_mmio_write },
	{ "sysreg_read", measure_sysreg_read },
	{ "self_sgi", measure_self_sgi },
	{ "vtimer", measure_vtimer },
	{ "vtimer_eoi", measure_vtimer_eoi },
	{ "wfi_lateness", measure_wfi },
	{ NULL, NULL },
};

void arch_operations_start(void)
{
	__asm__ volatile("msr vbar_el1, %0\n\tisb" ::"r"(vectors));
}
