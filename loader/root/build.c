/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interpreter of the manifest's tables: one function a kind of record, each of which does what
 * its record says and nothing else, so that all that was made from one group can be revoked and
 * made again. A step that fails stops the machine and names the record.
 */
#include "root.h"

#include <cloister/message.h>
#include <cloister/string.h>
#include <idl/kernel_client.h>
#include <idl/kernel_names.h>
#include <idl/manifest_names.h>
#include <idl/root.h>

#define PAGE_SIZE    4096ULL
#define MICROSECONDS 1000000ULL

/* Which record is being worked on, for messages. */
struct record {
	const char *table;
	uint32_t index;
	const char *name;
};

static void require(enum status status, const struct record *record, const char *step)
{
	if (status != OK)
		root_stop("manifest: %s %u%s%s: %s: %s", record->table, record->index,
			  record->name ? " " : "", record->name ? record->name : "", step,
			  status_name(status));
}

/* First fit among the Untypeds of ordinary memory; the host tool reckons with just this order. */
static void build_group(const struct description *d, uint32_t index)
{
	const struct manifest_group *group = &d->groups[index];
	const struct record record = { "group", index, group->name };
	enum status status = ERR_MEMORY;

	if (index > 0 && group->size_bits > d->groups[index - 1].size_bits)
		root_stop("manifest: group %u %s is larger than the one before it", index,
			  group->name);
	for (uint32_t i = 0; i < boot()->untyped_count && status == ERR_MEMORY; i++)
		if (boot()->untyped[i].flags == 0)
			status = untyped_retype(ROOT_SLOT_UNTYPED + i, OBJECT_UNTYPED,
						group->size_bits, ROOT_SLOT_CNODE, group->slot, 1,
						0);
	require(status, &record, "retype");
}

/* The Untyped with contents (`flag` tells which) that holds `address`; untyped_count if none does. */
static uint32_t untyped_at(uint64_t address, uint32_t flag)
{
	const struct boot_untyped *untyped = boot()->untyped;
	uint32_t i;

	for (i = 0; i < boot()->untyped_count; i++)
		if ((untyped[i].flags & flag) && address >= untyped[i].address &&
		    address - untyped[i].address < 1ULL << untyped[i].size_bits)
			break;
	return i;
}

/* Frames at a given address: the run may go over several Untypeds. */
static void build_frames_at(const struct manifest_object *object, uint32_t flag,
			    const struct record *record)
{
	uint64_t address = object->argument;
	uint32_t slot = object->slot;
	uint32_t left = object->count;

	if (object->type != OBJECT_FRAME || object->size_bits > 30)
		root_stop("manifest: object %u: only frames can be made at an address",
			  record->index);
	while (left > 0) {
		uint32_t i = untyped_at(address, flag);
		uint64_t offset, room;
		uint32_t count;

		if (i == boot()->untyped_count)
			root_stop("manifest: object %u: no %s memory at 0x%lx", record->index,
				  flag == UNTYPED_IMAGE ? "image" : "device",
				  (unsigned long)address);
		offset = address - boot()->untyped[i].address;
		room = ((1ULL << boot()->untyped[i].size_bits) - offset) >> object->size_bits;
		if (room == 0)
			root_stop(
				"manifest: object %u: the memory at 0x%lx is smaller than a frame",
				record->index, (unsigned long)address);
		count = room < left ? (uint32_t)room : left;
		require(untyped_retype(ROOT_SLOT_UNTYPED + i, OBJECT_FRAME, object->size_bits,
				       ROOT_SLOT_CNODE, slot, count, offset),
			record, "retype");
		address += (uint64_t)count << object->size_bits;
		slot += count;
		left -= count;
	}
}

