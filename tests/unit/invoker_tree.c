/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker: the kernel's state is the specification's. The derivation tree, and what is mapped.
 */
#include "invoker.h"

#include <address_space.h>
#include <notification.h>
#include <thread.h>
#include <vcpu.h>
#include <window.h>

#include <idl/kernel_names.h>

/* The kernel's slots that were found, and what they are in the specification. */
#define BUCKETS 2048

static struct {
	const struct slot *slot;
	const struct spec_cap *cap;
	unsigned int round;
} buckets[BUCKETS];
static unsigned int this_round;

static unsigned int bucket_of(const struct slot *slot)
{
	unsigned int i = (unsigned int)((uintptr_t)slot / sizeof(uint64_t) * 2654435761U) % BUCKETS;

	while (buckets[i].round == this_round && buckets[i].slot != slot)
		i = (i + 1) % BUCKETS;
	return i;
}

static void remember(const struct slot *slot, const struct spec_cap *cap)
{
	unsigned int i = bucket_of(slot);

	buckets[i].slot = slot;
	buckets[i].cap = cap;
	buckets[i].round = this_round;
}

static const struct spec_cap *recall(const struct slot *slot)
{
	unsigned int i = bucket_of(slot);

	return buckets[i].round == this_round ? buckets[i].cap : NULL;
}

/* Where an object of the kernel's has a capability that it holds. */
static struct slot *held_slot(const struct spec_object *holder, unsigned int place)
{
	void *object = invoker_object(holder);
	struct thread *thread = object;
	struct vcpu *vcpu = object;
	struct slot *const in_thread[] = { &thread->cnode_binding, &thread->space_binding,
					   &thread->fault_binding };
	struct slot *const in_vcpu[] = { &vcpu->space, &vcpu->endpoint, &vcpu->page_frame,
					 &vcpu->update_frame };
	struct window *window;

	switch (holder->type) {
	case OBJECT_THREAD:
		return in_thread[place];
	case OBJECT_VCPU:
		return in_vcpu[place];
	case OBJECT_SCHED_CONTEXT:
		return &((struct sched_context *)object)->bound;
	case OBJECT_NOTIFICATION:
		return &((struct notification *)object)->bound;
	default:
		window = &((struct address_space *)object)->windows[place / WINDOW_PLACES];
		return place % WINDOW_PLACES == WINDOW_ENDPOINT ? &window->endpoint :
								  &window->doorbell;
	}
}

static void compare_cap(const struct spec_cap *cap, const struct slot *slot, unsigned int index)
{
	bool has_badge = cap->type == OBJECT_ENDPOINT || cap->type == OBJECT_NOTIFICATION;
	uint64_t object = cap->address;

	if (slot->type != cap->type)
		invoker_differ("slot %u is %s, not %s", index, object_type_name(slot->type),
			       object_type_name(cap->type));
	if (cap->type == OBJECT_NULL)
		return;
	if (cap->object)
		object = cap->type == OBJECT_IRQ_HANDLER || !cap->object->address ?
				 cap->object->address :
				 (uint64_t)invoker_object(cap->object);
	if (slot->rights != cap->rights || slot->object != object)
		invoker_differ("slot %u: rights %#x for %#x, or another object", index,
			       slot->rights, cap->rights);
	if (has_badge && slot->data != cap->badge)
		invoker_differ("slot %u: badge %#lx, not %#lx", index, slot->data, cap->badge);
	if (cap->type == OBJECT_UNTYPED && slot->data != cap->used)
		invoker_differ("slot %u: %#lx bytes are used, not %#lx", index, slot->data,
			       cap->used);
	if (!cap->holder &&
	    (slot->size_bits != cap->bits || (slot->flags & SLOT_MEMORY_FLAGS) != cap->memory ||
	     !(slot->flags & SLOT_ORIGINAL) != !cap->original))
		invoker_differ("slot %u: another size, kind of memory, or original", index);
}

/* Each capability by itself. */
static void compare_caps(void)
{
	this_round++;
	for (unsigned int i = 0; i < spec.objects; i++) {
		const struct spec_object *object = &spec.object[i];

		if (object->type == OBJECT_NULL || object->type == OBJECT_IRQ_HANDLER)
			continue;
		for (unsigned int j = 0; j < object->cap_count; j++) {
			const struct spec_cap *cap = &object->cap[j];
			const struct slot *slot =
				object->type == OBJECT_CNODE ?
					(struct slot *)invoker_object(object) + j :
					held_slot(object, j);

			compare_cap(cap, slot, j);
			if (cap->type != OBJECT_NULL)
				remember(slot, cap);
		}
	}
}

/* What an interrupt holds is not to be seen but in the tree. */
static const struct spec_cap *interrupt_below(const struct slot *slot,
					      const struct spec_cap *parent)
{
	if (!(slot->flags & SLOT_BINDING) || slot->size_bits != OBJECT_IRQ_HANDLER)
		invoker_differ("a slot in the tree that nothing has");
	for (unsigned int i = 0; i < spec.objects; i++)
		if (spec.object[i].type == OBJECT_IRQ_HANDLER &&
		    spec.object[i].cap[IRQ_TARGET].type != OBJECT_NULL &&
		    spec.object[i].cap[IRQ_TARGET].parent == parent)
			return &spec.object[i].cap[IRQ_TARGET];
	return NULL;
}

/* The list is the tree in pre-order. How many it has from the top on. */
static unsigned int compare_list(const struct spec_cap *top, const struct slot *slot)
{
	const struct spec_cap *path[DERIVATION_DEPTH_MAX + 1] = { top };
	unsigned int count = 1, depth = 0;

	if (slot->depth || slot->prev)
		invoker_differ("the top of a tree is not the top");
	for (; slot->next; slot = slot->next, count++) {
		const struct slot *next = slot->next;
		const struct spec_cap *cap = recall(next);

		if (next->prev != slot || !next->depth || next->depth > depth + 1)
			invoker_differ("links or depths of the tree");
		depth = next->depth;
		if (!cap)
			cap = interrupt_below(next, path[depth - 1]);
		if (!cap || cap->parent != path[depth - 1])
			invoker_differ("a capability was derived from another one");
		path[depth] = cap;
	}
	return count;
}

/* The trees whose tops are in a CNode. */
static unsigned int compare_lists(const struct spec_object *cnode)
{
	const struct slot *slots = invoker_object(cnode);
	unsigned int listed = 0;

	for (unsigned int i = 0; i < cnode->cap_count; i++)
		if (cnode->cap[i].type != OBJECT_NULL && !cnode->cap[i].parent)
			listed += compare_list(&cnode->cap[i], &slots[i]);
	return listed;
}

void invoker_compare_tree(void)
{
	unsigned int count = 0, listed = 0;

	compare_caps();
	for (unsigned int i = 0; i < spec.caps; i++)
		count += spec.cap[i].type != OBJECT_NULL;
	for (unsigned int i = 0; i < spec.objects; i++)
		if (spec.object[i].type == OBJECT_CNODE)
			listed += compare_lists(&spec.object[i]);
	if (count != listed)
		invoker_differ("%u capabilities are in the tree, not %u", listed, count);
}
