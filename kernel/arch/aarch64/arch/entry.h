/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C functions that assembly calls. Each returns who goes on.
 */
#pragma once

#include <idl/aarch64.h>
#include <sched.h>
#include <types.h>

struct boot_registers;
struct manifest;

/* boot.S */
const struct boot_registers *boot_translation(const struct manifest *manifest);
struct resume arch_main(paddr_t manifest_address);

/* entry.S, and irq_trap() */
struct resume trap_sync(void);
struct resume trap_serror(void);
_Noreturn void trap_kernel(uint64_t vector, const uint64_t *x);
