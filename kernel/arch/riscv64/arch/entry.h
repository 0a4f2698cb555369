/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C functions that assembly calls. Each returns who goes on.
 */
#pragma once

#include <idl/riscv64.h>
#include <sched.h>
#include <types.h>

struct manifest;

/* boot.S. The value of satp. */
uint64_t boot_translation(const struct manifest *manifest);
struct resume arch_main(paddr_t manifest_address);

/* entry.S, and irq_trap() */
struct resume trap_sync(uint64_t cause);
/* The kernel's own. Where it goes on. */
uint64_t trap_kernel(const uint64_t *x);
