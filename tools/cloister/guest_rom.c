/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ROMs of a guest: pages of the machine's image that the guest sees as they stand there. Nothing copies them,
 * so what a ROM has behind its file is in the image too, as zeros.
 */
#include "guest_images.h"
#include "schema.h"

#include <string.h>

#define ROM_MAX (64 * MIB)

enum { ROM_FILE, ROM_ADDRESS, ROM_SIZE };

static const struct key rom_keys[] = {
	[ROM_FILE] = { "file", VALUE_TEXT, false, 0, 0, 0 },
	[ROM_ADDRESS] = { "address", VALUE_ADDRESS, true, 0, GUEST_ADDRESS_MAX - PAGE_SIZE,
			  PAGE_SIZE },
	[ROM_SIZE] = { "size", VALUE_SIZE, false, PAGE_SIZE, ROM_MAX, PAGE_SIZE },
};

static void check_overlap(const struct reading *r, const struct guest_rom *rom, const char *other,
			  uint64_t address, uint64_t size)
{
	if (overlaps(rom->address, rom->content.size, address, size))
		error_at(
			r->document, rom->node,
			"the ROM (0x%llx to 0x%llx) overlaps the %s at 0x%llx\nmove one of the two",
			(unsigned long long)rom->address,
			(unsigned long long)(rom->address + rom->content.size), other,
			(unsigned long long)address);
}

static void check_device(const struct reading *r, const struct guest_rom *rom,
			 const struct guest_device *device)
{
	check_overlap(r, rom, device->type, device->address, device->size);
	check_overlap(r, rom, device->type2, device->address2, device->size2);
}

static void check_place(const struct reading *r, const struct guest_rom *rom)
{
	const struct guest *guest = r->guest;

	if (rom->content.size > GUEST_ADDRESS_MAX - rom->address) {
		error_at(r->document, rom->node,
			 "the ROM ends above the 512 GiB that a guest can address\nmove it lower");
		return;
	}
	check_overlap(r, rom, "memory", guest->memory_base, guest->memory_size);
	for (uint32_t i = 0; i < guest->device_count; i++)
		check_device(r, rom, &guest->devices[i]);
	for (uint32_t i = 0; i < guest->rom_count; i++)
		check_overlap(r, rom, "ROM", guest->roms[i].address, guest->roms[i].content.size);
}

/* The ROM's bytes: those of its file, if it has one, and zeros up to its size. */
static bool fill(const struct reading *r, struct guest_rom *rom)
{
	const cJSON *name = schema_node(rom->node, "file");
	uint64_t size = schema_number(rom->node, &rom_keys[ROM_SIZE], 0);
	struct blob file = { NULL, 0 };
	uint8_t *bytes;

	if (name && !guest_file_read(r, name, &file))
		return false;
	if (file.size > (size ? size : ROM_MAX)) {
		error_at(r->document, name,
			 "\"%s\" has %zu bytes, which is more than the %s %s\ngive %s",
			 name->valuestring, file.size,
			 size_in_words(r->document->errors->arena, size ? size : ROM_MAX),
			 size ? "of its ROM" : "that a ROM can have",
			 size ? "the ROM a larger \"size\", or leave that out" : "a smaller file");
		return false;
	}
	if (!size)
		size = align_up(file.size, PAGE_SIZE);
	bytes = arena_alloc(r->document->errors->arena, size);
	if (file.size)
		memcpy(bytes, file.data, file.size);
	rom->content = (struct blob){ bytes, size };
	return true;
}

static void read_rom(const struct reading *r, const cJSON *node)
{
	size_t before = r->document->errors->count;
	struct guest *guest = r->guest;
	struct guest_rom rom = { .node = node };

	schema_check(r->document, node, "a ROM", rom_keys, ARRAY_SIZE(rom_keys));
	if (r->document->errors->count != before)
		return;
	if (!schema_node(node, "file") && !schema_node(node, "size")) {
		error_at(r->document, node,
			 "a ROM without a file needs the key \"size\"\nadd one of the two");
		return;
	}
	rom.address = schema_number(node, &rom_keys[ROM_ADDRESS], 0);
	if (!fill(r, &rom))
		return;
	check_place(r, &rom);
	if (guest->rom_count < VMM_ROMS_MAX)
		guest->roms[guest->rom_count++] = rom;
}

bool guest_roms_read(const struct reading *r)
{
	const cJSON *array = schema_node(r->guest->node, "rom");
	size_t before = r->document->errors->count;
	const cJSON *node;

	if (!cJSON_IsArray(array))
		return !array;
	if (cJSON_GetArraySize(array) > VMM_ROMS_MAX)
		error_at(r->document, array,
			 "a guest can have %d ROMs, and these are %d\njoin some of them",
			 VMM_ROMS_MAX, cJSON_GetArraySize(array));
	cJSON_ArrayForEach(node, array) read_rom(r, node);
	return r->document->errors->count == before;
}
