/* SPDX-License-Identifier: BSD-2-Clause */
/* The root server's interpreter: each kind of record becomes the invocations that it should. */
#include "test_root.h"

START_TEST(groups_first_fit)
{
	struct manifest_group *group = ADD(groups, group);

	*group = (struct manifest_group){ .name = "big", .size_bits = 24, .slot = 200 };
	add_untyped(0x40200000, 21, UNTYPED_IMAGE);
	add_untyped(0x40400000, 22, 0);
	add_untyped(0x44000000, 26, 0);
	refuse(UNTYPED_RETYPE, ERR_MEMORY);
	ck_assert_str_eq(run(), "");
	ck_assert_uint_eq(call_count, 2);
	expect_call(0, ROOT_SLOT_UNTYPED + 1, UNTYPED_RETYPE, OBJECT_UNTYPED, 24, ROOT_SLOT_CNODE);
	expect_call(1, ROOT_SLOT_UNTYPED + 2, UNTYPED_RETYPE, OBJECT_UNTYPED, 24, ROOT_SLOT_CNODE);
	ck_assert_uint_eq(calls[1].word[3], 200);
}
END_TEST

START_TEST(groups_that_fail)
{
	struct manifest_group *group = ADD(groups, group);

	*group = (struct manifest_group){ .name = "big", .size_bits = 24, .slot = 200 };
	add_untyped(0x40400000, 22, 0);
	refuse(UNTYPED_RETYPE, ERR_MEMORY);
	ck_assert_str_eq(run(), "manifest: group 0 big: retype: ERR_MEMORY");
	/* Another error is not a question of fitting. */
	add_untyped(0x44000000, 26, 0);
	refuse(UNTYPED_RETYPE, ERR_OCCUPIED);
	call_count = 0;
	ck_assert_str_eq(run(), "manifest: group 0 big: retype: ERR_OCCUPIED");
	ck_assert_uint_eq(call_count, 1);
	*ADD(groups, group) =
		(struct manifest_group){ .name = "bigger", .size_bits = 25, .slot = 201 };
	ck_assert_ptr_nonnull(strstr(run(), "group 1 bigger is larger"));
}
END_TEST

START_TEST(objects_of_a_group)
{
	*ADD(groups, group) = (struct manifest_group){ .name = "g", .size_bits = 24, .slot = 200 };
	add_untyped(0x44000000, 26, 0);
	*ADD(objects, object) = (struct manifest_object){
		.type = OBJECT_FRAME, .size_bits = 12, .count = 5, .slot = 300, .group = 0
	};
	ck_assert_str_eq(run(), "");
	expect_call(1, 200, UNTYPED_RETYPE, OBJECT_FRAME, 12, ROOT_SLOT_CNODE);
	ck_assert_uint_eq(calls[1].word[3], 300);
	ck_assert_uint_eq(calls[1].word[4], 5);
	((struct manifest_object *)((uint8_t *)manifest + manifest->objects.offset))->group = 1;
	ck_assert_str_eq(run(), "manifest: object 0: its group is 1 of 1");
}
END_TEST

START_TEST(frames_over_two_untypeds)
{
	struct manifest_object *object = ADD(objects, object);

	*object = (struct manifest_object){ .type = OBJECT_FRAME,
					    .size_bits = 12,
					    .count = 5,
					    .slot = 300,
					    .group = GROUP_IMAGE,
					    .argument = 0x402fe000 };
	add_untyped(0x40300000, 20, UNTYPED_IMAGE);
	add_untyped(0x40200000, 20, UNTYPED_IMAGE);
	add_untyped(0x40000000, 30, 0);
	ck_assert_str_eq(run(), "");
	ck_assert_uint_eq(call_count, 2);
	ck_assert_uint_eq(calls[0].cap, ROOT_SLOT_UNTYPED + 1);
	ck_assert_uint_eq(calls[0].word[3], 300);
	ck_assert_uint_eq(calls[0].word[4], 2);
	ck_assert_uint_eq(calls[0].word[5], 0xfe000);
	ck_assert_uint_eq(calls[1].cap, ROOT_SLOT_UNTYPED);
	ck_assert_uint_eq(calls[1].word[3], 302);
	ck_assert_uint_eq(calls[1].word[4], 3);
	ck_assert_uint_eq(calls[1].word[5], 0);
	object->count = 0x103;
	ck_assert_str_eq(run(), "manifest: object 0: no image memory at 0x40400000");
	object->size_bits = 21;
	ck_assert_ptr_nonnull(strstr(run(), "smaller than a frame"));
	object->type = OBJECT_ENDPOINT;
	ck_assert_str_eq(run(), "manifest: object 0: only frames can be made at an address");
}
END_TEST

