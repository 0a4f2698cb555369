/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of Untypeds.
 */
#include "spec.h"

/* log2 of an object's bytes; 0: there is no such object. */
static uint32_t bytes_of(uint64_t type, uint64_t size_bits)
{
	static const uint32_t fixed[OBJECT_TYPES] = {
		[OBJECT_THREAD] = BITS_THREAD,
		[OBJECT_VCPU] = BITS_VCPU,
		[OBJECT_SCHED_CONTEXT] = BITS_SCHED_CONTEXT,
		[OBJECT_ENDPOINT] = BITS_ENDPOINT,
		[OBJECT_NOTIFICATION] = BITS_NOTIFICATION,
		[OBJECT_PAGE_TABLE] = BITS_PAGE_TABLE,
		[OBJECT_ADDRESS_SPACE] = BITS_ADDRESS_SPACE,
		[OBJECT_GUEST_SPACE] = BITS_GUEST_SPACE,
	};

	if (type >= OBJECT_TYPES)
		return 0;
	switch (type) {
	case OBJECT_UNTYPED:
		return size_bits >= 12 && size_bits <= 47 ? (uint32_t)size_bits : 0;
	case OBJECT_FRAME:
		return size_bits == 12 || size_bits == 21 || size_bits == 30 ? (uint32_t)size_bits :
									       0;
	case OBJECT_CNODE:
		return size_bits >= 2 && size_bits <= 16 ? (uint32_t)size_bits + BITS_SLOT : 0;
	default:
		return size_bits ? 0 : fixed[type];
	}
}

static enum status destinations(const struct spec_call *call, struct spec_object **cnode)
{
	uint64_t slot = call->word[3], count = call->word[4];
	struct spec_cap *found;
	enum status status = spec_find(call, call->word[2], OBJECT_CNODE, RIGHT_CONTROL, &found);

	if (status != OK)
		return status;
	*cnode = found->object;
	if (!count || count > RETYPE_COUNT_MAX || slot + count > (*cnode)->cap_count)
		return ERR_ARGUMENT;
	for (uint64_t i = slot; i < slot + count; i++)
		if ((*cnode)->cap[i].type != OBJECT_NULL)
			return ERR_OCCUPIED;
	return OK;
}

/* Where in the Untyped the first object begins. */
static enum status begin(const struct spec_call *call, uint32_t bits, uint64_t *start)
{
	const struct spec_cap *untyped = call->cap;
	uint64_t size = 1ULL << bits, offset = call->word[5];
	uint64_t all = 1ULL << untyped->bits;

	if (untyped->memory) {
		if (offset % size || offset >= all)
			return ERR_ARGUMENT;
		*start = offset;
	} else {
		if (offset)
			return ERR_ARGUMENT;
		*start = (untyped->used + size - 1) / size * size;
	}
	return *start <= all && call->word[4] <= (all - *start) / size ? OK : ERR_MEMORY;
}

enum status spec_retype(struct spec_call *call)
{
	struct spec_cap *untyped = call->cap;
	enum object_type type = (enum object_type)call->word[0];
	uint32_t size_bits = (uint32_t)call->word[1];
	uint64_t count = call->word[4];
	uint32_t bits = bytes_of(call->word[0], call->word[1]);
	struct spec_object *cnode = NULL;
	uint64_t start = 0;
	enum status status;

	if (!bits)
		return ERR_ARGUMENT;
	if (untyped->memory && type != OBJECT_FRAME && type != OBJECT_UNTYPED)
		return ERR_ARGUMENT;
	status = destinations(call, &cnode);
	if (status != OK)
		return status;
	if ((type == OBJECT_CNODE || type == OBJECT_UNTYPED) &&
	    cnode != call->thread->cap[THREAD_CNODE].object)
		return ERR_ARGUMENT;
	status = begin(call, bits, &start);
	if (status == OK)
		status = spec_can_derive(untyped);
	call->outside = type == OBJECT_CNODE && 1ULL << size_bits > SPEC_CNODE_MAX;
	if (status != OK || call->outside)
		return status;
	if (!untyped->memory)
		untyped->used = start + (count << bits);
	for (uint64_t i = 0; i < count; i++) {
		struct spec_cap *slot = &cnode->cap[call->word[3] + i];

		spec_derive(untyped, slot);
		spec_boot(slot, type, untyped->address + start + (i << bits),
			  type == OBJECT_CNODE || type == OBJECT_UNTYPED || type == OBJECT_FRAME ?
				  size_bits :
				  0,
			  untyped->memory);
	}
	return OK;
}

enum status spec_describe(struct spec_call *call)
{
	call->word[0] = call->cap->address;
	call->word[1] = call->cap->bits;
	call->word[2] = call->cap->memory;
	call->word[3] = call->cap->used;
	return OK;
}
