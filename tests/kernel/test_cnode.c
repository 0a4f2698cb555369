/* SPDX-License-Identifier: BSD-2-Clause */
/* CNodes and the derivation tree: copy, mint, move, delete, revoke. */
#include "test.h"

static enum status copy(cap_t from, cap_t to)
{
	return cnode_copy(ROOT_SLOT_CNODE, from, ROOT_SLOT_CNODE, to);
}

static enum status mint(cap_t from, cap_t to, uint32_t rights, uint64_t badge)
{
	return cnode_mint(ROOT_SLOT_CNODE, from, ROOT_SLOT_CNODE, to, rights, badge);
}

static enum status drop(cap_t slot)
{
	return cnode_delete(ROOT_SLOT_CNODE, slot);
}

static enum status revoke(cap_t slot)
{
	return cnode_revoke(ROOT_SLOT_CNODE, slot);
}

static void copy_is_equal(void)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t badged = mint_new(notification, RIGHTS_ALL, 0x6);
	cap_t twin = slot_new();
	uint64_t bits;

	EXPECT_OK(copy(badged, twin));
	EXPECT_OK(notification_signal(twin));
	EXPECT_OK(notification_clear(badged, &bits));
	EXPECT_EQUAL(bits, 0x6);
}

static void mint_reduces_rights(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	cap_t readable = mint_new(frame, RIGHT_READ | RIGHT_CONTROL, 0);
	cap_t slot = slot_new();

	EXPECT_STATUS(frame_map(readable, ROOT_SLOT_ADDRESS_SPACE, scratch_address(0),
				RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL),
		      ERR_RIGHTS);
	EXPECT_OK(frame_map(readable, ROOT_SLOT_ADDRESS_SPACE, scratch_address(0), RIGHT_READ,
			    MEMORY_NORMAL));
	EXPECT_STATUS(mint(readable, slot, RIGHTS_ALL, 0), ERR_RIGHTS);
	EXPECT_STATUS(mint(frame, slot, 0x10, 0), ERR_ARGUMENT);
	EXPECT_STATUS(mint(frame, slot, RIGHTS_ALL, 1), ERR_ARGUMENT);
}

static void badges(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t called = mint_new(endpoint, RIGHTS_ALL, 5);
	cap_t bits = mint_new(notification, RIGHTS_ALL, 0xf0);
	cap_t slot = slot_new();

	/* An endpoint's badge is given once. */
	EXPECT_STATUS(mint(called, slot, RIGHTS_ALL, 6), ERR_ARGUMENT);
	EXPECT_OK(mint(called, slot, RIGHT_WRITE, 0));
	EXPECT_OK(drop(slot));
	/* A notification's can only lose bits. */
	EXPECT_STATUS(mint(bits, slot, RIGHTS_ALL, 0x1f0), ERR_ARGUMENT);
	EXPECT_OK(mint(bits, slot, RIGHTS_ALL, 0x30));
}

static void wrong_slots(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t other = object_new(OBJECT_ENDPOINT, 0);
	cap_t empty = slot_new(), second_empty = slot_new();

	EXPECT_STATUS(copy(empty, second_empty), ERR_CAPABILITY);
	EXPECT_STATUS(copy(0xfffffff0, empty), ERR_CAPABILITY);
	EXPECT_STATUS(copy(ROOT_SLOT_NULL, empty), ERR_CAPABILITY);
	EXPECT_STATUS(copy(endpoint, other), ERR_OCCUPIED);
	EXPECT_STATUS(cnode_move(ROOT_SLOT_CNODE, endpoint, ROOT_SLOT_CNODE, endpoint),
		      ERR_OCCUPIED);
	EXPECT_STATUS(cnode_copy(ROOT_SLOT_CNODE, endpoint, other, empty), ERR_TYPE);
	EXPECT_STATUS(cnode_copy(ROOT_SLOT_CNODE, endpoint, empty, empty), ERR_CAPABILITY);
	EXPECT_REFUSED(cnode_copy(ROOT_SLOT_CNODE, endpoint, ROOT_SLOT_CNODE, 0xfffffff0));
	EXPECT_STATUS(drop(empty), ERR_CAPABILITY);
	EXPECT_STATUS(revoke(empty), ERR_CAPABILITY);
}

