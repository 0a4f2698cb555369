/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The images of a guest: which files they are, what they contain, and where they go in the guest's memory. The
 * kernel's own header (or the description, for a raw binary) says where it must be; the initrd and the
 * device tree take the first free place.
 */
#include "guest_images.h"

#include "device_tree.h"
#include "formats.h"
#include "schema.h"

#include <string.h>

/* Larger files are surely a mistake. */
#define FILE_MAX (4 * GIB)

/* Of a kernel, what the device tree and the initrd leave. */
#define KERNEL_IMAGES_MAX (VMM_IMAGES_MAX - 2)

static struct arena *arena_of(const struct reading *r)
{
	return r->document->errors->arena;
}

/* Where the file that a description names is: NULL if nowhere. */
static const char *find_file(const struct reading *r, const char *name)
{
	const struct inputs *inputs = r->inputs;
	const char *path;

	if (name[0] == '/')
		return file_exists(name) ? name : NULL;
	path = file_beside(arena_of(r), r->document->path, name);
	for (size_t i = 0; !file_exists(path); i++) {
		if (i == inputs->image_folder_count)
			return NULL;
		path = arena_print(arena_of(r), "%s/%s", inputs->image_folders[i], name);
	}
	return path;
}

bool guest_file_read(const struct reading *r, const cJSON *node, struct blob *content)
{
	const char *path = find_file(r, node->valuestring);
	const char *error;

	if (!path) {
		error_at(
			r->document, node,
			"there is no file \"%s\"\nput it beside the description, or name its folder "
			"with --images",
			node->valuestring);
		return false;
	}
	error = file_read(arena_of(r), path, FILE_MAX, content);
	if (error) {
		error_at(r->document, node, "\"%s\" cannot be read: %s\ngive a readable file",
			 node->valuestring, error);
		return false;
	}
	if (content->size == 0)
		error_at(r->document, node, "\"%s\" is empty\ngive the image itself",
			 node->valuestring);
	return content->size != 0;
}

static const struct guest_image *image_at(const struct guest *guest, uint64_t address,
					  uint64_t extent)
{
	for (uint32_t i = 0; i < guest->image_count; i++)
		if (overlaps(address, extent, guest->images[i].address, guest->images[i].extent))
			return &guest->images[i];
	return NULL;
}

/* Adds an image at its address, if that is inside the memory and free. */
static bool add_image(const struct reading *r, struct guest_image image)
{
	struct guest *guest = r->guest;
	const struct guest_image *other;

	if (!lies_in(image.address, image.extent, guest->memory_base, guest->memory_size)) {
		error_at(
			r->document, image.node,
			"the %s takes 0x%llx bytes from 0x%llx, which is not all inside the guest's "
			"memory (0x%llx to 0x%llx)\ngive the guest more memory, or another image",
			image.role, (unsigned long long)image.extent,
			(unsigned long long)image.address, (unsigned long long)guest->memory_base,
			(unsigned long long)(guest->memory_base + guest->memory_size));
		return false;
	}
	other = image_at(guest, image.address, image.extent);
	if (other) {
		error_at(r->document, image.node,
			 "the %s at 0x%llx overlaps the %s at 0x%llx\nlink or load them apart",
			 image.role, (unsigned long long)image.address, other->role,
			 (unsigned long long)other->address);
		return false;
	}
	guest->images[guest->image_count++] = image;
	return true;
}

/* First free address with that alignment; UINT64_MAX if there is none. */
static uint64_t find_place(const struct guest *guest, uint64_t extent, uint64_t alignment)
{
	uint64_t address = align_up(guest->memory_base, alignment);

	while (lies_in(address, extent, guest->memory_base, guest->memory_size)) {
		const struct guest_image *other = image_at(guest, address, extent);

		if (!other)
			return address;
		address = align_up(other->address + other->extent, alignment);
	}
	return UINT64_MAX;
}

static bool place_image(const struct reading *r, struct guest_image image)
{
	image.address = find_place(r->guest, image.extent, BLOCK_SIZE);
	if (image.address == UINT64_MAX)
		image.address = find_place(r->guest, image.extent, PAGE_SIZE);
	if (image.address == UINT64_MAX) {
		error_at(
			r->document, image.node,
			"the %s of 0x%llx bytes does not fit in the guest's memory beside the other "
			"images\ngive the guest more memory",
			image.role, (unsigned long long)image.extent);
		return false;
	}
	return add_image(r, image);
}

static void image_error(const struct reading *r, const cJSON *node, const char *error)
{
	error_at(r->document, node, "\"%s\" %s\ngive another file", node->valuestring, error);
}

static void add_elf(const struct reading *r, const cJSON *node, struct blob file)
{
	struct elf elf;
	const char *error = elf_read(arena_of(r), r->guest->board->target, file, &elf);

	if (!error && elf.count > KERNEL_IMAGES_MAX)
		error = "has more than 6 segments to be loaded";
	if (error) {
		image_error(r, node, error);
		return;
	}
	for (uint32_t i = 0; i < elf.count; i++) {
		const struct elf_segment *segment = &elf.segments[i];
		uint64_t offset = elf.entry - segment->virtual_address;

		if (offset < segment->memory_size)
			r->guest->entry = segment->physical_address + offset;
		add_image(r, (struct guest_image){
				     .role = i ? arena_print(arena_of(r), "kernel %u", i + 1) :
						 "kernel",
				     .node = node,
				     .content = { segment->data, segment->file_size },
				     .address = segment->physical_address,
				     .extent = segment->memory_size,
			     });
	}
}

