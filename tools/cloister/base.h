/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every part of the host tool leans on: memory that lives as long as the run (an arena), growing
 * arrays in it, whole files read and written, and sizes in words. Running out of memory ends the tool.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KIB        1024ULL
#define MIB        (1024 * KIB)
#define GIB        (1024 * MIB)
#define PAGE_SIZE  4096ULL
#define BLOCK_SIZE (2 * MIB)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* All memory of one run; arena_free() gives it back at once. Starts as all zeros. */
struct arena {
	struct arena_block *blocks;
};

/* Bytes with a length; `data` belongs to an arena. */
struct blob {
	const uint8_t *data;
	size_t size;
};

/* A growing array of items of one type; set `item_size` before the first use. */
struct vector {
	void *items;
	size_t item_size;
	size_t count;
	size_t room;
};

/* Zeroed memory, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_print(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprint(struct arena *arena, const char *format, va_list arguments);
void arena_free(struct arena *arena);

/* Appends a copy of `*item`; gives its index. Pointers to earlier items are no longer valid. */
uint32_t vector_add(struct arena *arena, struct vector *vector, const void *item);

static inline uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) / alignment * alignment;
}

static inline uint64_t align_down(uint64_t value, uint64_t alignment)
{
	return value / alignment * alignment;
}

/* Whether [a, a + a_size) and [b, b + b_size) have a byte in common. None may wrap. */
static inline bool overlaps(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* Whether [address, address + size) lies inside [base, base + length), whatever the numbers are. */
static inline bool lies_in(uint64_t address, uint64_t size, uint64_t base, uint64_t length)
{
	return address >= base && address - base <= length && size <= length - (address - base);
}

/* Smallest n with 2^n >= value. */
static inline uint32_t log2_up(uint64_t value)
{
	return value <= 1 ? 0 : 64 - (uint32_t)__builtin_clzll(value - 1);
}

uint16_t read_le16(const uint8_t *bytes);
uint32_t read_le32(const uint8_t *bytes);
uint64_t read_le64(const uint8_t *bytes);

/* "512 MiB", "4 KiB", "17 bytes": the largest unit that divides it. */
const char *size_in_words(struct arena *arena, uint64_t size);

/* files.c */

/*
 * Reads a whole file of at most `limit` bytes. On failure gives what is wrong in words ("there is no
 * such file"), else NULL.
 */
const char *file_read(struct arena *arena, const char *path, size_t limit, struct blob *content);

/*
 * Writes a file so that at `path` stands the whole of it or what was there before. On failure gives
 * what is wrong in words, else NULL.
 */
const char *file_write(struct arena *arena, const char *path, struct blob content);

bool file_exists(const char *path);

/* The path of `name` in the folder that `path` is in. */
const char *file_beside(struct arena *arena, const char *path, const char *name);
