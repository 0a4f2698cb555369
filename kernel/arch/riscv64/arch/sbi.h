/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls to the firmware (RISC-V Supervisor Binary Interface Specification 2.0).
 */
#pragma once

#include <types.h>

/* "Timer Extension" */
void sbi_set_timer(uint64_t when);

/* "System Reset Extension". Returns the error if the firmware refuses. */
#define SBI_SHUTDOWN    0
#define SBI_COLD_REBOOT 1
uint64_t sbi_system_reset(uint64_t type);
