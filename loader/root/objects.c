/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps that make something of memory: groups, and objects of groups or at given addresses.
 */
#include "build.h"

#include <idl/kernel_client.h>
#include <idl/kernel_names.h>

/* First fit among the Untypeds of ordinary memory; the host tool reckons with just this order. */
bool step_group(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_group *group = &d->groups[index];
	const struct record record = { "group", index, group->name };
	enum status status = ERR_MEMORY;

	if (index > 0 && group->size_bits > d->groups[index - 1].size_bits)
		return step_failed(failure, "group %u %s is larger than the one before it", index,
				   group->name);
	for (uint32_t i = 0; i < boot()->untyped_count && status == ERR_MEMORY; i++)
		if (boot()->untyped[i].flags == 0)
			status = untyped_retype(ROOT_SLOT_UNTYPED + i, OBJECT_UNTYPED,
						group->size_bits, ROOT_SLOT_CNODE, group->slot, 1,
						0);
	return step_done(status, &record, "retype", failure);
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

/* Up to `left` frames from `address` on, in one Untyped; gives how many, 0 after a failure. */
static uint32_t frames_in_one(const struct manifest_object *object, uint32_t flag, uint64_t address,
			      uint32_t slot, uint32_t left, const struct record *record,
			      struct failure *failure)
{
	uint32_t i = untyped_at(address, flag);
	uint64_t offset, room;
	uint32_t count;

	if (i == boot()->untyped_count) {
		step_failed(failure, "object %u: no %s memory at 0x%lx", record->index,
			    flag == UNTYPED_IMAGE ? "image" : "device", (unsigned long)address);
		return 0;
	}
	offset = address - boot()->untyped[i].address;
	room = ((1ULL << boot()->untyped[i].size_bits) - offset) >> object->size_bits;
	if (room == 0) {
		step_failed(failure, "object %u: the memory at 0x%lx is smaller than a frame",
			    record->index, (unsigned long)address);
		return 0;
	}
	count = room < left ? (uint32_t)room : left;
	count = count < RETYPE_COUNT_MAX ? count : RETYPE_COUNT_MAX;
	if (!step_done(untyped_retype(ROOT_SLOT_UNTYPED + i, OBJECT_FRAME, object->size_bits,
				      ROOT_SLOT_CNODE, slot, count, offset),
		       record, "retype", failure))
		return 0;
	return count;
}

/* Frames at a given address: the run may go over several Untypeds. */
static bool frames_at(const struct manifest_object *object, uint32_t flag,
		      const struct record *record, struct failure *failure)
{
	uint32_t done = 0;

	if (object->type != OBJECT_FRAME || object->size_bits > 30)
		return step_failed(failure, "object %u: only frames can be made at an address",
				   record->index);
	while (done < object->count) {
		uint64_t address = object->argument + ((uint64_t)done << object->size_bits);
		uint32_t count = frames_in_one(object, flag, address, object->slot + done,
					       object->count - done, record, failure);

		if (count == 0)
			return false;
		done += count;
	}
	return true;
}

/* From the Untyped of a group, as many at once as the kernel makes. */
static bool objects_of(cap_t untyped, const struct manifest_object *object,
		       const struct record *record, struct failure *failure)
{
	uint32_t done = 0;

	do {
		uint32_t left = object->count - done;
		uint32_t count = left < RETYPE_COUNT_MAX ? left : RETYPE_COUNT_MAX;

		if (!step_done(untyped_retype(untyped, (enum object_type)object->type,
					      object->size_bits, ROOT_SLOT_CNODE,
					      object->slot + done, count, 0),
			       record, "retype", failure))
			return false;
		done += count;
	} while (done < object->count);
	return true;
}

bool step_object(const struct description *d, uint32_t index, struct failure *failure)
{
	const struct manifest_object *object = &d->objects[index];
	const struct record record = { "object", index, object_type_name(object->type) };

	switch (object->group) {
	case GROUP_IMAGE:
		return frames_at(object, UNTYPED_IMAGE, &record, failure);
	case GROUP_DEVICE:
		return frames_at(object, UNTYPED_DEVICE, &record, failure);
	case GROUP_IRQ:
		if (object->argument > UINT32_MAX)
			return step_failed(failure, "object %u: interrupt 0x%lx cannot be", index,
					   (unsigned long)object->argument);
		return step_done(irq_control_get(ROOT_SLOT_IRQ_CONTROL, (uint32_t)object->argument,
						 object->size_bits, ROOT_SLOT_CNODE, object->slot),
				 &record, "irq_control.get", failure);
	default:
		if (object->group >= d->head->groups.count)
			return step_failed(failure, "object %u: its group is %u of %u", index,
					   object->group, d->head->groups.count);
		return objects_of(d->groups[object->group].slot, object, &record, failure);
	}
}
