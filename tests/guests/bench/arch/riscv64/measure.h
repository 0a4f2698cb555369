/* SPDX-License-Identifier: BSD-2-Clause */
/* One round of each operation (measure.S): instructions. Interrupts are masked before and after all of them. */
#pragma once

#include <stdint.h>

uint64_t measure_empty(void);
uint64_t measure_sbi_call(void);
uint64_t measure_mmio_read(void);
uint64_t measure_mmio_write(void);
uint64_t measure_self_ipi(void);
uint64_t measure_timer(void);
uint64_t measure_timer_sbi(void);
uint64_t measure_wfi(void);

/* For stvec: an interrupt is taken by the measurement that waits for it. */
extern const char vector[];
