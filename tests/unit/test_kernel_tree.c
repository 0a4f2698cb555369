/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The derivation tree: its borders. The random invoker compares it after each call.
 */
#include "kernel_machine.h"

START_TEST(depth_has_a_limit)
{
	cap_t at_depth = object_new(OBJECT_ENDPOINT, 0);
	cap_t thread = object_new(OBJECT_THREAD, 0);
	cap_t next = 0;

	while (slot_of(at_depth)->depth < DERIVATION_DEPTH_MAX)
		at_depth = copied(at_depth);
	next = slot_new();
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, at_depth, ROOT_SLOT_CNODE, next), ERR_DEPTH);
	ck_assert_int_eq(cnode_mint(ROOT_SLOT_CNODE, at_depth, ROOT_SLOT_CNODE, next, 0, 1),
			 ERR_DEPTH);
	ck_assert_int_eq(slot_of(next)->type, OBJECT_NULL);
	/* A binding is a child too. */
	ck_assert_int_eq(thread_configure(thread, 0, 0, at_depth), ERR_DEPTH);
	ck_assert_ok(cnode_move(ROOT_SLOT_CNODE, at_depth, ROOT_SLOT_CNODE, next));
}
END_TEST

START_TEST(depth_limits_all_that_derives)
{
	cap_t untyped = object_new(OBJECT_UNTYPED, 20);
	cap_t vcpu = object_new(OBJECT_VCPU, 0);
	cap_t sc = object_new(OBJECT_SCHED_CONTEXT, 0);
	cap_t irq = slot_new();
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	cap_t deeper;
	enum status status;

	/* The whole of an Untyped can be one Untyped. */
	do {
		deeper = slot_new();
		status = untyped_retype(untyped, OBJECT_UNTYPED, 20, ROOT_SLOT_CNODE, deeper, 1, 0);
		untyped = status == OK ? deeper : untyped;
	} while (status == OK);
	ck_assert_int_eq(status, ERR_DEPTH);
	ck_assert_uint_eq(slot_of(untyped)->depth, DERIVATION_DEPTH_MAX);
	ck_assert_uint_eq(slot_of(untyped)->data, 0);
	while (slot_of(vcpu)->depth < DERIVATION_DEPTH_MAX)
		vcpu = copied(vcpu);
	ck_assert_int_eq(address_space_map_vcpu(ROOT_SLOT_ADDRESS_SPACE, vcpu, ROOT_SCRATCH),
			 ERR_DEPTH);
	ck_assert_int_eq(sched_context_bind(sc, vcpu), ERR_DEPTH);
	ck_assert_int_eq(notification_bind_event(notification, vcpu), ERR_DEPTH);
	while (slot_of(notification)->depth < DERIVATION_DEPTH_MAX)
		notification = copied(notification);
	ck_assert_int_eq(sched_context_bind(sc, notification), ERR_DEPTH);
	ck_assert_int_eq(sched_context_unbind(sc), ERR_STATE);
	ck_assert_ok(
		irq_control_get(ROOT_SLOT_IRQ_CONTROL, FAKE_IRQ_FIRST, 0, ROOT_SLOT_CNODE, irq));
	ck_assert_int_eq(irq_handler_bind(irq, notification), ERR_DEPTH);
}
END_TEST

