/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's console: a text that tests read (fake_console_text()).
 */
#pragma once

void arch_console_put(char c);
