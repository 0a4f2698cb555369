/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of ISO C's <string.h> that freestanding code has, and that the compiler itself
 * calls.
 */
#ifndef CLOISTER_STRING_H
#define CLOISTER_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);

#endif