static void build_object(const struct description *d, uint32_t index)
{
	const struct manifest_object *object = &d->objects[index];
	const struct record record = { "object", index, object_type_name(object->type) };

	switch (object->group) {
	case GROUP_IMAGE:
		build_frames_at(object, UNTYPED_IMAGE, &record);
		break;
	case GROUP_DEVICE:
		build_frames_at(object, UNTYPED_DEVICE, &record);
		break;
	case GROUP_IRQ:
		if (object->argument > UINT32_MAX)
			root_stop("manifest: object %u: interrupt 0x%lx cannot be", index,
				  (unsigned long)object->argument);
		require(irq_control_get(ROOT_SLOT_IRQ_CONTROL, (uint32_t)object->argument,
					object->size_bits, ROOT_SLOT_CNODE, object->slot),
			&record, "irq_control.get");
		break;
	default:
		if (object->group >= d->head->groups.count)
			root_stop("manifest: object %u: its group is %u of %u", index,
				  object->group, d->head->groups.count);
		require(untyped_retype(d->groups[object->group].slot,
				       (enum object_type)object->type, object->size_bits,
				       ROOT_SLOT_CNODE, object->slot, object->count, 0),
			&record, "retype");
	}
}

static void build_capability(const struct description *d, uint32_t index)
{
	const struct manifest_capability *capability = &d->capabilities[index];
	const struct record record = { "capability", index, NULL };

	if (capability->rights == RIGHTS_ALL && capability->badge == 0)
		require(cnode_copy(ROOT_SLOT_CNODE, capability->source, capability->cnode,
				   capability->slot),
			&record, "copy");
	else
		require(cnode_mint(ROOT_SLOT_CNODE, capability->source, capability->cnode,
				   capability->slot, capability->rights, capability->badge),
			&record, "mint");
}

static void build_page_table(const struct description *d, uint32_t index)
{
	const struct manifest_page_table *table = &d->page_tables[index];
	const struct record record = { "page table", index, NULL };

	require(page_table_map(table->slot, table->address_space, table->address), &record, "map");
}

static void build_mapping(const struct description *d, uint32_t index)
{
	const struct manifest_mapping *mapping = &d->mappings[index];
	const struct record record = { "mapping", index, NULL };

	if (mapping->size_bits > 30)
		root_stop("manifest: mapping %u: frames of 2^%u bytes cannot be", index,
			  mapping->size_bits);
	for (uint32_t i = 0; i < mapping->count; i++) {
		uint64_t offset = (uint64_t)i << mapping->size_bits;

		require(frame_map(mapping->frame + i, mapping->address_space,
				  mapping->address + offset, mapping->rights,
				  (enum memory_type)mapping->memory_type),
			&record, "map");
	}
}

static void build_load(const struct description *d, uint32_t index)
{
	const struct manifest_load *load = &d->loads[index];
	const struct record record = { "load", index, NULL };
	const uint8_t *from = description_image(d, load->physical, load->size);
	uint64_t left = load->size;

	if (from == NULL)
		root_stop("manifest: load %u: 0x%lx bytes at 0x%lx are not all in the image", index,
			  (unsigned long)load->size, (unsigned long)load->physical);
	if (load->size > load->count * PAGE_SIZE)
		root_stop("manifest: load %u: 0x%lx bytes do not fit in %u frames", index,
			  (unsigned long)load->size, load->count);
	for (uint32_t i = 0; left > 0; i++) {
		uint64_t size = left < PAGE_SIZE ? left : PAGE_SIZE;

		require(scratch_map(load->frame + i, RIGHT_READ | RIGHT_WRITE), &record,
			"map to fill");
		memcpy((void *)(uintptr_t)ROOT_SCRATCH, from, size);
		require(scratch_unmap(), &record, "unmap");
		from += size;
		left -= size;
	}
}

/* Microseconds to ticks of the counter. */
static uint64_t ticks(uint64_t microseconds, const struct record *record)
{
	if (microseconds > UINT64_MAX / boot()->counter_frequency)
		root_stop("manifest: %s %u: %lu us are too long", record->table, record->index,
			  (unsigned long)microseconds);
	return microseconds * boot()->counter_frequency / MICROSECONDS;
}

static void build_sched_context(const struct description *d, uint32_t index)
{
	const struct manifest_sched_context *context = &d->sched_contexts[index];
	const struct record record = { "sched_context", index, NULL };

	require(sched_context_configure(context->slot, ticks(context->budget, &record),
					ticks(context->period, &record)),
		&record, "configure");
}

