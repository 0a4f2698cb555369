/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory functions. Kernel objects are aligned, so steps of words are the common case.
 */
#include <stdint.h>
#include <string.h>

void *memset(void *to, int value, size_t size)
{
	unsigned char *byte = to;
	uint64_t pattern = (unsigned char)value * 0x0101010101010101ULL;

	for (; size && ((uintptr_t)byte & 7); size--)
		*byte++ = (unsigned char)value;
	for (; size >= 32; size -= 32, byte += 32) {
		((uint64_t *)byte)[0] = pattern;
		((uint64_t *)byte)[1] = pattern;
		((uint64_t *)byte)[2] = pattern;
		((uint64_t *)byte)[3] = pattern;
	}
	for (; size >= 8; size -= 8, byte += 8)
		*(uint64_t *)byte = pattern;
	for (; size; size--)
		*byte++ = (unsigned char)value;
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	if ((((uintptr_t)out | (uintptr_t)in) & 7) == 0) {
		for (; size >= 16; size -= 16, out += 16, in += 16) {
			uint64_t first = ((const uint64_t *)in)[0];
			uint64_t second = ((const uint64_t *)in)[1];

			((uint64_t *)out)[0] = first;
			((uint64_t *)out)[1] = second;
		}
		for (; size >= 8; size -= 8, out += 8, in += 8)
			*(uint64_t *)out = *(const uint64_t *)in;
	}
	for (; size; size--)
		*out++ = *in++;
	return to;
}
