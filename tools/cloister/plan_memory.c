/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory: how large each group must be for its objects, and how much memory the machine must have for all of them.
 * What the kernel and the root server do at boot is repeated here in numbers: the kernel splits free memory into
 * naturally aligned powers of two, the root server takes the groups in their order, each from the first
 * Untyped with room, and an Untyped gives out its memory from its beginning on.
 */
#include "plan.h"

#include <stdlib.h>

/* The kernel makes the root server's CNode in its 2 MiB of start-up memory. */
#define CNODE_BITS_MIN 12
#define CNODE_BITS_MAX 14

/* Steps in which a machine's memory grows. */
#define MEMORY_STEP (64 * MIB)

static uint32_t object_bits(const struct manifest_object *object)
{
	switch ((enum object_type)object->type) {
	case OBJECT_CNODE:
		return object->size_bits + BITS_SLOT;
	case OBJECT_THREAD:
		return BITS_THREAD;
	case OBJECT_VCPU:
		return BITS_VCPU;
	case OBJECT_SCHED_CONTEXT:
		return BITS_SCHED_CONTEXT;
	case OBJECT_ENDPOINT:
		return BITS_ENDPOINT;
	case OBJECT_NOTIFICATION:
		return BITS_NOTIFICATION;
	case OBJECT_PAGE_TABLE:
		return BITS_PAGE_TABLE;
	case OBJECT_ADDRESS_SPACE:
		return BITS_ADDRESS_SPACE;
	case OBJECT_GUEST_SPACE:
		return BITS_GUEST_SPACE;
	default:
		return object->size_bits;
	}
}

/* Larger objects first, so that alignment wastes nothing; otherwise as planned. */
static int compare_objects(const void *a, const void *b)
{
	const struct plan_object *x = a;
	const struct plan_object *y = b;
	uint32_t x_bits = object_bits(&x->record);
	uint32_t y_bits = object_bits(&y->record);

	if (x_bits != y_bits)
		return x_bits > y_bits ? -1 : 1;
	return x->record.slot < y->record.slot ? -1 : 1;
}

static uint32_t group_bits(const struct plan *plan, uint32_t group)
{
	const struct plan_object *object = plan->objects.items;
	uint64_t size = 0;

	for (size_t i = 0; i < plan->objects.count; i++, object++)
		if (object->record.group == group)
			size += (uint64_t)object->record.count << object_bits(&object->record);
	return size < PAGE_SIZE ? 12 : log2_up(size);
}

/* A group with its place before sorting. */
struct sorted_group {
	struct manifest_group group;
	uint32_t old;
};

static int compare_groups(const void *a, const void *b)
{
	const struct sorted_group *x = a;
	const struct sorted_group *y = b;

	if (x->group.size_bits != y->group.size_bits)
		return x->group.size_bits > y->group.size_bits ? -1 : 1;
	return x->old < y->old ? -1 : 1;
}

static void sort_groups(struct plan *plan)
{
	struct manifest_group *groups = plan->groups.items;
	size_t count = plan->groups.count;
	struct sorted_group *sorted = arena_alloc(plan->arena, count * sizeof(*sorted));
	uint32_t *place = arena_alloc(plan->arena, count * sizeof(*place));
	struct plan_object *object = plan->objects.items;
	struct manifest_thread *thread = plan->threads.items;

	for (uint32_t i = 0; i < count; i++)
		sorted[i] = (struct sorted_group){ groups[i], i };
	qsort(sorted, count, sizeof(*sorted), compare_groups);
	for (uint32_t i = 0; i < count; i++) {
		groups[i] = sorted[i].group;
		place[sorted[i].old] = i;
	}
	for (size_t i = 0; i < plan->objects.count; i++, object++)
		if (object->record.group < count)
			object->record.group = place[object->record.group];
	for (size_t i = 0; i < plan->threads.count; i++, thread++)
		thread->group = place[thread->group];
}

