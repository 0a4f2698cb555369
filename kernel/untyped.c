/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untyped memory: retype is the only allocator there is.
 */
#include <arch/irq.h>
#include <arch/mmu.h>
#include <kernel_dispatch.h>
#include <object.h>

static bool keeps_contents(const struct slot *slot)
{
	return slot->flags & (UNTYPED_DEVICE | UNTYPED_IMAGE);
}

/* Where `count` objects of 2^bits bytes would begin, relative to the Untyped. */
static enum status place(const struct slot *untyped, uint8_t bits, uint32_t count, uint64_t offset,
			 uint64_t *start)
{
	uint64_t size = BIT(untyped->size_bits);

	if (keeps_contents(untyped)) {
		if (!aligned(offset, BIT(bits)) || offset >= size)
			return ERR_ARGUMENT;
		*start = offset;
	} else {
		if (offset)
			return ERR_ARGUMENT;
		*start = align_up(untyped->data, BIT(bits));
	}
	/* count fits 32 bits and bits is below 48: compare without a product that could wrap. */
	if (*start > size || count > (size - *start) >> bits)
		return ERR_MEMORY;
	return OK;
}

static enum status check_destinations(struct invocation *call, cap_t cnode, uint32_t slot,
				      uint32_t count, struct cnode *to)
{
	struct slot *holder = NULL;
	enum status status = invocation_slot(call, cnode, OBJECT_CNODE, &holder);

	if (status != OK)
		return status;
	*to = cnode_of(holder);
	if (count == 0 || count > RETYPE_COUNT_MAX || slot >= to->count || count > to->count - slot)
		return ERR_ARGUMENT;
	for (uint32_t i = 0; i < count; i++)
		if (to->slots[slot + i].type != OBJECT_NULL)
			return ERR_OCCUPIED;
	return OK;
}

/* What one step zeroes. */
#define ZERO_STEP PAGE_SIZE

/*
 * Zero what is to be given out, up to `end`. What is done of it is noted, for this call when it comes again or for another: each
 * gets what is zero from there. What is passed over to align the objects is not, so it is given up first.
 */
static enum status zero(struct slot *untyped, uint64_t start, uint64_t end)
{
	char *memory = phys_to_virt(untyped->object);

	untyped->data = start;
	if (untyped->zeroed < start)
		untyped->zeroed = start;
	while (untyped->zeroed < end) {
		uint64_t left = end - untyped->zeroed;
		uint64_t size = left < ZERO_STEP ? left : ZERO_STEP;

		arch_memory_zero(memory + untyped->zeroed, size);
		untyped->zeroed += size;
		if (arch_irq_pending())
			return STATUS_AGAIN;
	}
	return OK;
}

enum status untyped_retype(struct invocation *call, enum object_type type, uint32_t size_bits,
			   cap_t cnode, uint32_t slot, uint32_t count, uint64_t offset)
{
	struct slot *untyped = call->slot;
	uint8_t bits = object_bits(type, size_bits);
	struct cnode to = { NULL, 0 };
	struct slot *first;
	uint64_t start = 0;
	uint64_t end;
	enum status status;

	if (!bits)
		return ERR_ARGUMENT;
	if (keeps_contents(untyped) && type != OBJECT_FRAME && type != OBJECT_UNTYPED)
		return ERR_ARGUMENT;
	status = check_destinations(call, cnode, slot, count, &to);
	if (status != OK)
		return status;
	if ((type == OBJECT_CNODE || type == OBJECT_UNTYPED) && to.slots != call->cnode.slots)
		return ERR_ARGUMENT;
	status = place(untyped, bits, count, offset, &start);
	if (status == OK)
		status = slot_can_derive(untyped);
	if (status != OK)
		return status;

	end = start + ((uint64_t)count << bits);
	if (!keeps_contents(untyped)) {
		/* An Untyped is zeroed when it is retyped itself. */
		if (type != OBJECT_UNTYPED && zero(untyped, start, end) != OK)
			return STATUS_AGAIN;
		untyped->data = end;
	}
	first = &to.slots[slot];
	for (uint32_t i = 0; i < count; i++) {
		first[i] = (struct slot){
			.type = (uint8_t)type,
			.rights = RIGHTS_ALL,
			.size_bits = (uint8_t)size_bits,
			.flags = SLOT_ORIGINAL | (untyped->flags & SLOT_MEMORY_FLAGS),
		};
		slot_derive(untyped, &first[i]);
		object_create(&first[i], untyped->object + start + ((uint64_t)i << bits));
	}
	return OK;
}

enum status untyped_describe(struct invocation *call, uint64_t *address, uint32_t *size_bits,
			     uint32_t *flags, uint64_t *used)
{
	*address = call->slot->object;
	*size_bits = call->slot->size_bits;
	*flags = call->slot->flags & SLOT_MEMORY_FLAGS;
	*used = call->slot->data;
	return OK;
}
