/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory functions that the compiler may call, too.
 */
#pragma once

#include <stddef.h>

void *memset(void *to, int value, size_t size);
void *memcpy(void *restrict to, const void *restrict from, size_t size);