START_TEST(interrupts)
{
	struct manifest_object *object = ADD(objects, object);

	*object = (struct manifest_object){ .type = OBJECT_IRQ_HANDLER,
					    .size_bits = 1,
					    .slot = 300,
					    .group = GROUP_IRQ,
					    .argument = 33 };
	ck_assert_str_eq(run(), "");
	expect_call(0, ROOT_SLOT_IRQ_CONTROL, IRQ_CONTROL_GET, 33, 1, ROOT_SLOT_CNODE);
	object->argument = 1ULL << 32;
	ck_assert_ptr_nonnull(strstr(run(), "interrupt 0x100000000 cannot be"));
}
END_TEST

START_TEST(capabilities)
{
	*ADD(capabilities, capability) = (struct manifest_capability){ 300, 400, 5, RIGHTS_ALL, 0 };
	*ADD(capabilities, capability) =
		(struct manifest_capability){ 301, 400, 6, RIGHT_WRITE, 9 };
	ck_assert_str_eq(run(), "");
	expect_call(0, ROOT_SLOT_CNODE, CNODE_COPY, 300, 400, 5);
	expect_call(1, ROOT_SLOT_CNODE, CNODE_MINT, 301, 400, 6);
	ck_assert_uint_eq(calls[1].word[3], RIGHT_WRITE);
	ck_assert_uint_eq(calls[1].word[4], 9);
	refuse(CNODE_MINT, ERR_DEPTH);
	ck_assert_str_eq(run(), "manifest: capability 1: mint: ERR_DEPTH");
}
END_TEST

START_TEST(mappings)
{
	struct manifest_mapping *mapping = ADD(mappings, mapping);

	*mapping = (struct manifest_mapping){ .frame = 300,
					      .count = 3,
					      .size_bits = 21,
					      .address_space = 400,
					      .address = 0x40000000,
					      .rights = RIGHT_READ };
	ck_assert_str_eq(run(), "");
	ck_assert_uint_eq(call_count, 3);
	expect_call(2, 302, FRAME_MAP, 400, 0x40400000, RIGHT_READ);
	mapping->size_bits = 64;
	ck_assert_ptr_nonnull(strstr(run(), "frames of 2^64 bytes cannot be"));
}
END_TEST

START_TEST(loads)
{
	struct manifest_load *load = ADD(loads, load);

	for (size_t i = 0; i < 2 * PAGE; i++)
		image[8 * PAGE + i] = (uint8_t)(i * 7 + 1);
	*load = (struct manifest_load){ 300, 2, IMAGE_BASE + 8 * PAGE, PAGE + 10 };
	memset(scratch, 0xee, PAGE);
	ck_assert_str_eq(run(), "");
	/* Two frames, each copied to the scratch slot, mapped, and deleted again. */
	ck_assert_uint_eq(call_count, 6);
	expect_call(0, ROOT_SLOT_CNODE, CNODE_COPY, 300, ROOT_SLOT_CNODE, ROOT_SLOT_SCRATCH);
	expect_call(1, ROOT_SLOT_SCRATCH, FRAME_MAP, ROOT_SLOT_ADDRESS_SPACE, ROOT_SCRATCH,
		    RIGHT_READ | RIGHT_WRITE);
	expect_call(2, ROOT_SLOT_CNODE, CNODE_DELETE, ROOT_SLOT_SCRATCH, 0, 0);
	expect_call(3, ROOT_SLOT_CNODE, CNODE_COPY, 301, ROOT_SLOT_CNODE, ROOT_SLOT_SCRATCH);
	/* The second frame's beginning over the first's rest. */
	ck_assert_mem_eq(scratch, image + 9 * PAGE, 10);
	ck_assert_mem_eq(scratch + 10, image + 8 * PAGE + 10, PAGE - 10);
	load->size = 2 * PAGE + 1;
	ck_assert_ptr_nonnull(strstr(run(), "do not fit in 2 frames"));
	load->physical = IMAGE_BASE + IMAGE_SIZE - PAGE;
	ck_assert_ptr_nonnull(strstr(run(), "not all in the image"));
}
END_TEST

START_TEST(times)
{
	struct manifest_sched_context *context = ADD(sched_contexts, sched_context);

	*context = (struct manifest_sched_context){ .slot = 300, .budget = 2000, .period = 10000 };
	ck_assert_str_eq(run(), "");
	expect_call(0, 300, SCHED_CONTEXT_CONFIGURE, 125000, 625000, 0);
	context->period = MICROSECONDS_MAX + 1;
	ck_assert_str_eq(run(),
			 "manifest: sched_context 0: 2000 us of 1125899906842625 are too long");
	context->period = 10000;
	context->budget = UINT64_MAX;
	ck_assert_ptr_nonnull(strstr(run(), "are too long"));
}
END_TEST

