/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of CNodes.
 */
#include "spec.h"

enum status spec_find(const struct spec_call *call, uint64_t index, enum object_type type,
		      uint32_t rights, struct spec_cap **cap)
{
	struct spec_cap *found = spec_slot(call->thread->cap[THREAD_CNODE].object, index);

	if (!found || found->type == OBJECT_NULL)
		return ERR_CAPABILITY;
	if (found->type != type)
		return ERR_TYPE;
	if ((found->rights & rights) != rights)
		return ERR_RIGHTS;
	*cap = found;
	return OK;
}

enum status spec_find_empty(const struct spec_call *call, uint64_t cnode, uint64_t index,
			    struct spec_cap **slot)
{
	struct spec_cap *found;
	enum status status = spec_find(call, cnode, OBJECT_CNODE, RIGHT_CONTROL, &found);

	if (status != OK)
		return status;
	*slot = spec_slot(found->object, index);
	if (!*slot)
		return ERR_ARGUMENT;
	return (*slot)->type == OBJECT_NULL ? OK : ERR_OCCUPIED;
}

/* The first argument is a slot of the CNode that is invoked. */
static enum status source(const struct spec_call *call, struct spec_cap **from)
{
	*from = spec_slot(call->cap->object, call->word[0]);
	return *from && (*from)->type != OBJECT_NULL ? OK : ERR_CAPABILITY;
}

/* Capabilities to CNodes and Untypeds stay in the CNode of who calls. */
static enum status source_and_destination(const struct spec_call *call, struct spec_cap **from,
					  struct spec_cap **to)
{
	const struct spec_object *own = call->thread->cap[THREAD_CNODE].object;
	enum status status = source(call, from);

	if (status == OK)
		status = spec_find_empty(call, call->word[1], call->word[2], to);
	if (status != OK)
		return status;
	if (((*from)->type == OBJECT_CNODE || (*from)->type == OBJECT_UNTYPED) &&
	    (*to < own->cap || *to >= own->cap + own->cap_count))
		return ERR_ARGUMENT;
	return OK;
}

static void derive(struct spec_cap *from, struct spec_cap *to, uint32_t rights, uint64_t badge)
{
	*to = (struct spec_cap){
		.type = from->type,
		.rights = rights,
		.bits = from->bits,
		.memory = from->memory,
		.badge = badge,
		.address = from->address,
		.object = from->object,
	};
	spec_derive(from, to);
}

/* There is one capability to it, ever. */
static bool is_single(const struct spec_cap *cap)
{
	return cap->type == OBJECT_UNTYPED || cap->type == OBJECT_PAGE_TABLE;
}

enum status spec_copy(struct spec_call *call)
{
	struct spec_cap *from, *to;
	enum status status = source_and_destination(call, &from, &to);

	if (status != OK)
		return status;
	if (is_single(from))
		return ERR_TYPE;
	status = spec_can_derive(from);
	if (status == OK)
		derive(from, to, from->rights, from->badge);
	return status;
}

/* An endpoint's badge is given once; a notification's can lose bits. */
static enum status mint_badge(const struct spec_cap *from, uint64_t wish, uint64_t *badge)
{
	*badge = wish ? wish : from->badge;
	if (!wish)
		return OK;
	switch (from->type) {
	case OBJECT_ENDPOINT:
		return from->badge ? ERR_ARGUMENT : OK;
	case OBJECT_NOTIFICATION:
		return from->badge && (wish & ~from->badge) ? ERR_ARGUMENT : OK;
	default:
		return ERR_ARGUMENT;
	}
}

enum status spec_mint(struct spec_call *call)
{
	struct spec_cap *from, *to;
	enum status status = source_and_destination(call, &from, &to);
	uint32_t rights = (uint32_t)call->word[3];
	uint64_t badge;

	if (status != OK)
		return status;
	if (is_single(from))
		return ERR_TYPE;
	if (rights > RIGHTS_ALL)
		return ERR_ARGUMENT;
	if (rights & ~from->rights)
		return ERR_RIGHTS;
	status = mint_badge(from, call->word[4], &badge);
	if (status == OK)
		status = spec_can_derive(from);
	if (status == OK)
		derive(from, to, rights, badge);
	return status;
}

enum status spec_move(struct spec_call *call)
{
	struct spec_cap *from, *to;
	enum status status = source_and_destination(call, &from, &to);

	if (status != OK)
		return status;
	*to = *from;
	*from = (struct spec_cap){ .type = OBJECT_NULL };
	for (unsigned int i = 0; i < spec.caps; i++)
		if (spec.cap[i].parent == from)
			spec.cap[i].parent = to;
	return OK;
}

enum status spec_cnode_delete(struct spec_call *call)
{
	struct spec_cap *cap;
	enum status status = source(call, &cap);

	if (status != OK)
		return status;
	if (spec_has_children(cap))
		return ERR_DESCENDANTS;
	spec_delete(cap);
	return OK;
}

enum status spec_cnode_revoke(struct spec_call *call)
{
	struct spec_cap *cap;
	enum status status = source(call, &cap);

	if (status == OK)
		spec_revoke(cap);
	return status;
}

enum status spec_count(struct spec_call *call)
{
	const struct spec_object *cnode = call->cap->object;
	uint64_t first = call->word[0];
	unsigned int empty = 0;

	if (first >= cnode->cap_count)
		return ERR_ARGUMENT;
	for (uint64_t i = first; i < cnode->cap_count && i < first + CNODE_COUNT_MAX; i++)
		empty += cnode->cap[i].type == OBJECT_NULL;
	call->word[0] = cnode->cap_count;
	call->word[1] = empty;
	return OK;
}
