/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arena, growing arrays, little-endian numbers and sizes in words.
 */
#include "base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	max_align_t data[];
};

static _Noreturn void out_of_memory(size_t size)
{
	fprintf(stderr, "cloister: out of memory (%zu bytes wanted)\n", size);
	exit(1);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct arena_block *block;

	if (size > SIZE_MAX - sizeof(*block))
		out_of_memory(size);
	block = calloc(1, sizeof(*block) + size);
	if (!block)
		out_of_memory(size);
	block->next = arena->blocks;
	arena->blocks = block;
	return block->data;
}

char *arena_vprint(struct arena *arena, const char *format, va_list arguments)
{
	va_list again;
	char *text;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

char *arena_print(struct arena *arena, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = arena_vprint(arena, format, arguments);
	va_end(arguments);
	return text;
}

void arena_free(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->next;
		free(block);
	}
}

uint32_t vector_add(struct arena *arena, struct vector *vector, const void *item)
{
	if (vector->count == vector->room) {
		size_t room = vector->room ? vector->room * 2 : 16;
		void *items = arena_alloc(arena, room * vector->item_size);

		if (vector->count)
			memcpy(items, vector->items, vector->count * vector->item_size);
		vector->items = items;
		vector->room = room;
	}
	memcpy((uint8_t *)vector->items + vector->count * vector->item_size, item,
	       vector->item_size);
	return (uint32_t)vector->count++;
}

uint16_t read_le16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint32_t read_le32(const uint8_t *bytes)
{
	return read_le16(bytes) | (uint32_t)read_le16(bytes + 2) << 16;
}

uint64_t read_le64(const uint8_t *bytes)
{
	return read_le32(bytes) | (uint64_t)read_le32(bytes + 4) << 32;
}

const char *size_in_words(struct arena *arena, uint64_t size)
{
	static const struct {
		const char *name;
		uint64_t bytes;
	} units[] = { { "GiB", GIB }, { "MiB", MIB }, { "KiB", KIB } };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (size >= units[i].bytes && size % units[i].bytes == 0)
			return arena_print(arena, "%llu %s",
					   (unsigned long long)(size / units[i].bytes),
					   units[i].name);
	return arena_print(arena, "%llu bytes", (unsigned long long)size);
}
