/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One round of each operation (measure.S): ticks between the reads of CNTVCT_EL0 before and behind it.
 * Interrupts are masked before and after all of them.
 */
#pragma once

#include <stdint.h>

uint64_t measure_empty(void);
uint64_t measure_hvc(void);
uint64_t measure_mmio_read(void);
uint64_t measure_mmio_write(void);
uint64_t measure_sysreg_read(void);
uint64_t measure_self_sgi(void);
uint64_t measure_vtimer(void);
uint64_t measure_vtimer_eoi(void);
uint64_t measure_wfi(void);

/* The exception vectors: an interrupt is taken by the measurement that waits for it. */
extern const char vectors[];