static void add_linux(const struct reading *r, const cJSON *node, struct blob file)
{
	struct linux_image image;
	const char *error = linux_image_read(arena_of(r), r->guest->board->target, file, &image);

	if (error) {
		image_error(r, node, error);
		return;
	}
	/* No address wraps: the base is below 2^39, and a larger offset is cut to what cannot fit. */
	r->guest->entry = r->guest->memory_base +
			  (image.text_offset < 1ULL << 40 ? image.text_offset : 1ULL << 40);
	add_image(r, (struct guest_image){
			     .role = "kernel",
			     .node = node,
			     .content = file,
			     .address = r->guest->entry,
			     .extent = image.extent,
		     });
}

static void add_kernel_file(const struct reading *r, const cJSON *node)
{
	struct blob file;
	const char *error;

	if (!guest_file_read(r, node, &file))
		return;
	if (gzip_is(file)) {
		error = gzip_expand(arena_of(r), file, r->guest->memory_size, &file);
		if (error) {
			image_error(r, node, error);
			return;
		}
	}
	if (elf_is(file))
		add_elf(r, node, file);
	else
		add_linux(r, node, file);
}

enum { ROM_ENTRY };

static const struct key rom_keys[] = {
	[ROM_ENTRY] = { "rom", VALUE_ADDRESS, true, 0, 512 * GIB, 4 },
};

/* The kernel lies in a ROM: there is nothing to load. Whether it is there says only a description of sound ROMs. */
static void enter_rom(const struct reading *r, const cJSON *node, bool sound)
{
	size_t before = r->document->errors->count;
	struct guest *guest = r->guest;

	schema_check(r->document, node, "a kernel in ROM", rom_keys, ARRAY_SIZE(rom_keys));
	if (!sound || r->document->errors->count != before)
		return;
	guest->entry = schema_number(node, &rom_keys[ROM_ENTRY], 0);
	for (uint32_t i = 0; i < guest->rom_count; i++)
		if (lies_in(guest->entry, 4, guest->roms[i].address, guest->roms[i].content.size))
			return;
	error_at(r->document, schema_node(node, "rom"),
		 "the entry 0x%llx is in no ROM of the guest\nadd that ROM to \"rom\"",
		 (unsigned long long)guest->entry);
}

enum { RAW_FILE, RAW_LOAD, RAW_ENTRY };

static const struct key raw_keys[] = {
	[RAW_FILE] = { "raw", VALUE_TEXT, true, 0, 0, 0 },
	[RAW_LOAD] = { "load", VALUE_ADDRESS, true, 0, 512 * GIB, PAGE_SIZE },
	[RAW_ENTRY] = { "entry", VALUE_ADDRESS, false, 0, 512 * GIB, 4 },
};

static void add_raw(const struct reading *r, const cJSON *node)
{
	size_t before = r->document->errors->count;
	struct guest_image image = { .role = "kernel" };
	const cJSON *entry;

	schema_check(r->document, node, "a raw kernel", raw_keys, ARRAY_SIZE(raw_keys));
	if (r->document->errors->count != before)
		return;
	image.node = schema_node(node, "raw");
	image.address = schema_number(node, &raw_keys[RAW_LOAD], 0);
	if (!guest_file_read(r, image.node, &image.content))
		return;
	image.extent = image.content.size;
	r->guest->entry = schema_number(node, &raw_keys[RAW_ENTRY], image.address);
	entry = schema_node(node, "entry");
	if (entry && !lies_in(r->guest->entry, 4, image.address, image.extent))
		error_at(r->document, entry,
			 "the entry 0x%llx is not inside the image\nit must be in 0x%llx to 0x%llx",
			 (unsigned long long)r->guest->entry, (unsigned long long)image.address,
			 (unsigned long long)(image.address + image.extent));
	add_image(r, image);
}

static void add_initrd(const struct reading *r, const cJSON *node)
{
	struct guest_image image = { .role = "initrd", .node = node };
	const char *error;

	if (!guest_file_read(r, node, &image.content))
		return;
	error = gzip_check(image.content);
	if (error)
		image_error(r, node, error);
	image.extent = image.content.size;
	place_image(r, image);
}

static void add_device_tree(const struct reading *r, const cJSON *node)
{
	struct guest_image image = { .role = "dtb", .node = node ? node : r->guest->node };
	struct blob user = { NULL, 0 };
	const char *error;

	if (node && !guest_file_read(r, node, &user))
		return;
	error = device_tree_make(arena_of(r), r->guest, r->inputs, user, &image.content);
	if (error) {
		error_at(r->document, image.node, "the device tree %s\ngive another file", error);
		return;
	}
	image.extent = image.content.size;
	if (place_image(r, image))
		r->guest->device_tree = r->guest->images[r->guest->image_count - 1].address;
}

void guest_images_read(struct guest *guest, struct document *document, const struct inputs *inputs)
{
	struct reading r = { guest, document, inputs };
	const cJSON *kernel = schema_node(guest->node, "kernel");
	const cJSON *initrd = schema_node(guest->node, "initrd");
	const cJSON *dtb = schema_node(guest->node, "dtb");
	bool sound;

	/* Without memory nothing can be placed, and that error is reported already. */
	if (guest->memory_size == 0)
		return;
	sound = guest_roms_read(&r);
	if (schema_node(kernel, "rom"))
		enter_rom(&r, kernel, sound);
	else if (cJSON_IsObject(kernel))
		add_raw(&r, kernel);
	else if (schema_text(guest->node, "kernel", NULL))
		add_kernel_file(&r, kernel);
	if (schema_text(guest->node, "initrd", NULL))
		add_initrd(&r, initrd);
	add_device_tree(&r, schema_text(guest->node, "dtb", NULL) ? dtb : NULL);
}
