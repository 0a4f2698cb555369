/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker in QEMU: all that can be read back, asked of the kernel and of the specification alike. Most of it is asked for by
 * calls that are refused, for which error tells what is there.
 */
#include "random.h"

#define ROOT ROOT_SLOT_CNODE
#define WIDE (1ULL << 32)

static enum status ask(cap_t cap, uint64_t label, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return random_both(cap, label, (const uint64_t[MESSAGE_WORDS]){ a, b, c, d });
}

static void compare_rights(cap_t slot)
{
	for (uint32_t right = 1; right <= RIGHTS_ALL; right <<= 1)
		if (random_both(ROOT, CNODE_MINT,
				(const uint64_t[MESSAGE_WORDS]){ slot, ROOT, RANDOM_EMPTY, right,
								 1 }) == OK)
			ask(ROOT, CNODE_DELETE, RANDOM_EMPTY, 0, 0, 0);
}

static void compare_cnode(cap_t slot, const struct spec_object *cnode)
{
	if (cnode == random_cnode)
		return;
	ask(slot, CNODE_COUNT, 0, 0, 0, 0);
	for (uint32_t i = 0; i < cnode->cap_count; i++)
		ask(slot, CNODE_COPY, i, ROOT, ROOT, 0);
}

static void compare_place(cap_t space, uint64_t address)
{
	if (ask(RANDOM_PROBE, FRAME_MAP, space, address, RIGHT_READ, MEMORY_NORMAL) == OK)
		ask(RANDOM_PROBE, FRAME_UNMAP, 0, 0, 0, 0);
}

/* The generator's addresses: see address() of tests/model/choose.c. */
static void compare_space(cap_t slot)
{
	for (uint64_t i = 0; i < 2 * 2 * 3; i++)
		compare_place(slot, (i / 6) << 30 | (i / 3 % 2) << 21 | (i % 3) << 12);
	compare_place(slot, (1ULL << SPEC_SPACE_BITS) - PAGE_SIZE);
}

static void compare_object(cap_t slot, const struct spec_cap *cap)
{
	switch (cap->type) {
	case OBJECT_UNTYPED:
		ask(slot, UNTYPED_DESCRIBE, 0, 0, 0, 0);
		break;
	case OBJECT_CNODE:
		compare_cnode(slot, cap->object);
		break;
	case OBJECT_THREAD:
		ask(slot, THREAD_READ_REGISTERS, spec.layout.words, 0, 0, 0);
		break;
	case OBJECT_VCPU:
		ask(slot, VCPU_QUERY_SLOTS, 0, 0, 0, 0);
		ask(slot, VCPU_STATISTICS, 0, 0, 0, 0);
		break;
	case OBJECT_NOTIFICATION:
		ask(slot, NOTIFICATION_CLEAR, 0, 0, 0, 0);
		break;
	case OBJECT_FRAME:
		ask(slot, FRAME_ADDRESS, 0, 0, 0, 0);
		ask(slot, FRAME_MAP, ROOT_SLOT_ADDRESS_SPACE, 1, RIGHT_READ, MEMORY_NORMAL);
		break;
	case OBJECT_PAGE_TABLE:
		ask(slot, PAGE_TABLE_MAP, ROOT_SLOT_ADDRESS_SPACE, 1ULL << SPEC_SPACE_BITS, 0, 0);
		break;
	case OBJECT_ADDRESS_SPACE:
		compare_space(slot);
		break;
	case OBJECT_GUEST_SPACE:
		for (uint32_t i = 0; i < WINDOWS_MAX; i++)
			ask(slot, GUEST_SPACE_SET_WINDOW, i, 1, 1, RANDOM_EMPTY);
		compare_space(slot);
		break;
	case OBJECT_IRQ_HANDLER:
		ask(slot, IRQ_HANDLER_ACKNOWLEDGE, 0, 0, 0, 0);
		break;
	default:
		break;
	}
}

/* Empty or not, of which type, and the rights. */
static void compare_cap(cap_t slot)
{
	const struct spec_cap *cap = &random_cnode->cap[slot];

	ask(ROOT, CNODE_COPY, slot, ROOT, ROOT, 0);
	if (cap->type == OBJECT_NULL)
		return;
	/* The task itself does not stand still; a call of an Endpoint would be a message. */
	if (cap->type == OBJECT_ENDPOINT)
		ask(ROOT_SLOT_THREAD, THREAD_SERVE, slot, 0, 0, 0);
	else
		ask(slot, narrow_invocations[cap->type], WIDE, 0, 0, 0);
	compare_rights(slot);
}

static void compare_slots(struct random_slots slots)
{
	for (uint64_t slot = slots.first; slots.cnode == random_cnode && slots.count--; slot++)
		if (slot >= RANDOM_FIRST && slot < RANDOM_SLOTS)
			compare_cap((cap_t)slot);
}

void random_compare_slots(const struct spec_object *thread, const struct action *action)
{
	const struct spec_object *own;
	const struct spec_cap *cap;

	if (action->number != SYS_CALL || thread->type != OBJECT_THREAD)
		return;
	own = thread->cap[THREAD_CNODE].object;
	cap = spec_slot(own, action->cap);
	compare_slots(random_filled(own, action));
	if (cap && cap->type == OBJECT_CNODE)
		compare_slots((struct random_slots){ cap->object, action->word[0], 1 });
}

void random_compare(void)
{
	/* It takes longer than the deadlines are away. */
	random_pass(ticks(1000000));
	for (cap_t slot = RANDOM_FIRST; slot < RANDOM_SLOTS; slot++) {
		compare_cap(slot);
		compare_object(slot, &random_cnode->cap[slot]);
	}
	ask(ROOT, CNODE_COUNT, 0, 0, 0, 0);
	random_settle();
}
