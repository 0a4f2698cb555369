/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capabilities: who was derived from whom, and what ends with what.
 */
#include "spec.h"

struct spec spec;

void spec_start(const struct spec_layout *layout)
{
	for (unsigned int i = 0; i < spec.objects; i++)
		spec.object[i] = (struct spec_object){ .type = OBJECT_NULL };
	for (unsigned int i = 0; i < spec.caps; i++)
		spec.cap[i] = (struct spec_cap){ .type = OBJECT_NULL };
	for (unsigned int i = 0; i < spec.entries; i++)
		spec.entry[i] = (struct spec_entry){ .kind = SPEC_NOTHING };
	for (unsigned int i = 0; i < SPEC_IRQS; i++) {
		spec.edge[i] = false;
		spec.latch[i] = false;
	}
	spec.objects = 0;
	spec.caps = 0;
	spec.entries = 0;
	spec.now = 0;
	spec.layout = *layout;
}

/* A place for `count` capabilities that no object has. */
static struct spec_cap *place_for(unsigned int count)
{
	unsigned int first = 0;

	for (unsigned int i = 0; i < spec.objects; i++) {
		const struct spec_object *object = &spec.object[i];
		unsigned int at = object->cap ? (unsigned int)(object->cap - spec.cap) : 0;

		if (object->type == OBJECT_NULL || at >= first + count ||
		    at + object->cap_count <= first)
			continue;
		first = at + object->cap_count;
		i = -1U;
	}
	if (first + count > SPEC_CAPS)
		__builtin_trap();
	if (spec.caps < first + count)
		spec.caps = first + count;
	return &spec.cap[first];
}

struct spec_object *spec_new(enum object_type type, uint64_t address, unsigned int caps)
{
	unsigned int i = 0;
	struct spec_cap *place = caps ? place_for(caps) : NULL;

	while (spec.object[i].type != OBJECT_NULL)
		if (++i == SPEC_OBJECTS)
			__builtin_trap();
	if (spec.objects <= i)
		spec.objects = i + 1;
	spec.object[i] = (struct spec_object){
		.type = type,
		.address = address,
		.cap = place,
		.cap_count = caps,
		.deadline = DEADLINE_NEVER,
	};
	return &spec.object[i];
}

struct spec_object *spec_boot(struct spec_cap *slot, enum object_type type, uint64_t address,
			      uint32_t bits, uint32_t memory)
{
	static const unsigned int places[OBJECT_TYPES] = {
		[OBJECT_THREAD] = THREAD_FAULT + 1,
		[OBJECT_VCPU] = VCPU_UPDATE + 1,
		[OBJECT_SCHED_CONTEXT] = TIME_BOUND + 1,
		[OBJECT_NOTIFICATION] = NOTIFICATION_BOUND + 1,
		[OBJECT_IRQ_HANDLER] = IRQ_TARGET + 1,
		[OBJECT_GUEST_SPACE] = WINDOWS_MAX * WINDOW_PLACES,
	};
	struct spec_cap *parent = slot->parent;
	uint64_t born = slot->born;

	*slot = (struct spec_cap){
		.type = type,
		.rights = RIGHTS_ALL,
		.bits = bits,
		.memory = memory,
		.original = true,
		.parent = parent,
		.born = born,
	};
	if (type == OBJECT_UNTYPED || type == OBJECT_FRAME) {
		slot->address = address;
		return NULL;
	}
	slot->object = spec_new(type, address, type == OBJECT_CNODE ? 1U << bits : places[type]);
	return slot->object;
}

struct spec_cap *spec_slot(const struct spec_object *cnode, uint64_t index)
{
	return cnode && index < cnode->cap_count ? &cnode->cap[index] : NULL;
}

unsigned int spec_depth(const struct spec_cap *cap)
{
	return cap->parent ? spec_depth(cap->parent) + 1 : 0;
}

enum status spec_can_derive(const struct spec_cap *parent)
{
	return spec_depth(parent) < DERIVATION_DEPTH_MAX ? OK : ERR_DEPTH;
}