static void build_thread(const struct description *d, uint32_t index)
{
	const struct manifest_thread *thread = &d->threads[index];
	const struct record record = { "thread", index, thread->name };

	require(thread_configure(thread->thread, thread->cnode, thread->address_space,
				 thread->fault_endpoint),
		&record, "configure");
	require(thread_set_priority(thread->thread, thread->priority), &record, "set_priority");
	require(thread_start_at(thread->thread, thread->entry, thread->stack, PROCESS_CONFIG, 0),
		&record, "start_at");
	if (thread->sched_context != 0)
		require(sched_context_bind(thread->sched_context, thread->thread), &record,
			"bind to its sched_context");
}

static void build_vcpu(const struct description *d, uint32_t index)
{
	const struct manifest_vcpu *vcpu = &d->vcpus[index];
	const struct record record = { "vcpu", index, d->guests[vcpu->guest].name };

	require(vcpu_configure(vcpu->vcpu, vcpu->guest_space, vcpu->endpoint, vcpu->id), &record,
		"configure");
	require(vcpu_set_priority(vcpu->vcpu, vcpu->priority), &record, "set_priority");
	require(address_space_map_vcpu(vcpu->vmm_address_space, vcpu->vcpu, vcpu->page_address),
		&record, "map its pages in the VMM");
	require(sched_context_bind(vcpu->sched_context, vcpu->vcpu), &record,
		"bind to its sched_context");
}

static void build_binding(const struct description *d, uint32_t index)
{
	const struct manifest_binding *binding = &d->bindings[index];
	const struct record record = { "binding", index, binding_kind_name(binding->kind) };
	enum status status;

	switch (binding->kind) {
	case BINDING_EVENT:
		status = notification_bind_event(binding->a, binding->b);
		break;
	case BINDING_SLOT:
		if (binding->argument >= VCPU_SLOTS)
			root_stop("manifest: binding %u: a vCPU has no interrupt slot %lu", index,
				  (unsigned long)binding->argument);
		status =
			notification_bind_slot(binding->a, binding->b, (uint32_t)binding->argument);
		break;
	case BINDING_IRQ:
		status = irq_handler_bind(binding->a, binding->b);
		break;
	default:
		root_stop("manifest: binding %u: there is no kind %u", index, binding->kind);
	}
	require(status, &record, "bind");
}

static void for_each(const struct description *d, uint32_t count,
		     void (*build)(const struct description *, uint32_t))
{
	for (uint32_t i = 0; i < count; i++)
		build(d, i);
}

void build_machine(const struct description *d)
{
	for_each(d, d->head->groups.count, build_group);
	for_each(d, d->head->objects.count, build_object);
	for_each(d, d->head->capabilities.count, build_capability);
	for_each(d, d->head->page_tables.count, build_page_table);
	for_each(d, d->head->mappings.count, build_mapping);
	for_each(d, d->head->loads.count, build_load);
	for_each(d, d->head->sched_contexts.count, build_sched_context);
	for_each(d, d->head->threads.count, build_thread);
	for_each(d, d->head->vcpus.count, build_vcpu);
	for_each(d, d->head->bindings.count, build_binding);
}

static void start_thread(const struct description *d, uint32_t index)
{
	const struct manifest_thread *thread = &d->threads[index];
	const struct record record = { "thread", index, thread->name };

	if (thread->serve != 0)
		require(thread_serve(thread->thread, thread->serve), &record, "serve");
	else
		require(thread_resume(thread->thread), &record, "resume");
}

static void start_vcpu(const struct description *d, uint32_t index)
{
	const struct manifest_vcpu *vcpu = &d->vcpus[index];
	const struct record record = { "vcpu", index, d->guests[vcpu->guest].name };

	if (vcpu->start)
		require(vcpu_start(vcpu->vcpu), &record, "start");
}

void build_start(const struct description *d)
{
	for_each(d, d->head->threads.count, start_thread);
	for_each(d, d->head->vcpus.count, start_vcpu);
}