static void wrong_invocations(void)
{
	struct message m = { .label = 0x1ff };
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t cnode = object_new(OBJECT_CNODE, 4);
	cap_t weak = mint_new(cnode, RIGHT_READ | RIGHT_WRITE, 0);

	EXPECT_STATUS(cnode_copy(weak, 0, ROOT_SLOT_CNODE, slot_new()), ERR_RIGHTS);
	EXPECT_STATUS(cnode_copy(ROOT_SLOT_CNODE, endpoint, weak, 0), ERR_RIGHTS);
	EXPECT_STATUS(message_call(cnode, &m), ERR_TYPE);
	m.label = UNTYPED_RETYPE;
	EXPECT_STATUS(message_call(cnode, &m), ERR_TYPE);
	EXPECT_STATUS(message_call(ROOT_SLOT_NULL, &m), ERR_CAPABILITY);
	EXPECT_STATUS(message_call(0xffffffff, &m), ERR_CAPABILITY);
	/* Arguments are 32 bits wide: higher bits are not cut off. */
	m = (struct message){ .label = CNODE_DELETE, .word = { 0x100000000ULL + endpoint } };
	EXPECT_STATUS(message_call(ROOT_SLOT_CNODE, &m), ERR_ARGUMENT);
}

static void stays_with_the_task(void)
{
	cap_t cnode = object_new(OBJECT_CNODE, 4);
	cap_t untyped = object_new(OBJECT_UNTYPED, 12);

	/* Capabilities to CNodes and Untypeds do not leave the root server's CNode. */
	EXPECT_REFUSED(cnode_copy(ROOT_SLOT_CNODE, cnode, cnode, 0));
	EXPECT_REFUSED(cnode_move(ROOT_SLOT_CNODE, untyped, cnode, 0));
	EXPECT_REFUSED(untyped_retype(ARENA, OBJECT_CNODE, 4, cnode, 0, 1, 0));
	/* Two capabilities for one Untyped would give its memory out twice. */
	EXPECT_STATUS(copy(untyped, slot_new()), ERR_TYPE);
}

static void move_keeps_the_place(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t child = mint_new(endpoint, RIGHTS_ALL, 1);
	cap_t grandchild = mint_new(child, RIGHTS_ALL, 0);
	cap_t place = slot_new();

	EXPECT_OK(cnode_move(ROOT_SLOT_CNODE, child, ROOT_SLOT_CNODE, place));
	EXPECT_STATUS(drop(child), ERR_CAPABILITY);
	EXPECT_STATUS(drop(place), ERR_DESCENDANTS);
	EXPECT_OK(revoke(place));
	EXPECT_STATUS(drop(grandchild), ERR_CAPABILITY);
	EXPECT_OK(revoke(endpoint));
	EXPECT_STATUS(drop(place), ERR_CAPABILITY);
}

static void move_of_a_mapped_frame(void)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);
	volatile uint64_t *word = scratch_map(frame, 0);
	cap_t place = slot_new();

	*word = 42;
	EXPECT_OK(cnode_move(ROOT_SLOT_CNODE, frame, ROOT_SLOT_CNODE, place));
	EXPECT_EQUAL(*word, 42);
	EXPECT_OK(frame_unmap(place));
	word = scratch_map(place, 1);
	EXPECT_EQUAL(*word, 42);
}

static void delete_needs_no_descendants(void)
{
	cap_t untyped = object_new(OBJECT_UNTYPED, 13);
	cap_t endpoint = slot_new();
	cap_t twin;

	EXPECT_OK(untyped_retype(untyped, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, endpoint, 1, 0));
	twin = mint_new(endpoint, RIGHTS_ALL, 0);
	EXPECT_STATUS(drop(untyped), ERR_DESCENDANTS);
	EXPECT_STATUS(drop(endpoint), ERR_DESCENDANTS);
	EXPECT_OK(drop(twin));
	EXPECT_OK(drop(endpoint));
	EXPECT_OK(drop(untyped));
}

static void revoke_takes_descendants_only(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t left = mint_new(endpoint, RIGHTS_ALL, 1);
	cap_t right = mint_new(endpoint, RIGHTS_ALL, 2);
	cap_t below = mint_new(left, RIGHT_WRITE, 0);
	cap_t deeper = mint_new(below, RIGHT_WRITE, 0);

	EXPECT_OK(revoke(left));
	EXPECT_STATUS(drop(below), ERR_CAPABILITY);
	EXPECT_STATUS(drop(deeper), ERR_CAPABILITY);
	EXPECT_OK(drop(left));
	EXPECT_OK(drop(right));
	EXPECT_OK(drop(endpoint));
}

static void revoke_reaches_other_cnodes(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t cnode = object_new(OBJECT_CNODE, 4);

	EXPECT_OK(cnode_mint(ROOT_SLOT_CNODE, endpoint, cnode, 7, RIGHT_WRITE, 9));
	EXPECT_OK(revoke(endpoint));
	EXPECT_STATUS(cnode_delete(cnode, 7), ERR_CAPABILITY);
}

