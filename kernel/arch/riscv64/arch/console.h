/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The NS16550A as the kernel uses it: polled, as the firmware left it.
 */
#pragma once

#include <types.h>

void arch_console_start(paddr_t uart);
void arch_console_put(char c);
