/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own console, for the programs that hold a capability to the firmware: it needs no
 * driver, and whoever writes waits for the hardware.
 */
#ifndef CLOISTER_CONSOLE_H
#define CLOISTER_CONSOLE_H

#include <stdarg.h>
#include <stddef.h>

#include <cloister/types.h>

/* Bytes of a line with its newline; what is longer is cut. */
#define CONSOLE_LINE_SIZE 240

/* Write `size` bytes. */
void console_write(cap_t firmware, const char *text, size_t size);

/* Write one line (the format without a newline, as print_format() has it). */
void console_line_list(cap_t firmware, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

#endif
