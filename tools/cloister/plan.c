/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The records of a plan: each function adds one kind.
 */
#include "plan.h"

#include <string.h>

static const struct {
	size_t offset;
	size_t item_size;
} vectors[] = {
	{ offsetof(struct plan, programs), sizeof(struct program *) },
	{ offsetof(struct plan, components), sizeof(struct plan_component) },
	{ offsetof(struct plan, groups), sizeof(struct manifest_group) },
	{ offsetof(struct plan, objects), sizeof(struct plan_object) },
	{ offsetof(struct plan, capabilities), sizeof(struct manifest_capability) },
	{ offsetof(struct plan, page_tables), sizeof(struct manifest_page_table) },
	{ offsetof(struct plan, mappings), sizeof(struct manifest_mapping) },
	{ offsetof(struct plan, loads), sizeof(struct plan_load) },
	{ offsetof(struct plan, sched_contexts), sizeof(struct manifest_sched_context) },
	{ offsetof(struct plan, threads), sizeof(struct manifest_thread) },
	{ offsetof(struct plan, vcpus), sizeof(struct manifest_vcpu) },
	{ offsetof(struct plan, bindings), sizeof(struct manifest_binding) },
	{ offsetof(struct plan, windows), sizeof(struct manifest_window) },
	{ offsetof(struct plan, guests), sizeof(struct manifest_guest) },
	{ offsetof(struct plan, device_servers), sizeof(struct manifest_device_server) },
};

void plan_init(struct plan *plan, const struct description *description, struct errors *errors)
{
	*plan = (struct plan){ .arena = errors->arena,
			       .errors = errors,
			       .description = description,
			       .next_slot = ROOT_SLOT_FREE };
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		struct vector *vector = (struct vector *)((uint8_t *)plan + vectors[i].offset);

		vector->item_size = vectors[i].item_size;
	}
}

uint32_t plan_slots(struct plan *plan, uint32_t count)
{
	uint32_t slot = plan->next_slot;

	plan->next_slot += count;
	return slot;
}

uint32_t plan_component(struct plan *plan, const char *name, struct blob content,
			uint64_t alignment)
{
	struct plan_component component = { name, content, alignment, 0 };

	return vector_add(plan->arena, &plan->components, &component);
}

const struct plan_component *plan_component_at(const struct plan *plan, uint32_t index)
{
	return (const struct plan_component *)plan->components.items + index;
}

uint32_t plan_group(struct plan *plan, const char *format, ...)
{
	struct manifest_group group = { .slot = plan_slots(plan, 1) };
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(group.name, sizeof(group.name), format, arguments);
	va_end(arguments);
	return vector_add(plan->arena, &plan->groups, &group);
}

static uint32_t add_object(struct plan *plan, struct manifest_object record, uint32_t component)
{
	struct plan_object object = { record, component };

	object.record.slot = plan_slots(plan, record.count);
	vector_add(plan->arena, &plan->objects, &object);
	return object.record.slot;
}

uint32_t plan_object(struct plan *plan, uint32_t group, enum object_type type, uint32_t size_bits,
		     uint32_t count)
{
	return add_object(
		plan,
		(struct manifest_object){
			.type = type, .size_bits = size_bits, .count = count, .group = group },
		0);
}

uint32_t plan_image_frames(struct plan *plan, uint32_t component, uint64_t offset,
			   uint32_t size_bits, uint32_t count)
{
	return add_object(plan,
			  (struct manifest_object){ .type = OBJECT_FRAME,
						    .size_bits = size_bits,
						    .count = count,
						    .group = GROUP_IMAGE,
						    .argument = offset },
			  component);
}

uint32_t plan_device_frames(struct plan *plan, uint64_t address, uint32_t count)
{
	return add_object(plan,
			  (struct manifest_object){ .type = OBJECT_FRAME,
						    .size_bits = 12,
						    .count = count,
						    .group = GROUP_DEVICE,
						    .argument = address },
			  0);
}

uint32_t plan_irq(struct plan *plan, uint32_t irq, bool edge)
{
	return add_object(plan,
			  (struct manifest_object){ .type = OBJECT_IRQ_HANDLER,
						    .size_bits = edge,
						    .count = 1,
						    .group = GROUP_IRQ,
						    .argument = irq },
			  0);
}

void plan_capability(struct plan *plan, uint32_t source, uint32_t rights, uint64_t badge,
		     uint32_t cnode, uint32_t slot)
{
	struct manifest_capability capability = { source, cnode, slot, rights, badge };

	vector_add(plan->arena, &plan->capabilities, &capability);
}

uint32_t plan_root_capability(struct plan *plan, uint32_t source, uint32_t rights, uint64_t badge)
{
	uint32_t slot = plan_slots(plan, 1);

	plan_capability(plan, source, rights, badge, ROOT_SLOT_CNODE, slot);
	return slot;
}

uint32_t plan_copies(struct plan *plan, uint32_t source, uint32_t count)
{
	uint32_t first = plan_slots(plan, count);

	for (uint32_t i = 0; i < count; i++)
		plan_capability(plan, source + i, RIGHTS_ALL, 0, ROOT_SLOT_CNODE, first + i);
	return first;
}

uint32_t plan_sched_context(struct plan *plan, uint32_t group, uint64_t budget, uint64_t period,
			    uint64_t limit)
{
	struct manifest_sched_context context = {
		.slot = plan_object(plan, group, OBJECT_SCHED_CONTEXT, 0, 1),
		.budget = budget,
		.period = period,
		.limit = limit,
	};

	vector_add(plan->arena, &plan->sched_contexts, &context);
	return context.slot;
}

void plan_binding(struct plan *plan, enum binding_kind kind, uint32_t a, uint32_t b)
{
	struct manifest_binding binding = { .kind = kind, .a = a, .b = b };

	vector_add(plan->arena, &plan->bindings, &binding);
}
