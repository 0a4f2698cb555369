/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The derivation tree: see slot.h for its form.
 */
#include <arch/irq.h>
#include <arch/mmu.h>
#include <object.h>
#include <slot.h>

struct cnode cnode_of(const struct slot *slot)
{
	BUG_ON(slot->type != OBJECT_CNODE);
	return (struct cnode){ (struct slot *)slot->object, 1U << slot->size_bits };
}

struct slot *cnode_slot(struct cnode cnode, uint64_t index)
{
	return index < cnode.count ? &cnode.slots[index] : NULL;
}

void slot_init_root(struct slot *slot, enum object_type type, uint64_t object, uint8_t size_bits)
{
	*slot = (struct slot){
		.type = (uint8_t)type,
		.rights = RIGHTS_ALL,
		.size_bits = size_bits,
		.flags = SLOT_ORIGINAL,
		.object = object,
	};
	list_init(&slot->mapped);
}

enum status slot_can_derive(const struct slot *parent)
{
	return parent->depth < DERIVATION_DEPTH_MAX ? OK : ERR_DEPTH;
}

void slot_derive(struct slot *parent, struct slot *child)
{
	BUG_ON(parent->depth >= DERIVATION_DEPTH_MAX);
	child->depth = parent->depth + 1;
	list_init(&child->mapped);
	child->prev = parent;
	child->next = parent->next;
	if (parent->next)
		parent->next->prev = child;
	parent->next = child;
}

bool slot_has_descendants(const struct slot *slot)
{
	return slot->next && slot->next->depth > slot->depth;
}

static void slot_unlink(struct slot *slot)
{
	if (slot->prev)
		slot->prev->next = slot->next;
	if (slot->next)
		slot->next->prev = slot->prev;
	*slot = (struct slot){ .type = OBJECT_NULL };
}

enum status slot_delete(struct slot *slot)
{
	BUG_ON(slot_has_descendants(slot));
	if (slot->flags & SLOT_BINDING)
		return object_unbind(slot);
	object_release(slot);
	if ((slot->flags & SLOT_ORIGINAL) && object_destroy(slot) != OK)
		return STATUS_AGAIN;
	slot_unlink(slot);
	return OK;
}

enum status slot_revoke(struct slot *slot)
{
	while (slot_has_descendants(slot)) {
		struct slot *leaf = slot->next;

		while (slot_has_descendants(leaf))
			leaf = leaf->next;
		if (slot_delete(leaf) != OK || arch_irq_pending())
			return STATUS_AGAIN;
	}
	if (slot->type == OBJECT_UNTYPED) {
		slot->data = 0;
		slot->zeroed = 0;
	}
	return OK;
}

enum status binding_set(struct slot *binding, struct slot *source, enum object_type holder_type,
			void *holder)
{
	enum status status = slot_can_derive(source);

	if (status != OK)
		return status;
	BUG_ON(binding->type != OBJECT_NULL);
	*binding = (struct slot){
		.type = source->type,
		.rights = source->rights,
		.size_bits = (uint8_t)holder_type,
		.flags = SLOT_BINDING,
		.object = source->object,
		.data = source->data,
		.holder = holder,
	};
	slot_derive(source, binding);
	return OK;
}

void binding_clear(struct slot *binding)
{
	if (binding->type != OBJECT_NULL)
		slot_unlink(binding);
}
