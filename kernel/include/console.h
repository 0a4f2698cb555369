/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's console: for its own first and last words.
 */
#pragma once

#include <stdarg.h>

#include <types.h>

void console_write(const char *text, size_t length);

/* %s %c %u %x with l, width and zero padding. */
void console_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void console_print_list(const char *format, va_list arguments);