START_TEST(threads)
{
	add_group("g", 200);
	add_untyped(0x44000000, 26, 0);
	*ADD(threads, thread) = (struct manifest_thread){ .name = "now",
							  .thread = 300,
							  .cnode = 301,
							  .address_space = 302,
							  .fault_endpoint = 303,
							  .sched_context = 304,
							  .priority = 7,
							  .entry = 0x200000,
							  .stack = 0x10000000 };
	*ADD(threads, thread) =
		(struct manifest_thread){ .name = "later", .thread = 310, .serve = 311 };
	ck_assert_str_eq(run(), "");
	/* Behind the group's one. */
	expect_call(1, 300, THREAD_CONFIGURE, 301, 302, 303);
	expect_call(2, 300, THREAD_SET_PRIORITY, 7, 0, 0);
	expect_call(3, 300, THREAD_START_AT, 0x200000, 0x10000000, 0x11000000);
	expect_call(4, 304, SCHED_CONTEXT_BIND, 300, 0, 0);
	/* All are ready before the first runs. */
	ck_assert_uint_eq(call_count, 10);
	expect_call(8, 300, THREAD_RESUME, 0, 0, 0);
	expect_call(9, 310, THREAD_SERVE, 311, 0, 0);
	refuse(THREAD_SERVE, ERR_STATE);
	call_count = 0;
	ck_assert_str_eq(run(), "manifest: thread 1 later: serve: ERR_STATE");
}
END_TEST

START_TEST(vcpus)
{
	add_group("g", 200);
	add_untyped(0x44000000, 26, 0);
	ADD(threads, thread);
	snprintf(ADD(guests, guest)->name, NAME_SIZE, "linux");
	*ADD(vcpus, vcpu) = (struct manifest_vcpu){ .vcpu = 300,
						    .guest_space = 301,
						    .endpoint = 302,
						    .sched_context = 303,
						    .vmm_address_space = 304,
						    .priority = 9,
						    .page_address = 0x14000000,
						    .id = 0x100,
						    .start = 1,
						    .answer_limit = 3000000 };
	*ADD(vcpus, vcpu) = (struct manifest_vcpu){ .vcpu = 310 };
	ck_assert_str_eq(run(), "");
	/* Behind the group's one and the thread's three; both VCpus have a VMM before they have time. */
	expect_call(4, 300, VCPU_CONFIGURE, 301, 302, 0x100);
	expect_call(5, 304, ADDRESS_SPACE_MAP_VCPU, 300, 0x14000000, 0);
	expect_call(8, 300, VCPU_SET_PRIORITY, 9, 0, 0);
	expect_call(9, 300, VCPU_SET_ANSWER_LIMIT, ticks_of(3000000), 0, 0);
	expect_call(10, 303, SCHED_CONTEXT_BIND, 300, 0, 0);
	/* The last call starts the only one that is to start. */
	expect_call(call_count - 1, 300, VCPU_START, 0, 0, 0);
	expect_call(call_count - 2, 0, THREAD_RESUME, 0, 0, 0);
	refuse(VCPU_START, ERR_STATE);
	call_count = 0;
	ck_assert_str_eq(run(), "manifest: vcpu 0 linux: start: ERR_STATE");
}
END_TEST

START_TEST(bindings)
{
	struct manifest_binding *binding;

	*ADD(bindings, binding) = (struct manifest_binding){ BINDING_EVENT, 300, 301, 0 };
	binding = ADD(bindings, binding);
	*binding = (struct manifest_binding){ BINDING_IRQ, 304, 305, 0 };
	*ADD(bindings, binding) = (struct manifest_binding){ BINDING_THREAD, 306, 307, 0 };
	*ADD(bindings, binding) = (struct manifest_binding){ BINDING_TIME, 308, 309, 0 };
	ck_assert_str_eq(run(), "");
	expect_call(0, 300, NOTIFICATION_BIND_EVENT, 301, 0, 0);
	expect_call(1, 304, IRQ_HANDLER_BIND, 305, 0, 0);
	expect_call(2, 306, NOTIFICATION_BIND_THREAD, 307, 0, 0);
	expect_call(3, 308, SCHED_CONTEXT_BIND, 309, 0, 0);
	binding->kind = 4;
	ck_assert_str_eq(run(), "manifest: binding 1: there is no kind 4");
}
END_TEST

void add_build_tests(TCase *tests)
{
	tcase_add_test(tests, groups_first_fit);
	tcase_add_test(tests, groups_that_fail);
	tcase_add_test(tests, objects_of_a_group);
	tcase_add_test(tests, frames_over_two_untypeds);
	tcase_add_test(tests, interrupts);
	tcase_add_test(tests, capabilities);
	tcase_add_test(tests, mappings);
	tcase_add_test(tests, loads);
	tcase_add_test(tests, times);
	tcase_add_test(tests, threads);
	tcase_add_test(tests, vcpus);
	tcase_add_test(tests, bindings);
}
