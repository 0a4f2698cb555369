/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See fuzz.h. The fixtures of the unit tests are used as they are, so what they assert ends in Check's function for that;
 * the linker puts the one below in its place (--wrap).
 */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void __wrap__ck_assert_failed(const char *file, int line, const char *expression,
			      const char *message, ...);
void __wrap__mark_point(const char *file, int line);

static const uint8_t *at;
static size_t left;

void input_begin(const uint8_t *data, size_t size)
{
	at = data;
	left = size;
}

bool input_more(void)
{
	return left;
}

static uint64_t take(size_t size)
{
	uint64_t value = 0;
	size_t count = size < left ? size : left;

	if (count)
		memcpy(&value, at, count);
	at += count;
	left -= count;
	return value;
}

uint8_t input_8(void)
{
	return (uint8_t)take(1);
}

uint16_t input_16(void)
{
	return (uint16_t)take(2);
}

uint32_t input_32(void)
{
	return (uint32_t)take(4);
}

uint64_t input_64(void)
{
	return take(8);
}

uint32_t input_below(uint32_t limit)
{
	return input_8() % limit;
}

const uint8_t *input_rest(size_t *size)
{
	*size = left;
	left = 0;
	return at;
}

uint64_t input_edge(uint64_t around)
{
	uint8_t kind = input_8();
	int8_t away = (int8_t)input_8();

	switch (kind & 3) {
	case 0:
		return (uint8_t)away;
	case 1:
		return around + (uint64_t)(int64_t)away;
	case 2:
		return (1ULL << (kind >> 2)) + (uint64_t)(int64_t)away;
	default:
		return input_64();
	}
}

void __wrap__ck_assert_failed(const char *file, int line, const char *expression,
			      const char *message, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%d: %s: ", file, line, expression ? expression : "");
	va_start(arguments, message);
	if (message)
		vfprintf(stderr, message, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

/* Check notes in a file where a test has come to. */
void __wrap__mark_point(const char *file, int line)
{
	(void)file;
	(void)line;
}