void spec_derive(struct spec_cap *parent, struct spec_cap *child)
{
	child->parent = parent;
	child->born = ++spec.events;
}

/* The youngest child, or NULL. */
static struct spec_cap *child_of(const struct spec_cap *cap)
{
	struct spec_cap *youngest = NULL;

	for (unsigned int i = 0; i < spec.caps; i++)
		if (spec.cap[i].type != OBJECT_NULL && spec.cap[i].parent == cap &&
		    (!youngest || spec.cap[i].born > youngest->born))
			youngest = &spec.cap[i];
	return youngest;
}

bool spec_has_children(const struct spec_cap *cap)
{
	return child_of(cap);
}

void spec_hold(struct spec_cap *source, struct spec_object *holder, unsigned int place)
{
	holder->cap[place] = (struct spec_cap){
		.type = source->type,
		.rights = source->rights,
		.badge = source->badge,
		.object = source->object,
		.holder = holder,
	};
	spec_derive(source, &holder->cap[place]);
}

void spec_let_go(struct spec_cap *held)
{
	*held = (struct spec_cap){ .type = OBJECT_NULL };
}

/* All that is in a CNode ends with it. */
static void cnode_end(struct spec_object *cnode)
{
	for (unsigned int i = 0; i < cnode->cap_count; i++) {
		if (cnode->cap[i].type == OBJECT_NULL)
			continue;
		spec_revoke(&cnode->cap[i]);
		spec_delete(&cnode->cap[i]);
	}
}

static void vcpu_halt(struct spec_object *vcpu)
{
	vcpu->events = 0;
}

static void object_end(struct spec_object *object)
{
	switch (object->type) {
	case OBJECT_CNODE:
		cnode_end(object);
		break;
	case OBJECT_THREAD:
		spec_stop(object);
		if (object->serves)
			object->serves->serves = NULL;
		break;
	case OBJECT_SCHED_CONTEXT:
		spec_let_go(&object->cap[TIME_BOUND]);
		spec_time_unbound(object);
		break;
	case OBJECT_ENDPOINT:
		spec_endpoint_end(object);
		break;
	case OBJECT_NOTIFICATION:
		spec_notification_end(object);
		break;
	case OBJECT_ADDRESS_SPACE:
	case OBJECT_GUEST_SPACE:
		spec_space_end(object);
		break;
	case OBJECT_IRQ_HANDLER:
		spec_irq_end(object);
		break;
	default:
		break;
	}
	for (unsigned int i = 0; i < object->cap_count; i++)
		spec_let_go(&object->cap[i]);
	object->type = OBJECT_NULL;
}

/* What an object held is gone: it cannot do without, or can. */
static void lost(struct spec_object *holder, unsigned int place)
{
	switch (holder->type) {
	case OBJECT_THREAD:
		if (place != THREAD_FAULT)
			spec_stop(holder);
		break;
	case OBJECT_VCPU:
		vcpu_halt(holder);
		spec_let_go(&holder->cap[place == VCPU_SPACE ? VCPU_ENDPOINT : VCPU_SPACE]);
		break;
	case OBJECT_SCHED_CONTEXT:
		spec_time_unbound(holder);
		break;
	case OBJECT_NOTIFICATION:
		spec_unbound(holder);
		break;
	case OBJECT_GUEST_SPACE:
		spec_window_unbound(holder, place);
		break;
	default:
		break;
	}
}

void spec_delete(struct spec_cap *cap)
{
	struct spec_object *holder = cap->holder;

	if (holder) {
		spec_let_go(cap);
		lost(holder, (unsigned int)(cap - holder->cap));
		return;
	}
	if (cap->type == OBJECT_FRAME || cap->type == OBJECT_PAGE_TABLE)
		spec_unmap_cap(cap);
	if (cap->original && cap->object)
		object_end(cap->object);
	*cap = (struct spec_cap){ .type = OBJECT_NULL };
}

void spec_revoke(struct spec_cap *cap)
{
	struct spec_cap *child;

	while ((child = child_of(cap))) {
		spec_revoke(child);
		spec_delete(child);
	}
	cap->used = 0;
}