bool plan_size_groups(struct plan *plan)
{
	struct manifest_group *groups = plan->groups.items;
	uint32_t bits = log2_up(plan->next_slot);

	if (bits > CNODE_BITS_MAX) {
		error_in_file(
			plan->errors, plan->description->document.path,
			"the guests' memory takes %u capabilities, and there can be %u\nplace "
			"memory_base of large guests on a multiple of 1 GiB, or give them less",
			plan->next_slot, 1u << CNODE_BITS_MAX);
		return false;
	}
	plan->head.root_cnode_bits = bits < CNODE_BITS_MIN ? CNODE_BITS_MIN : bits;
	if (plan->objects.count)
		qsort(plan->objects.items, plan->objects.count, sizeof(struct plan_object),
		      compare_objects);
	for (uint32_t i = 0; i < plan->groups.count; i++)
		groups[i].size_bits = group_bits(plan, i);
	if (plan->groups.count)
		sort_groups(plan);
	return true;
}

/* An Untyped that the kernel would make. */
struct untyped {
	uint64_t size;
	uint64_t used;
};

struct untypeds {
	struct untyped list[BOOT_UNTYPED_MAX];
	uint32_t count;
};

static void split(struct untypeds *untypeds, uint64_t start, uint64_t end)
{
	while (start < end && untypeds->count < BOOT_UNTYPED_MAX) {
		uint64_t size = start & -start;

		while (size > end - start)
			size /= 2;
		untypeds->list[untypeds->count++] = (struct untyped){ size, 0 };
		start += size;
	}
}

static bool take(struct untypeds *untypeds, uint64_t size)
{
	for (uint32_t i = 0; i < untypeds->count; i++) {
		struct untyped *untyped = &untypeds->list[i];
		uint64_t at = align_up(untyped->used, size);

		if (!lies_in(at, size, 0, untyped->size))
			continue;
		untyped->used = at + size;
		return true;
	}
	return false;
}

/* Whether the groups fit in what is free behind the kernel's start-up memory. */
static bool fits(const struct plan *plan, uint64_t end)
{
	const struct manifest_group *groups = plan->groups.items;
	struct untypeds untypeds = { .count = 0 };
	uint64_t boot = plan->head.boot_address;

	if (boot + BLOCK_SIZE > end)
		return false;
	split(&untypeds, boot + BLOCK_SIZE, end);
	for (size_t i = 0; i < plan->groups.count; i++)
		if (!take(&untypeds, 1ULL << groups[i].size_bits))
			return false;
	return true;
}

/* The kernel goes before the image if there is room that no firmware keeps, else behind it. */
static void place_kernel(struct plan *plan, uint64_t image_end)
{
	const struct board *board = &plan->description->board;
	uint64_t first = board->memory_address + board->memory_firmware;
	uint64_t behind = align_up(image_end, BLOCK_SIZE);

	if (first + BLOCK_SIZE <= board->image_address) {
		plan->head.kernel_address = first;
		plan->head.boot_address = behind;
	} else {
		plan->head.kernel_address = behind;
		plan->head.boot_address = behind + BLOCK_SIZE;
	}
}

bool plan_fit(struct plan *plan, uint64_t image_end)
{
	const struct board *board = &plan->description->board;
	uint64_t firmware = board->memory_firmware;

	place_kernel(plan, image_end);
	plan->head.memory_count = 1;
	for (uint64_t size = MACHINE_MEMORY_MIN + plan->room; size <= board->memory_size;
	     size += MEMORY_STEP) {
		if (!fits(plan, board->memory_address + size))
			continue;
		plan->memory = size;
		plan->head.memory[0] =
			(struct memory_region){ board->memory_address + firmware, size - firmware };
		return true;
	}
	error_in_file(
		plan->errors, plan->description->document.path,
		"the guests and their images do not fit in the board's %s beside the servers (a "
		"guest's memory is cut into naturally aligned powers of two)\ngive the guests "
		"less memory",
		size_in_words(plan->arena, board->memory_size));
	return false;
}
