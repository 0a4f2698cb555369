/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy and its relatives. Where source and destination are aligned alike they go in steps of 64
 * bytes, which is how nearly all large copies come (pages, images); otherwise byte by byte. No
 * access is ever unaligned, so the loader can use them with the MMU off, when all memory is Device
 * memory. Compile with -fno-tree-loop-distribute-patterns: the compiler would turn these loops into
 * calls of the very functions that they make up.
 */
#include <stdint.h>

#include <cloister/string.h>

/* Eight bytes of anything. */
struct chunk {
	uint64_t value;
} __attribute__((may_alias));

#define CHUNK sizeof(struct chunk)
#define BLOCK (8 * CHUNK)

static int aligned_alike(const void *a, const void *b)
{
	return (((uintptr_t)a ^ (uintptr_t)b) & (CHUNK - 1)) == 0;
}

static int is_aligned(const void *p)
{
	return ((uintptr_t)p & (CHUNK - 1)) == 0;
}

/* Loads all before it stores. */
static inline void copy_block(struct chunk *d, const struct chunk *s)
{
	struct chunk c0 = s[0], c1 = s[1], c2 = s[2], c3 = s[3];
	struct chunk c4 = s[4], c5 = s[5], c6 = s[6], c7 = s[7];

	d[0] = c0;
	d[1] = c1;
	d[2] = c2;
	d[3] = c3;
	d[4] = c4;
	d[5] = c5;
	d[6] = c6;
	d[7] = c7;
}

/* Right also for regions that overlap, if `d` is the lower: each step loads before it stores. */
static inline void copy_forwards(uint8_t *d, const uint8_t *s, size_t size)
{
	if (aligned_alike(d, s)) {
		for (; size && !is_aligned(d); size--)
			*d++ = *s++;
		for (; size >= BLOCK; size -= BLOCK, d += BLOCK, s += BLOCK)
			copy_block((struct chunk *)d, (const struct chunk *)s);
		for (; size >= CHUNK; size -= CHUNK, d += CHUNK, s += CHUNK)
			*(struct chunk *)d = *(const struct chunk *)s;
	}
	while (size--)
		*d++ = *s++;
}

/*
 * `d` and `s` point behind the regions. Right also for regions that overlap, if `d` is the higher.
 */
static inline void copy_backwards(uint8_t *d, const uint8_t *s, size_t size)
{
	if (aligned_alike(d, s)) {
		for (; size && !is_aligned(d); size--)
			*--d = *--s;
		for (; size >= CHUNK; size -= CHUNK) {
			d -= CHUNK;
			s -= CHUNK;
			*(struct chunk *)d = *(const struct chunk *)s;
		}
	}
	while (size--)
		*--d = *--s;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	copy_forwards(to, from, size);
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	if ((uintptr_t)to - (uintptr_t)from >= size)
		copy_forwards(to, from, size);
	else
		copy_backwards((uint8_t *)to + size, (const uint8_t *)from + size, size);
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	struct chunk chunk = { (uint8_t)byte * 0x0101010101010101 };
	uint8_t *d = to;

	for (; size && !is_aligned(d); size--)
		*d++ = (uint8_t)byte;
	for (; size >= 2 * CHUNK; size -= 2 * CHUNK) {
		((struct chunk *)d)[0] = chunk;
		((struct chunk *)d)[1] = chunk;
		d += 2 * CHUNK;
	}
	while (size--)
		*d++ = (uint8_t)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *p = a;
	const uint8_t *q = b;

	if (is_aligned(p) && is_aligned(q))
		for (; size >= CHUNK; size -= CHUNK) {
			if (((const struct chunk *)p)->value != ((const struct chunk *)q)->value)
				break;
			p += CHUNK;
			q += CHUNK;
		}
	for (; size--; p++, q++)
		if (*p != *q)
			return *p < *q ? -1 : 1;
	return 0;
}

size_t strlen(const char *s)
{
	const char *end = s;

	while (*end)
		end++;
	return (size_t)(end - s);
}
