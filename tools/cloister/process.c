/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces with their tables, and the parts that every process has.
 */
#include "process.h"

#include <idl/root.h>
#include <stdio.h>
#include <string.h>

#define STACK_PAGES 16

/* What one table of the last level and of the one above it covers. */
#define TABLE_BITS     21
#define DIRECTORY_BITS 30

struct table_place {
	uint64_t address;
	uint32_t size_bits;
};

void space_init(struct space *space, struct plan *plan, uint32_t slot, uint32_t group)
{
	*space = (struct space){ plan, slot, group, { .item_size = sizeof(struct table_place) } };
}

void space_has_table(struct space *space, uint64_t address, uint32_t size_bits)
{
	struct table_place place = { address, size_bits };

	vector_add(space->plan->arena, &space->tables, &place);
}

static bool find_table(const struct space *space, uint64_t address, uint32_t size_bits)
{
	const struct table_place *place = space->tables.items;

	for (size_t i = 0; i < space->tables.count; i++)
		if (place[i].address == address && place[i].size_bits == size_bits)
			return true;
	return false;
}

/* Makes the tables of one level that cover [address, address + size). */
static void make_tables(struct space *space, uint64_t address, uint64_t size, uint32_t size_bits)
{
	uint64_t region = 1ULL << size_bits;

	for (uint64_t at = align_down(address, region); at < address + size; at += region) {
		struct manifest_page_table table = { .address_space = space->slot, .address = at };

		if (find_table(space, at, size_bits))
			continue;
		table.slot = plan_object(space->plan, space->group, OBJECT_PAGE_TABLE, 0, 1);
		vector_add(space->plan->arena, &space->plan->page_tables, &table);
		space_has_table(space, at, size_bits);
	}
}

void space_tables(struct space *space, uint64_t address, uint64_t size, uint32_t size_bits)
{
	if (size_bits < DIRECTORY_BITS)
		make_tables(space, address, size, DIRECTORY_BITS);
	if (size_bits < TABLE_BITS)
		make_tables(space, address, size, TABLE_BITS);
}

static void map(struct space *space, struct manifest_mapping mapping)
{
	mapping.address_space = space->slot;
	space_tables(space, mapping.address, (uint64_t)mapping.count << mapping.size_bits,
		     mapping.size_bits);
	vector_add(space->plan->arena, &space->plan->mappings, &mapping);
}

void space_map(struct space *space, uint32_t frame, uint32_t count, uint32_t size_bits,
	       uint64_t address, uint32_t rights)
{
	map(space, (struct manifest_mapping){ .frame = frame,
					      .count = count,
					      .size_bits = size_bits,
					      .address = address,
					      .rights = rights,
					      .memory_type = MEMORY_NORMAL });
}

void space_map_device(struct space *space, uint32_t frame, uint32_t count, uint64_t address)
{
	map(space, (struct manifest_mapping){ .frame = frame,
					      .count = count,
					      .size_bits = 12,
					      .address = address,
					      .rights = RIGHT_READ | RIGHT_WRITE,
					      .memory_type = MEMORY_DEVICE });
}

static uint32_t own_frames(struct process *process, uint64_t size)
{
	return plan_object(process->plan, process->group, OBJECT_FRAME, 12,
			   (uint32_t)(size / PAGE_SIZE));
}

static void map_segment(struct process *process, const struct program_segment *segment)
{
	struct plan *plan = process->plan;
	uint32_t pages = (uint32_t)(segment->size / PAGE_SIZE);
	uint32_t component = process->program->component;
	uint32_t frames;

	if (!(segment->rights & RIGHT_WRITE)) {
		frames = plan_image_frames(plan, component, segment->offset, 12, pages);
	} else {
		struct plan_load load = {
			.record = { .count = pages,
				    .physical = segment->offset,
				    .size = segment->content },
			.component = component,
		};

		frames = own_frames(process, segment->size);
		load.record.frame = frames;
		if (segment->content)
			vector_add(plan->arena, &plan->loads, &load);
	}
	space_map(&process->space, frames, pages, 12, segment->address, segment->rights);
}

