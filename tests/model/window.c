/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windows of guests.
 */
#include "spec.h"

static struct spec_cap *held(struct spec_object *space, uint64_t window, enum spec_place place)
{
	return &space->cap[window * WINDOW_PLACES + place];
}

static void clear(struct spec_object *space, unsigned int window)
{
	spec_let_go(held(space, window, WINDOW_ENDPOINT));
	spec_let_go(held(space, window, WINDOW_DOORBELL));
	space->window[window].pages = 0;
	for (unsigned int i = 0; i < spec.entries; i++)
		if (spec.entry[i].kind == SPEC_WINDOW && spec.entry[i].space == space &&
		    spec.entry[i].window == window)
			spec.entry[i].kind = SPEC_NOTHING;
}

void spec_window_unbound(struct spec_object *space, unsigned int place)
{
	unsigned int window = place / WINDOW_PLACES;

	if (held(space, window, WINDOW_ENDPOINT)->type == OBJECT_NULL)
		clear(space, window);
}

/* An endpoint or a doorbell; 0: none. */
static enum status optional(const struct spec_call *call, uint64_t index, enum object_type type,
			    struct spec_cap **cap)
{
	enum status status;

	*cap = NULL;
	if (!index)
		return OK;
	status = spec_find(call, index, type, RIGHT_WRITE, cap);
	return status == OK ? spec_can_derive(*cap) : status;
}

/* Every page has its table, and nothing is there. */
static enum status check_page(const struct spec_object *space, uint64_t address)
{
	for (unsigned int level = 0; level < SPEC_LEAF; level++) {
		const struct spec_entry *entry = spec_entry_at(space, level, address);

		if (!entry)
			return ERR_TABLE;
		if (entry->kind != SPEC_TABLE)
			return ERR_OCCUPIED;
	}
	return spec_entry_at(space, SPEC_LEAF, address) ? ERR_OCCUPIED : OK;
}

static enum status check_place(const struct spec_object *space, uint64_t address, uint64_t pages)
{
	enum status status = OK;

	if (!pages || pages > WINDOW_PAGES_MAX || address % SPEC_PAGE ||
	    address > (1ULL << SPEC_SPACE_BITS) - pages * SPEC_PAGE)
		return ERR_ARGUMENT;
	for (uint64_t i = 0; i < pages && status == OK; i++)
		status = check_page(space, address + i * SPEC_PAGE);
	return status;
}

enum status spec_set_window(struct spec_call *call)
{
	struct spec_object *space = call->cap->object;
	uint64_t index = call->word[0], address = call->word[1], pages = call->word[2];
	uint64_t offset = call->word[5];
	struct spec_cap *endpoint, *doorbell = NULL;
	enum status status;

	if (index >= WINDOWS_MAX || (!call->word[3] && !call->word[4]))
		return ERR_ARGUMENT;
	if (call->word[4] ? offset / SPEC_PAGE >= pages : offset)
		return ERR_ARGUMENT;
	if (space->window[index].pages)
		return ERR_OCCUPIED;
	status = optional(call, call->word[3], OBJECT_ENDPOINT, &endpoint);
	if (status == OK)
		status = optional(call, call->word[4], OBJECT_NOTIFICATION, &doorbell);
	if (status == OK)
		status = check_place(space, address, pages);
	if (status != OK)
		return status;
	space->window[index] = (struct spec_window){
		.address = address,
		.pages = (uint32_t)pages,
		.doorbell_offset = (uint32_t)offset,
	};
	if (endpoint)
		spec_hold(endpoint, space, (unsigned int)index * WINDOW_PLACES + WINDOW_ENDPOINT);
	if (doorbell)
		spec_hold(doorbell, space, (unsigned int)index * WINDOW_PLACES + WINDOW_DOORBELL);
	for (uint64_t i = 0; i < pages; i++) {
		struct spec_entry *entry =
			spec_entry_new(space, SPEC_LEAF, address + i * SPEC_PAGE);

		entry->kind = SPEC_WINDOW;
		entry->window = (uint32_t)index;
	}
	return OK;
}

enum status spec_clear_window(struct spec_call *call)
{
	struct spec_object *space = call->cap->object;
	uint64_t index = call->word[0];

	if (index >= WINDOWS_MAX)
		return ERR_ARGUMENT;
	if (!space->window[index].pages)
		return ERR_STATE;
	clear(space, (unsigned int)index);
	return OK;
}
