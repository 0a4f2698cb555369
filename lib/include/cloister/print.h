/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted text without a C library. */
#ifndef CLOISTER_PRINT_H
#define CLOISTER_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Write text to `out`, of `size` bytes (at least 1), cut to fit and always ended by a NUL; gives
 * the length without the NUL. Conversions: %s (with a precision: at most so many bytes are looked
 * at), %c, %d, %u, %x, %p and %%, the numbers also with l, ll or z; a width, padded with blanks, or
 * with zeros behind a leading 0; * for width or precision.
 */
size_t print_format(char *out, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* print_format() for functions that have such arguments themselves. */
size_t print_format_list(char *out, size_t size, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));

#endif