static void end_of_a_cnode(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t cnode = object_new(OBJECT_CNODE, 4);

	EXPECT_OK(cnode_mint(ROOT_SLOT_CNODE, endpoint, cnode, 7, RIGHT_WRITE, 9));
	EXPECT_OK(drop(cnode));
	/* What was in it is gone: the endpoint has no descendants left. */
	EXPECT_OK(drop(endpoint));
}

static void depth(void)
{
	cap_t chain = slots_new(DERIVATION_DEPTH_MAX + 2);
	enum status status;
	uint32_t made = 1;

	EXPECT_OK(untyped_retype(ARENA, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, chain, 1, 0));
	do {
		status = copy(chain + made - 1, chain + made);
		made++;
	} while (status == OK && made < DERIVATION_DEPTH_MAX + 2);
	EXPECT_STATUS(status, ERR_DEPTH);
	/* The arena and the Untyped that it comes from are above it. */
	EXPECT(made > DERIVATION_DEPTH_MAX / 2);
	EXPECT_OK(revoke(chain));
	EXPECT_STATUS(drop(chain + 1), ERR_CAPABILITY);
}

static void many(void)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t slots = slots_new(100);

	/* A wide tree, deleted from the middle. */
	for (uint32_t i = 0; i < 100; i++)
		EXPECT_OK(copy(i < 50 ? endpoint : slots + i - 50, slots + i));
	for (uint32_t i = 50; i < 100; i++)
		EXPECT_STATUS(drop(slots + i - 50), ERR_DESCENDANTS);
	for (uint32_t i = 50; i < 100; i += 2)
		EXPECT_OK(drop(slots + i));
	EXPECT_OK(drop(slots + 2));
	EXPECT_OK(revoke(endpoint));
	for (uint32_t i = 0; i < 100; i++)
		EXPECT_STATUS(drop(slots + i), ERR_CAPABILITY);
}

static void counts_empty_slots(void)
{
	cap_t cnode = object_new(OBJECT_CNODE, 9);
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	uint32_t slots = 0;
	uint32_t empty = 0;

	EXPECT_OK(cnode_count(cnode, 0, &slots, &empty));
	EXPECT_EQUAL(slots, 512);
	EXPECT_EQUAL(empty, CNODE_COUNT_MAX);
	EXPECT_OK(cnode_copy(ROOT_SLOT_CNODE, endpoint, cnode, 0));
	EXPECT_OK(cnode_copy(ROOT_SLOT_CNODE, endpoint, cnode, CNODE_COUNT_MAX));
	EXPECT_OK(cnode_copy(ROOT_SLOT_CNODE, endpoint, cnode, 511));
	EXPECT_OK(cnode_count(cnode, 0, &slots, &empty));
	EXPECT_EQUAL(empty, CNODE_COUNT_MAX - 1);
	EXPECT_OK(cnode_count(cnode, 1, &slots, &empty));
	EXPECT_EQUAL(empty, CNODE_COUNT_MAX - 1);
	EXPECT_OK(cnode_count(cnode, 511, &slots, &empty));
	EXPECT_EQUAL(empty, 0);
	EXPECT_STATUS(cnode_count(cnode, 512, &slots, &empty), ERR_ARGUMENT);
	EXPECT_STATUS(cnode_count(cnode, UINT32_MAX, &slots, &empty), ERR_ARGUMENT);
	EXPECT_OK(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	EXPECT_OK(cnode_count(cnode, 511, &slots, &empty));
	EXPECT_EQUAL(empty, 1);
}

static const struct test tests[] = {
	{ "cnode: a copy has the same badge and rights", copy_is_equal },
	{ "cnode: mint reduces rights", mint_reduces_rights },
	{ "cnode: badges are given once and only narrowed", badges },
	{ "cnode: empty, occupied and wrong slots", wrong_slots },
	{ "cnode: wrong invocations", wrong_invocations },
	{ "cnode: CNodes and Untypeds stay with the root server", stays_with_the_task },
	{ "cnode: move keeps the place in the tree", move_keeps_the_place },
	{ "cnode: move keeps a mapping", move_of_a_mapped_frame },
	{ "cnode: delete needs no descendants", delete_needs_no_descendants },
	{ "cnode: revoke takes descendants only", revoke_takes_descendants_only },
	{ "cnode: revoke reaches other CNodes", revoke_reaches_other_cnodes },
	{ "cnode: the end of a CNode deletes what is in it", end_of_a_cnode },
	{ "cnode: the tree has a greatest depth", depth },
	{ "cnode: a wide tree", many },
	{ "cnode: empty slots are counted", counts_empty_slots },
};

const struct suite cnode_suite = SUITE(tests);
