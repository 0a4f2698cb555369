/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces: what is mapped where. The translation has three levels, of 1 GiB, 2 MiB and 4 KiB an entry.
 */
#include "spec.h"

static uint64_t bytes_at(unsigned int level)
{
	return 1ULL << (30 - 9 * level);
}

struct spec_entry *spec_entry_at(const struct spec_object *space, unsigned int level,
				 uint64_t address)
{
	for (unsigned int i = 0; i < spec.entries; i++) {
		struct spec_entry *entry = &spec.entry[i];

		if (entry->kind != SPEC_NOTHING && entry->space == space && entry->level == level &&
		    entry->address / bytes_at(level) == address / bytes_at(level))
			return entry;
	}
	return NULL;
}

struct spec_entry *spec_entry_new(struct spec_object *space, unsigned int level, uint64_t address)
{
	unsigned int i = 0;

	while (spec.entry[i].kind != SPEC_NOTHING)
		if (++i == SPEC_ENTRIES)
			__builtin_trap();
	if (spec.entries <= i)
		spec.entries = i + 1;
	spec.entry[i] = (struct spec_entry){
		.space = space,
		.level = level,
		.address = address / bytes_at(level) * bytes_at(level),
	};
	return &spec.entry[i];
}

/* Down the tables to the entry of `level`, or the first above it that is no table; NULL there: nothing. */
static struct spec_entry *walk(const struct spec_object *space, uint64_t address,
			       unsigned int level, unsigned int *reached)
{
	struct spec_entry *entry = spec_entry_at(space, 0, address);

	for (*reached = 0; *reached < level && entry && entry->kind == SPEC_TABLE;)
		entry = spec_entry_at(space, ++*reached, address);
	return entry;
}

static unsigned int level_of(const struct spec_cap *frame)
{
	return (30 - frame->bits) / 9;
}

/*
 * The entry of a Frame or PageTable. One that lost its entry with a table is mapped no more. Of two capabilities to one frame,
 * who was mapped in the place where the other is now counts as mapped, too: nothing tells them apart.
 */
static struct spec_entry *entry_of(struct spec_cap *cap)
{
	for (unsigned int i = 0; cap->space && i < spec.entries; i++) {
		struct spec_entry *entry = &spec.entry[i];

		if (entry->space != cap->space || entry->address != cap->mapped)
			continue;
		if (entry->kind == SPEC_TABLE && cap->type == OBJECT_PAGE_TABLE &&
		    entry->table == cap->object)
			return entry;
		if (entry->kind == SPEC_FRAME && cap->type == OBJECT_FRAME &&
		    entry->physical == cap->address && entry->level == level_of(cap))
			return entry;
	}
	cap->space = NULL;
	return NULL;
}

/* With a table goes what is below it. */
void spec_unmap_cap(struct spec_cap *cap)
{
	struct spec_entry *top = entry_of(cap);
	struct spec_entry gone;

	if (!top)
		return;
	gone = *top;
	for (unsigned int i = 0; i < spec.entries; i++) {
		struct spec_entry *entry = &spec.entry[i];

		if (entry->space == gone.space && entry->level >= gone.level &&
		    entry->address / bytes_at(gone.level) == gone.address / bytes_at(gone.level))
			entry->kind = SPEC_NOTHING;
	}
	cap->space = NULL;
}

void spec_space_end(struct spec_object *space)
{
	for (unsigned int i = 0; i < spec.entries; i++)
		if (spec.entry[i].space == space)
			spec.entry[i].kind = SPEC_NOTHING;
	for (unsigned int i = 0; i < spec.caps; i++)
		if (spec.cap[i].space == space)
			spec.cap[i].space = NULL;
}

static bool is_outside(const struct spec_object *space, uint64_t address)
{
	return address >>
	       (space->type == OBJECT_ADDRESS_SPACE ? spec.layout.process_bits : SPEC_SPACE_BITS);
}

static enum status check_frame(const struct spec_object *space, const struct spec_cap *frame,
			       uint64_t address, uint64_t rights, enum memory_type type)
{
	if (is_outside(space, address) || address % (1ULL << frame->bits))
		return ERR_ARGUMENT;
	if (rights & ~(uint64_t)(RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE))
		return ERR_ARGUMENT;
	if (space->type == OBJECT_ADDRESS_SPACE && (rights & RIGHT_WRITE) &&
	    (rights & RIGHT_EXECUTE))
		return ERR_ARGUMENT;
	if ((frame->memory & UNTYPED_DEVICE) && (type != MEMORY_DEVICE || (rights & RIGHT_EXECUTE)))
		return ERR_ARGUMENT;
	return rights & ~(uint64_t)frame->rights ? ERR_RIGHTS : OK;
}