void process_begin(struct process *process, struct plan *plan, const char *name,
		   const struct program *program, uint32_t cnode_bits)
{
	uint64_t stack = STACK_PAGES * PAGE_SIZE;
	uint32_t space;

	*process = (struct process){ .plan = plan, .name = name, .program = program };
	process->group = plan_group(plan, "%s", name);
	process->cnode = plan_object(plan, process->group, OBJECT_CNODE, cnode_bits, 1);
	process->next_slot = 1;
	space = plan_object(plan, process->group, OBJECT_ADDRESS_SPACE, 0, 1);
	space_init(&process->space, plan, space, process->group);
	for (uint32_t i = 0; i < program->count; i++)
		map_segment(process, &program->segments[i]);
	space_map(&process->space, own_frames(process, stack), STACK_PAGES, 12,
		  PROCESS_STACK_TOP - stack, RIGHT_READ | RIGHT_WRITE);
}

uint32_t process_give(struct process *process, uint32_t source, uint32_t rights, uint64_t badge)
{
	uint32_t slot = process->next_slot++;

	plan_capability(process->plan, source, rights, badge, process->cnode, slot);
	return slot;
}

uint64_t process_line(struct process *process, uint32_t frames)
{
	uint64_t address = PROCESS_RINGS + (uint64_t)process->lines * LINE_SIZE;

	process->lines++;
	space_map(&process->space, frames, LINE_SIZE / PAGE_SIZE, 12, address,
		  RIGHT_READ | RIGHT_WRITE);
	return address;
}

void process_configure(struct process *process, const void *config, size_t size)
{
	struct plan *plan = process->plan;
	uint8_t *copy = arena_alloc(plan->arena, size);
	uint32_t pages = (uint32_t)(align_up(size, PAGE_SIZE) / PAGE_SIZE);
	uint32_t component;
	uint32_t frames;

	memcpy(copy, config, size);
	component = plan_component(plan, arena_print(plan->arena, "%s: config", process->name),
				   (struct blob){ copy, size }, PAGE_SIZE);
	frames = plan_image_frames(plan, component, 0, 12, pages);
	space_map(&process->space, frames, pages, 12, PROCESS_CONFIG, RIGHT_READ);
}

/* Fills in what all threads have. */
static uint32_t end(struct process *process, struct manifest_thread thread,
		    const struct restart *restart)
{
	struct plan *plan = process->plan;
	uint64_t badge = plan->threads.count + 1;

	thread.thread = plan_object(plan, process->group, OBJECT_THREAD, 0, 1);
	thread.cnode = process->cnode;
	thread.address_space = process->space.slot;
	thread.fault_endpoint =
		plan_root_capability(plan, plan->head.root_endpoint, RIGHT_WRITE, badge);
	thread.program = process->program->component;
	thread.entry = process->program->entry;
	thread.stack = PROCESS_STACK_TOP;
	thread.group = process->group;
	thread.restart_limit = restart->limit;
	thread.restart_back_off = restart->back_off_ms;
	thread.restart_window = restart->within_ms;
	snprintf(thread.name, sizeof(thread.name), "%s", process->name);
	return vector_add(plan->arena, &plan->threads, &thread);
}

uint32_t process_end_server(struct process *process, enum server_index server)
{
	struct manifest_thread thread = {
		.sched_context = plan_sched_context(process->plan, process->group,
						    server_list[server].budget, SERVER_PERIOD_US,
						    0),
		.priority = server_list[server].priority,
	};

	return end(process, thread, &process->plan->description->restart[server]);
}

uint32_t process_end_serving(struct process *process, uint32_t endpoint, uint32_t priority,
			     const struct restart *restart)
{
	struct manifest_thread thread = { .serve = endpoint, .priority = priority };

	return end(process, thread, restart);
}
