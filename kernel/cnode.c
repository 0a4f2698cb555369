/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of CNodes, and how the arguments of invocations are looked up.
 *
 * Capabilities to CNodes and Untypeds stay in the CNode of who invokes (the root server's), so the end
 * of any other CNode never ends a further one, and recursion in slot_delete() has a bottom.
 */
#include <kernel_dispatch.h>

enum status invocation_slot_with(struct invocation *call, cap_t cap, enum object_type type,
				 uint8_t rights, struct slot **slot)
{
	struct slot *found = cnode_slot(call->cnode, cap);

	if (!found || found->type == OBJECT_NULL)
		return ERR_CAPABILITY;
	if (found->type != type)
		return ERR_TYPE;
	if ((found->rights & rights) != rights)
		return ERR_RIGHTS;
	*slot = found;
	return OK;
}

enum status invocation_slot(struct invocation *call, cap_t cap, enum object_type type,
			    struct slot **slot)
{
	return invocation_slot_with(call, cap, type, RIGHT_CONTROL, slot);
}

enum status invocation_destination(struct invocation *call, cap_t cap, uint32_t index,
				   struct slot **slot)
{
	struct slot *cnode;
	enum status status = invocation_slot(call, cap, OBJECT_CNODE, &cnode);

	if (status != OK)
		return status;
	*slot = cnode_slot(cnode_of(cnode), index);
	if (!*slot)
		return ERR_ARGUMENT;
	return (*slot)->type == OBJECT_NULL ? OK : ERR_OCCUPIED;
}

/* Whether `slot` is in the caller's own CNode, where alone a CNode's or Untyped's capability may be. */
static bool is_own(const struct invocation *call, const struct slot *slot)
{
	return slot >= call->cnode.slots && slot < call->cnode.slots + call->cnode.count;
}

static enum status cnode_source(struct invocation *call, uint32_t index, struct slot **slot)
{
	*slot = cnode_slot(cnode_of(call->slot), index);
	return *slot && (*slot)->type != OBJECT_NULL ? OK : ERR_CAPABILITY;
}

/* Source and destination of copy, mint and move. */
static enum status cnode_pair(struct invocation *call, uint32_t from, cap_t to, uint32_t to_slot,
			      struct slot **source, struct slot **destination)
{
	enum status status = cnode_source(call, from, source);

	if (status == OK)
		status = invocation_destination(call, to, to_slot, destination);
	if (status != OK)
		return status;
	if ((*source)->type & OBJECT_ENDING)
		return ERR_STATE;
	if (((*source)->type == OBJECT_CNODE || (*source)->type == OBJECT_UNTYPED) &&
	    !is_own(call, *destination))
		return ERR_ARGUMENT;
	return OK;
}

/*
 * Two watermarks over one memory would give it out twice; a table in two places would be read through one
 * address space after its frames were unmapped by way of the other.
 */
static bool is_single(const struct slot *slot)
{
	return slot->type == OBJECT_UNTYPED || slot->type == OBJECT_PAGE_TABLE;
}

static void derive_into(struct slot *source, struct slot *destination, uint8_t rights,
			uint64_t data)
{
	*destination = (struct slot){
		.type = source->type,
		.rights = rights,
		.size_bits = source->size_bits,
		.flags = source->flags & SLOT_MEMORY_FLAGS,
		.object = source->object,
		.data = data,
	};
	slot_derive(source, destination);
}

static bool has_badge(const struct slot *slot)
{
	return slot->type == OBJECT_ENDPOINT || slot->type == OBJECT_NOTIFICATION;
}

enum status cnode_copy(struct invocation *call, uint32_t slot, cap_t to, uint32_t to_slot)
{
	struct slot *source = NULL;
	struct slot *destination = NULL;
	enum status status = cnode_pair(call, slot, to, to_slot, &source, &destination);

	if (status != OK)
		return status;
	if (is_single(source))
		return ERR_TYPE;
	status = slot_can_derive(source);
	if (status != OK)
		return status;
	derive_into(source, destination, source->rights, has_badge(source) ? source->data : 0);
	return OK;
}

static enum status minted_badge(const struct slot *source, uint64_t badge, uint64_t *data)
{
	*data = badge;
	if (!has_badge(source))
		return badge ? ERR_ARGUMENT : OK;
	if (!source->data)
		return OK;
	if (!badge)
		*data = source->data;
	else if (source->type == OBJECT_ENDPOINT || (badge & ~source->data))
		return ERR_ARGUMENT;
	return OK;
}

enum status cnode_mint(struct invocation *call, uint32_t slot, cap_t to, uint32_t to_slot,
		       uint32_t rights, uint64_t badge)
{
	struct slot *source = NULL;
	struct slot *destination = NULL;
	enum status status = cnode_pair(call, slot, to, to_slot, &source, &destination);
	uint64_t data;

	if (status != OK)
		return status;
	if (is_single(source))
		return ERR_TYPE;
	if (rights & ~(uint32_t)RIGHTS_ALL)
		return ERR_ARGUMENT;
	if (rights & ~(uint32_t)source->rights)
		return ERR_RIGHTS;
	status = minted_badge(source, badge, &data);
	if (status == OK)
		status = slot_can_derive(source);
	if (status != OK)
		return status;
	derive_into(source, destination, (uint8_t)rights, data);
	return OK;
}

enum status cnode_move(struct invocation *call, uint32_t slot, cap_t to, uint32_t to_slot)
{
	struct slot *source = NULL;
	struct slot *destination = NULL;
	enum status status = cnode_pair(call, slot, to, to_slot, &source, &destination);

	if (status != OK)
		return status;
	*destination = *source;
	if (destination->prev)
		destination->prev->next = destination;
	if (destination->next)
		destination->next->prev = destination;
	list_init(&destination->mapped);
	if (!list_empty(&source->mapped)) {
		list_insert(&source->mapped, &destination->mapped);
		list_remove(&source->mapped);
	}
	*source = (struct slot){ .type = OBJECT_NULL };
	return OK;
}

enum status cnode_delete(struct invocation *call, uint32_t slot)
{
	struct slot *target = NULL;
	enum status status = cnode_source(call, slot, &target);

	if (status != OK)
		return status;
	if (slot_has_descendants(target))
		return ERR_DESCENDANTS;
	return slot_delete(target);
}

enum status cnode_revoke(struct invocation *call, uint32_t slot)
{
	struct slot *target = NULL;
	enum status status = cnode_source(call, slot, &target);

	return status == OK ? slot_revoke(target) : status;
}

enum status cnode_count(struct invocation *call, uint32_t first, uint32_t *slots, uint32_t *empty)
{
	struct cnode cnode = cnode_of(call->slot);
	uint32_t left = cnode.count - first;

	if (first >= cnode.count)
		return ERR_ARGUMENT;
	*slots = cnode.count;
	*empty = 0;
	for (uint32_t i = 0; i < left && i < CNODE_COUNT_MAX; i++)
		*empty += cnode.slots[first + i].type == OBJECT_NULL;
	return OK;
}