static enum status map_frame(struct spec_object *space, struct spec_cap *frame, uint64_t address,
			     uint64_t rights, enum memory_type type)
{
	unsigned int level = level_of(frame), reached;
	struct spec_entry *entry;
	enum status status;

	if (entry_of(frame))
		return ERR_OCCUPIED;
	rights |= RIGHT_READ;
	status = check_frame(space, frame, address, rights, type);
	if (status != OK)
		return status;
	if (walk(space, address, level, &reached))
		return ERR_OCCUPIED;
	if (reached != level)
		return ERR_TABLE;
	entry = spec_entry_new(space, level, address);
	entry->kind = SPEC_FRAME;
	entry->physical = frame->address;
	entry->rights = (uint32_t)rights;
	entry->type = type;
	frame->space = space;
	frame->mapped = entry->address;
	return OK;
}

/* Of a process or of a guest. */
static enum status find_space(const struct spec_call *call, struct spec_object **space)
{
	struct spec_cap *cap;
	enum status status =
		spec_find(call, call->word[0], OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &cap);

	if (status == ERR_TYPE)
		status = spec_find(call, call->word[0], OBJECT_GUEST_SPACE, RIGHT_CONTROL, &cap);
	if (status == OK)
		*space = cap->object;
	return status;
}

enum status spec_frame_map(struct spec_call *call)
{
	struct spec_object *space = NULL;
	enum status status = find_space(call, &space);

	return status == OK ? map_frame(space, call->cap, call->word[1], call->word[2],
					(enum memory_type)call->word[3]) :
			      status;
}

enum status spec_table_map(struct spec_call *call)
{
	uint64_t address = call->word[1];
	struct spec_object *space = NULL;
	enum status status = find_space(call, &space);
	unsigned int reached;
	struct spec_entry *entry;

	if (status != OK)
		return status;
	if (entry_of(call->cap))
		return ERR_OCCUPIED;
	if (is_outside(space, address))
		return ERR_ARGUMENT;
	if (walk(space, address, SPEC_LEAF, &reached) || reached == SPEC_LEAF)
		return ERR_OCCUPIED;
	entry = spec_entry_new(space, reached, address);
	entry->kind = SPEC_TABLE;
	entry->table = call->cap->object;
	call->cap->space = space;
	call->cap->mapped = entry->address;
	return OK;
}

enum status spec_unmap(struct spec_call *call)
{
	if (!entry_of(call->cap))
		return ERR_STATE;
	spec_unmap_cap(call->cap);
	return OK;
}

enum status spec_frame_address(struct spec_call *call)
{
	call->word[0] = call->cap->address;
	return OK;
}

/* The two pages are frames that the VCpu has itself, derived from the capability that they were mapped with. */
static void make_page(struct spec_call *call, struct spec_cap *vcpu, enum spec_place place)
{
	struct spec_cap *page = &vcpu->object->cap[place];

	*page = (struct spec_cap){
		.type = OBJECT_FRAME,
		.rights = RIGHTS_ALL,
		.bits = 12,
		.address = vcpu->object->address + (place == VCPU_PAGE ? SPEC_PAGE : 2 * SPEC_PAGE),
	};
	spec_derive(vcpu, page);
	(void)call;
}

enum status spec_map_vcpu(struct spec_call *call)
{
	struct spec_object *space = call->cap->object;
	struct spec_cap *vcpu, *page, *update;
	enum status status = spec_find(call, call->word[0], OBJECT_VCPU, RIGHT_CONTROL, &vcpu);

	if (status == OK)
		status = spec_can_derive(vcpu);
	if (status != OK)
		return status;
	page = &vcpu->object->cap[VCPU_PAGE];
	update = &vcpu->object->cap[VCPU_UPDATE];
	if (page->type != OBJECT_NULL && (entry_of(page) || entry_of(update)))
		return ERR_OCCUPIED;
	make_page(call, vcpu, VCPU_PAGE);
	make_page(call, vcpu, VCPU_UPDATE);
	status = map_frame(space, page, call->word[1], RIGHT_READ, MEMORY_NORMAL);
	if (status == OK)
		status = map_frame(space, update, call->word[1] + SPEC_PAGE,
				   RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL);
	if (status != OK) {
		spec_delete(update);
		spec_delete(page);
	}
	return status;
}
