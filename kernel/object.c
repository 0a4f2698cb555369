/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs by an object's type at its beginning and end: one switch for each.
 */
#include <address_space.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <endpoint.h>
#include <irq.h>
#include <notification.h>
#include <object.h>
#include <sched.h>
#include <thread.h>
#include <vcpu.h>

uint8_t object_bits(enum object_type type, uint32_t size_bits)
{
	static const uint8_t fixed[OBJECT_TYPES] = {
		[OBJECT_THREAD] = BITS_THREAD,
		[OBJECT_VCPU] = BITS_VCPU,
		[OBJECT_SCHED_CONTEXT] = BITS_SCHED_CONTEXT,
		[OBJECT_ENDPOINT] = BITS_ENDPOINT,
		[OBJECT_NOTIFICATION] = BITS_NOTIFICATION,
		[OBJECT_PAGE_TABLE] = BITS_PAGE_TABLE,
		[OBJECT_ADDRESS_SPACE] = BITS_ADDRESS_SPACE,
		[OBJECT_GUEST_SPACE] = BITS_GUEST_SPACE,
	};

	switch (type) {
	case OBJECT_UNTYPED:
		return size_bits >= PAGE_BITS && size_bits <= 47 ? (uint8_t)size_bits : 0;
	case OBJECT_FRAME:
		return size_bits == PAGE_BITS || size_bits == BLOCK_BITS || size_bits == HUGE_BITS ?
			       (uint8_t)size_bits :
			       0;
	case OBJECT_CNODE:
		return size_bits >= 2 && size_bits <= 16 ? (uint8_t)(size_bits + BITS_SLOT) : 0;
	default:
		return size_bits == 0 ? fixed[type] : 0;
	}
}

void object_create(struct slot *slot, paddr_t address)
{
	void *object;

	/* Not all memory has a place among the kernel's addresses: a device's has none. */
	if (slot->type == OBJECT_UNTYPED || slot->type == OBJECT_FRAME) {
		slot->object = address;
		return;
	}
	object = phys_to_virt(address);
	slot->object = (uint64_t)object;
	switch (slot->type) {
	case OBJECT_THREAD:
		thread_init(object);
		break;
	case OBJECT_VCPU:
		vcpu_init(object);
		break;
	case OBJECT_SCHED_CONTEXT:
		sched_context_init(object);
		break;
	case OBJECT_ENDPOINT:
		endpoint_init(object);
		break;
	case OBJECT_NOTIFICATION:
		notification_init(object);
		break;
	case OBJECT_ADDRESS_SPACE:
		space_init(object, false);
		break;
	case OBJECT_GUEST_SPACE:
		slot->object += GUEST_SPACE_OFFSET;
		space_init((struct address_space *)slot->object, true);
		break;
	default: /* CNode, PageTable: zeroed memory is what they are */
		break;
	}
}

/* Empty slots of a CNode between two looks at the interrupts. */
#define EMPTY_SLOTS 32

/*
 * Nobody has this CNode any more, so what is behind `data` stays empty. A CNode holds no CNodes and no Untypeds but in the root
 * server's, which its own thread's binding keeps.
 */
static enum status cnode_destroy(struct slot *slot)
{
	struct slot *slots = (struct slot *)slot->object;

	while (slot->data < BIT(slot->size_bits)) {
		struct slot *held = &slots[slot->data];
		bool empty = held->type == OBJECT_NULL;

		if (!empty && (slot_revoke(held) != OK || slot_delete(held) != OK))
			return STATUS_AGAIN;
		slot->data++;
		if ((!empty || slot->data % EMPTY_SLOTS == 0) && arch_irq_pending())
			return STATUS_AGAIN;
	}
	return OK;
}

enum status object_destroy(struct slot *slot)
{
	enum object_type type = slot->type & ~OBJECT_ENDING;
	void *object = (void *)slot->object;

	slot->type |= OBJECT_ENDING;
	switch (type) {
	case OBJECT_CNODE:
		return cnode_destroy(slot);
	case OBJECT_THREAD:
		thread_destroy(object);
		break;
	case OBJECT_VCPU:
		vcpu_destroy(object);
		break;
	case OBJECT_SCHED_CONTEXT:
		sched_context_destroy(object);
		break;
	case OBJECT_ENDPOINT:
		return endpoint_destroy(object);
	case OBJECT_NOTIFICATION:
		notification_destroy(object);
		break;
	case OBJECT_ADDRESS_SPACE:
	case OBJECT_GUEST_SPACE:
		return space_destroy(object);
	case OBJECT_IRQ_HANDLER:
		irq_handler_destroy((uint32_t)slot->object);
		break;
	default:
		break;
	}
	return OK;
}

void object_release(struct slot *slot)
{
	if (slot->type == OBJECT_FRAME || slot->type == OBJECT_PAGE_TABLE)
		space_unmap(slot);
}

enum status object_unbind(struct slot *binding)
{
	enum object_type holder_type = binding->size_bits;
	void *holder = binding->holder;

	if (holder_type == OBJECT_GUEST_SPACE && window_unbind(holder, binding) != OK)
		return STATUS_AGAIN;
	binding_clear(binding);
	switch (holder_type) {
	case OBJECT_THREAD:
		thread_unbound(holder, binding);
		break;
	case OBJECT_VCPU:
		vcpu_unbound(holder, binding);
		break;
	case OBJECT_SCHED_CONTEXT:
		sched_context_unbound(holder);
		break;
	case OBJECT_NOTIFICATION:
		notification_unbound(holder);
		break;
	case OBJECT_IRQ_HANDLER:
		irq_unbound(holder);
		break;
	default:
		break;
	}
	return OK;
}
