/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C functions that assembly calls. Each returns the registers of who goes on.
 */
#pragma once

#include <idl/aarch64.h>
#include <types.h>

struct boot_registers;
struct manifest;

/* boot.S */
const struct boot_registers *boot_translation(const struct manifest *manifest);
struct registers *arch_main(paddr_t manifest_address);

/* entry.S */
struct registers *trap_sync(void);
struct registers *trap_irq(void);
struct registers *trap_serror(void);
_Noreturn void trap_kernel(uint64_t vector, const uint64_t *x);