START_TEST(borders)
{
	cap_t small = object_new(OBJECT_CNODE, 2);
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	cap_t empty = slot_new();

	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, endpoint, small, 4), ERR_ARGUMENT);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, 1U << MACHINE_CNODE_BITS, small, 0),
			 ERR_CAPABILITY);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, empty, small, 0), ERR_CAPABILITY);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, endpoint, endpoint, 0), ERR_TYPE);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, endpoint, empty, 0), ERR_CAPABILITY);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, endpoint, minted(small, RIGHT_READ, 0), 0),
			 ERR_RIGHTS);
	ck_assert_int_eq(cnode_delete(small, 4), ERR_CAPABILITY);
	ck_assert_int_eq(cnode_revoke(small, 0), ERR_CAPABILITY);
	/* Only the root server's own CNode has CNodes and Untypeds; no memory is given out twice. */
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, small, small, 0), ERR_ARGUMENT);
	ck_assert_int_eq(cnode_move(ROOT_SLOT_CNODE, MACHINE_UNTYPED, small, 0), ERR_ARGUMENT);
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, MACHINE_UNTYPED, ROOT_SLOT_CNODE, empty),
			 ERR_TYPE);
	ck_assert_int_eq(cnode_mint(ROOT_SLOT_CNODE, MACHINE_UNTYPED, ROOT_SLOT_CNODE, empty, 0, 0),
			 ERR_TYPE);
	ck_assert_int_eq(cnode_mint(ROOT_SLOT_CNODE, ROOT_SLOT_THREAD, ROOT_SLOT_CNODE, empty,
				    RIGHTS_ALL, 1),
			 ERR_ARGUMENT);
	ck_assert_int_eq(slot_of(empty)->type, OBJECT_NULL);
}
END_TEST

/* What is minted without a badge has the badge of its source. */
START_TEST(badges)
{
	const enum object_type types[] = { OBJECT_ENDPOINT, OBJECT_NOTIFICATION };

	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		cap_t badged = minted(object_new(types[i], 0), RIGHTS_ALL, 6);
		cap_t weaker = minted(badged, RIGHT_WRITE, 0);

		ck_assert_uint_eq(slot_of(weaker)->data, 6);
		ck_assert_uint_eq(slot_of(weaker)->rights, RIGHT_WRITE);
		ck_assert_int_eq(cnode_mint(ROOT_SLOT_CNODE, badged, ROOT_SLOT_CNODE, slot_new(),
					    RIGHTS_ALL, 9),
				 ERR_ARGUMENT);
	}
}
END_TEST

/* Memory that the root server's own CNode lies behind: what is made there is another's all the same. */
START_TEST(a_cnode_in_front)
{
	struct manifest *manifest = machine_manifest();
	cap_t below = ROOT_SLOT_UNTYPED, small = slot_new();

	manifest->boot_address = FAKE_RAM + MIB(8);
	fake_boot(manifest);
	root.thread = thread_of(core.current);
	ck_assert_uint_lt(slot_of(below)->object, manifest->boot_address);
	ck_assert_ok(untyped_retype(below, OBJECT_CNODE, 2, ROOT_SLOT_CNODE, small, 1, 0));
	ck_assert(object_of(small) < (void *)slot_of(0));
	ck_assert_int_eq(cnode_copy(ROOT_SLOT_CNODE, small, small, 0), ERR_ARGUMENT);
	ck_assert_int_eq(cnode_move(ROOT_SLOT_CNODE, below, small, 0), ERR_ARGUMENT);
	ck_assert_ok(cnode_copy(ROOT_SLOT_CNODE, ROOT_SLOT_THREAD, small, 0));
}
END_TEST

/* The call, made anew after an interrupt, finds the capability gone that it was made by. The rest is another's to revoke. */
START_TEST(a_capability_among_its_own_descendants)
{
	cap_t left = copied(ROOT_SLOT_CNODE);
	cap_t used = copied(ROOT_SLOT_CNODE);
	cap_t first = copied(ROOT_SLOT_CNODE);

	ck_assert_int_eq(cnode_revoke(used, ROOT_SLOT_CNODE), ERR_CAPABILITY);
	ck_assert_int_eq(slot_of(first)->type, OBJECT_NULL);
	ck_assert_int_eq(slot_of(used)->type, OBJECT_NULL);
	ck_assert_int_eq(slot_of(left)->type, OBJECT_CNODE);
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, left));
}
END_TEST

int main(void)
{
	TCase *tcase = machine_case("tree");

	tcase_add_test(tcase, depth_has_a_limit);
	tcase_add_test(tcase, depth_limits_all_that_derives);
	tcase_add_test(tcase, borders);
	tcase_add_test(tcase, badges);
	tcase_add_test(tcase, a_cnode_in_front);
	tcase_add_test(tcase, a_capability_among_its_own_descendants);
	return machine_main("tree", &tcase, 1);
}
