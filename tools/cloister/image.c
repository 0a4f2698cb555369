/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layout and writing of the image. Sizes come first (a table's size does not depend on addresses), then every
 * component gets its address, then the records that spoke of components get theirs. Small components stand
 * before those aligned to 2 MiB, so that few bytes are lost between them.
 */
#include "image.h"

#include "formats.h"
#include "program.h"
#include "random.h"

#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are written as they stand");

#define LOADER_MAX (1 * MIB)

/* Of the Linux Image header that the loader begins with. */
#define TEXT_OFFSET_AT 8
#define IMAGE_SIZE_AT  16

/* An image under construction. */
struct layout {
	struct plan *plan;
	struct blob loader;
	uint64_t manifest_offset;
	uint64_t size;
	uint8_t *bytes;
};

static const char *check_loader(const struct board *board, struct blob loader)
{
	struct linux_image header;
	struct arena arena = { NULL };
	const char *error = linux_image_read(&arena, board->target, loader, &header);

	arena_free(&arena);
	if (error || loader.size < LOADER_HEADER_OFFSET + sizeof(struct image_header))
		return "is not the loader: it has no Image header";
	if (board->memory_address + header.text_offset != board->image_address)
		return "is made for another address than the board's image_address";
	return NULL;
}

/* Gives the components of one alignment their addresses, from `at` on; gives the end. */
static uint64_t place_components(struct plan *plan, uint64_t at, uint64_t alignment)
{
	struct plan_component *component = plan->components.items;

	for (size_t i = 0; i < plan->components.count; i++, component++) {
		if (component->alignment != alignment)
			continue;
		component->physical = align_up(at, alignment);
		at = component->physical + align_up(component->content.size, alignment);
	}
	return at;
}

/* Reserves room for a table in the manifest. */
static struct table reserve(struct manifest *head, size_t count, size_t item_size)
{
	struct table table = { (uint32_t)head->size, (uint32_t)count };

	head->size = align_up(head->size + count * item_size, 8);
	return table;
}

static void reserve_tables(struct plan *plan)
{
	struct manifest *head = &plan->head;

	head->size = sizeof(*head);
	head->components = reserve(head, plan->components.count, sizeof(struct manifest_component));
	head->groups = reserve(head, plan->groups.count, plan->groups.item_size);
	head->objects = reserve(head, plan->objects.count, sizeof(struct manifest_object));
	head->capabilities = reserve(head, plan->capabilities.count, plan->capabilities.item_size);
	head->page_tables = reserve(head, plan->page_tables.count, plan->page_tables.item_size);
	head->mappings = reserve(head, plan->mappings.count, plan->mappings.item_size);
	head->loads = reserve(head, plan->loads.count, sizeof(struct manifest_load));
	head->sched_contexts =
		reserve(head, plan->sched_contexts.count, plan->sched_contexts.item_size);
	head->threads = reserve(head, plan->threads.count, plan->threads.item_size);
	head->vcpus = reserve(head, plan->vcpus.count, plan->vcpus.item_size);
	head->bindings = reserve(head, plan->bindings.count, plan->bindings.item_size);
	head->windows = reserve(head, plan->windows.count, plan->windows.item_size);
	head->guests = reserve(head, plan->guests.count, plan->guests.item_size);
	head->device_servers =
		reserve(head, plan->device_servers.count, plan->device_servers.item_size);
}

static void fill_root(struct plan *plan)
{
	const struct program *root = plan->root;
	uint64_t physical = plan_component_at(plan, root->component)->physical;

	for (uint32_t i = 0; i < root->count; i++) {
		const struct program_segment *segment = &root->segments[i];

		plan->head.root_segments[i] = (struct segment){
			.address = segment->address,
			.physical = physical + segment->offset,
			.size = segment->size,
			.rights = segment->rights,
		};
	}
	plan->head.root_segment_count = root->count;
	plan->head.root_entry = root->entry;
	plan->head.root_priority = PRIORITY_ROOT;
}

static void fill_head(struct plan *plan)
{
	const struct board *board = &plan->description->board;
	struct manifest *head = &plan->head;

	head->magic = MANIFEST_MAGIC;
	head->version = MANIFEST_VERSION;
	head->architecture = board->target->architecture;
	head->image_address = board->image_address;
	head->device_count = 1;
	head->devices[0] = (struct memory_region){ board->uart, board->uart_size };
	if (board->rtc_driver)
		head->devices[head->device_count++] =
			(struct memory_region){ board->rtc, board->rtc_size };
	memcpy(head->platform, board->driven, sizeof(head->platform));
}

/* Components' offsets become physical addresses. */
static void resolve(struct plan *plan)
{
	struct plan_object *object = plan->objects.items;
	struct plan_load *load = plan->loads.items;

	for (size_t i = 0; i < plan->objects.count; i++, object++)
		if (object->record.group == GROUP_IMAGE)
			object->record.argument +=
				plan_component_at(plan, object->component)->physical;
	for (size_t i = 0; i < plan->loads.count; i++, load++)
		load->record.physical += plan_component_at(plan, load->component)->physical;
}

static void *table_at(const struct layout *layout, struct table table)
{
	return layout->bytes + layout->manifest_offset + table.offset;
}

static void write_records(const struct layout *layout, struct table table,
			  const struct vector *vector)
{
	if (vector->count)
		memcpy(table_at(layout, table), vector->items, vector->count * vector->item_size);
}

static void write_components(const struct layout *layout)
{
	const struct plan *plan = layout->plan;
	struct manifest_component *to = table_at(layout, plan->head.components);

	for (uint32_t i = 0; i < plan->components.count; i++, to++) {
		const struct plan_component *from = plan_component_at(plan, i);

		snprintf(to->name, sizeof(to->name), "%s", from->name);
		to->physical = from->physical;
		to->size = from->content.size;
		digest(from->content, to->sha256);
		memcpy(layout->bytes + (from->physical - plan->head.image_address),
		       from->content.data, from->content.size);
	}
}

static void write_manifest(const struct layout *layout)
{
	const struct plan *plan = layout->plan;
	const struct manifest *head = &plan->head;
	const struct plan_object *object = plan->objects.items;
	const struct plan_load *load = plan->loads.items;
	struct manifest_object *objects = table_at(layout, head->objects);
	struct manifest_load *loads = table_at(layout, head->loads);

	memcpy(layout->bytes + layout->manifest_offset, head, sizeof(*head));
	for (size_t i = 0; i < plan->objects.count; i++)
		objects[i] = object[i].record;
	for (size_t i = 0; i < plan->loads.count; i++)
		loads[i] = load[i].record;
	write_records(layout, head->groups, &plan->groups);
	write_records(layout, head->capabilities, &plan->capabilities);
	write_records(layout, head->page_tables, &plan->page_tables);
	write_records(layout, head->mappings, &plan->mappings);
	write_records(layout, head->sched_contexts, &plan->sched_contexts);
	write_records(layout, head->threads, &plan->threads);
	write_records(layout, head->vcpus, &plan->vcpus);
	write_records(layout, head->bindings, &plan->bindings);
	write_records(layout, head->windows, &plan->windows);
	write_records(layout, head->guests, &plan->guests);
	write_records(layout, head->device_servers, &plan->device_servers);
}

static void write_loader(const struct layout *layout)
{
	struct image_header header = {
		.magic = MANIFEST_MAGIC,
		.version = MANIFEST_VERSION,
		.manifest_offset = layout->manifest_offset,
		.manifest_size = layout->plan->head.size,
		.image_size = layout->size,
		.console = layout->plan->description->board.uart,
	};

	digest((struct blob){ layout->bytes + layout->manifest_offset, header.manifest_size },
	       header.sha256);
	memcpy(layout->bytes, layout->loader.data, layout->loader.size);
	memcpy(layout->bytes + LOADER_HEADER_OFFSET, &header, sizeof(header));
	memcpy(layout->bytes + IMAGE_SIZE_AT, &layout->size, sizeof(layout->size));
}

static bool lay_out(struct layout *layout)
{
	struct plan *plan = layout->plan;
	uint64_t base = plan->description->board.image_address;
	uint64_t end;

	reserve_tables(plan);
	fill_head(plan);
	layout->manifest_offset = align_up(layout->loader.size, PAGE_SIZE);
	end = align_up(base + layout->manifest_offset + plan->head.size, PAGE_SIZE);
	end = place_components(plan, end, PAGE_SIZE);
	end = place_components(plan, end, BLOCK_SIZE);
	layout->size = end - base;
	plan->head.image_size = layout->size;
	resolve(plan);
	fill_root(plan);
	return plan_fit(plan, end);
}

bool image_make(struct plan *plan, const char *loader, struct blob *image)
{
	struct layout layout = { .plan = plan };
	const char *error = file_read(plan->arena, loader, LOADER_MAX, &layout.loader);

	if (error) {
		error_in_file(
			plan->errors, loader,
			"%s\nbuild the project first, or name the build folder with --programs",
			error);
		return false;
	}
	error = check_loader(&plan->description->board, layout.loader);
	if (error) {
		error_in_file(plan->errors, loader, "it %s\nbuild it again", error);
		return false;
	}
	if (!plan_size_groups(plan) || !lay_out(&layout))
		return false;
	layout.bytes = arena_alloc(plan->arena, layout.size);
	write_components(&layout);
	write_manifest(&layout);
	write_loader(&layout);
	*image = (struct blob){ layout.bytes, layout.size };
	return true;
}

const char *image_memory(struct blob image, uint64_t base, uint64_t *memory)
{
	struct image_header header;
	struct manifest head;

	if (image.size < LOADER_HEADER_OFFSET + sizeof(header))
		return "is not a Cloister image: it is too short";
	memcpy(&header, image.data + LOADER_HEADER_OFFSET, sizeof(header));
	if (header.magic != MANIFEST_MAGIC)
		return "is not a Cloister image";
	if (header.version != MANIFEST_VERSION)
		return "is an image of another version of Cloister";
	if (image.size < header.image_size ||
	    !lies_in(header.manifest_offset, sizeof(head), 0, image.size))
		return "is truncated";
	memcpy(&head, image.data + header.manifest_offset, sizeof(head));
	if (head.memory_count == 0 || head.memory_count > MEMORY_REGIONS_MAX)
		return "is a damaged image";
	if (head.memory[0].address < base || head.memory[0].address - base > BOARD_FIRMWARE_MAX)
		return "is an image for another board";
	*memory = head.memory[0].address - base + head.memory[0].size;
	return NULL;
}
