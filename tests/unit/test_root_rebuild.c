/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process that is made anew: exactly the records that depend on its own group are done again, in the
 * order of the tables.
 */
#include "test_root.h"

#include <cloister/message.h>

/* Slots: the process's own, those of another process, and those of nobody's group. */
enum slots {
	SHARED = 200,
	PRIVATE,
	OTHER,
	CNODE = 300,
	SPACE,
	TABLE,
	FRAMES, /* two */
	TIME = FRAMES + 2,
	THREAD,
	NOTE,
	OTHER_CNODE = 400,
	OTHER_SPACE,
	OTHER_THREAD,
	VCPU = 500,
	GUEST_SPACE,
	ENDPOINT,
	VCPU_ENDPOINT,
	FAULTS,
	VCPU_TIME,
	IMAGE_FRAME,
	LINE,
	HANDLER,
};

static struct manifest_thread *thread;

static void add_object(uint32_t type, uint32_t size_bits, uint32_t count, uint32_t slot,
		       uint32_t group)
{
	*ADD(objects, object) = (struct manifest_object){
		.type = type, .size_bits = size_bits, .count = count, .slot = slot, .group = group
	};
}

static void add_mapping(uint32_t frame, uint32_t count, uint32_t space, uint64_t address)
{
	*ADD(mappings, mapping) = (struct manifest_mapping){ .frame = frame,
							     .count = count,
							     .size_bits = 12,
							     .address_space = space,
							     .address = address,
							     .rights = RIGHT_READ };
}

static void add_objects(void)
{
	add_group("shared", SHARED);
	add_group("vmm linux", PRIVATE);
	add_group("other", OTHER);
	add_object(OBJECT_CNODE, 4, 1, OTHER_CNODE, 2);
	add_object(OBJECT_FRAME, 12, 2, FRAMES, 1);
	add_object(OBJECT_CNODE, 4, 1, CNODE, 1);
	add_object(OBJECT_VCPU, 0, 1, VCPU, 0);
	add_object(OBJECT_ADDRESS_SPACE, 0, 1, SPACE, 1);
	add_object(OBJECT_PAGE_TABLE, 0, 1, TABLE, 1);
	add_object(OBJECT_SCHED_CONTEXT, 0, 1, TIME, 1);
	add_object(OBJECT_THREAD, 0, 1, THREAD, 1);
	add_object(OBJECT_NOTIFICATION, 0, 1, NOTE, 1);
}

static void add_connections(void)
{
	*ADD(capabilities, capability) =
		(struct manifest_capability){ LINE, OTHER_CNODE, 1, RIGHTS_ALL, 0 };
	*ADD(capabilities, capability) =
		(struct manifest_capability){ VCPU, CNODE, 1, RIGHT_READ, 0 };
	*ADD(capabilities, capability) =
		(struct manifest_capability){ ENDPOINT, ROOT_SLOT_CNODE, FAULTS, RIGHT_WRITE, 1 };
	*ADD(page_tables, page_table) = (struct manifest_page_table){ 600, OTHER_SPACE, 0x1000 };
	*ADD(page_tables, page_table) = (struct manifest_page_table){ TABLE, SPACE, 0x2000 };
	add_mapping(IMAGE_FRAME, 1, SPACE, 0x200000);
	add_mapping(LINE, 1, OTHER_SPACE, 0x300000);
	add_mapping(FRAMES, 2, SPACE, 0x400000);
	*ADD(loads, load) = (struct manifest_load){ LINE, 1, IMAGE_BASE, 8 };
	*ADD(loads, load) = (struct manifest_load){ FRAMES + 1, 1, IMAGE_BASE + 8 * PAGE, 100 };
	*ADD(sched_contexts, sched_context) =
		(struct manifest_sched_context){ .slot = VCPU_TIME, .budget = 100, .period = 100 };
	*ADD(sched_contexts, sched_context) =
		(struct manifest_sched_context){ .slot = TIME, .budget = 100, .period = 100 };
}

static void add_runners(void)
{
	*ADD(threads, thread) =
		(struct manifest_thread){ .name = "other", .thread = OTHER_THREAD, .group = 2 };
	thread = ADD(threads, thread);
	*thread = (struct manifest_thread){ .name = "vmm linux",
					    .thread = THREAD,
					    .cnode = CNODE,
					    .address_space = SPACE,
					    .fault_endpoint = FAULTS,
					    .sched_context = TIME,
					    .serve = ENDPOINT,
					    .group = 1 };
	*ADD(vcpus, vcpu) = (struct manifest_vcpu){ .vcpu = VCPU,
						    .guest_space = GUEST_SPACE,
						    .endpoint = VCPU_ENDPOINT,
						    .sched_context = VCPU_TIME,
						    .vmm_address_space = SPACE,
						    .start = 1 };
	*ADD(vcpus, vcpu) =
		(struct manifest_vcpu){ .vcpu = 550, .endpoint = 551, .vmm_address_space = 552 };
	*ADD(bindings, binding) = (struct manifest_binding){ BINDING_EVENT, LINE, VCPU, 0 };
	*ADD(bindings, binding) = (struct manifest_binding){ BINDING_IRQ, HANDLER, NOTE, 0 };
	*ADD(guests, guest) = (struct manifest_guest){ .name = "linux", .vmm_thread = 1 };
}

static void make(void)
{
	add_untyped(0x44000000, 26, 0);
	add_objects();
	add_connections();
	add_runners();
	memset(image + 8 * PAGE, 0x5a, 100);
	ck_assert_str_eq(run(), "");
	forget();
}

START_TEST(just_what_is_lost)
{
	struct failure failure;
	unsigned int i = 0;

	make();
	memset(scratch, 0, PAGE);
	ck_assert(build_again(&description, 1, &failure));
	/* The VCpu halts before its VMM goes. */
	expect_call(i++, ROOT_SLOT_CNODE, CNODE_REVOKE, VCPU_ENDPOINT, 0, 0);
	expect_call(i++, ROOT_SLOT_CNODE, CNODE_REVOKE, PRIVATE, 0, 0);
	expect_call(i++, PRIVATE, UNTYPED_RETYPE, OBJECT_FRAME, 12, ROOT_SLOT_CNODE);
	ck_assert_uint_eq(calls[i - 1].word[3], FRAMES);
	ck_assert_uint_eq(calls[i - 1].word[4], 2);
	expect_call(i++, PRIVATE, UNTYPED_RETYPE, OBJECT_CNODE, 4, ROOT_SLOT_CNODE);
	expect_call(i++, PRIVATE, UNTYPED_RETYPE, OBJECT_ADDRESS_SPACE, 0, ROOT_SLOT_CNODE);
	expect_call(i++, PRIVATE, UNTYPED_RETYPE, OBJECT_PAGE_TABLE, 0, ROOT_SLOT_CNODE);
	expect_call(i++, PRIVATE, UNTYPED_RETYPE, OBJECT_SCHED_CONTEXT, 0, ROOT_SLOT_CNODE);
	expect_call(i++, PRIVATE, UNTYPED_RETYPE, OBJECT_THREAD, 0, ROOT_SLOT_CNODE);
	expect_call(i++, PRIVATE, UNTYPED_RETYPE, OBJECT_NOTIFICATION, 0, ROOT_SLOT_CNODE);
	expect_call(i++, ROOT_SLOT_CNODE, CNODE_MINT, VCPU, CNODE, 1);
	expect_call(i++, TABLE, PAGE_TABLE_MAP, SPACE, 0x2000, 0);
	expect_call(i++, IMAGE_FRAME, FRAME_MAP, SPACE, 0x200000, RIGHT_READ);
	expect_call(i++, FRAMES, FRAME_MAP, SPACE, 0x400000, RIGHT_READ);
	expect_call(i++, FRAMES + 1, FRAME_MAP, SPACE, 0x401000, RIGHT_READ);
	expect_call(i++, ROOT_SLOT_CNODE, CNODE_COPY, FRAMES + 1, ROOT_SLOT_CNODE,
		    ROOT_SLOT_SCRATCH);
	i += 2;
	ck_assert_mem_eq(scratch, image + 8 * PAGE, 100);
	expect_call(i++, TIME, SCHED_CONTEXT_CONFIGURE, 6250, 6250, 0);
	expect_call(i++, THREAD, THREAD_CONFIGURE, CNODE, SPACE, FAULTS);
	i += 2;
	expect_call(i++, TIME, SCHED_CONTEXT_BIND, THREAD, 0, 0);
	expect_call(i++, VCPU, VCPU_CONFIGURE, GUEST_SPACE, VCPU_ENDPOINT, 0);
	expect_call(i++, SPACE, ADDRESS_SPACE_MAP_VCPU, VCPU, 0, 0);
	expect_call(i++, HANDLER, IRQ_HANDLER_BIND, NOTE, 0, 0);
	expect_call(i++, THREAD, THREAD_SERVE, ENDPOINT, 0, 0);
	ck_assert_uint_eq(call_count, i);
}
END_TEST

/* What is lost with one process is not taken for lost with the next. */
START_TEST(one_after_the_other)
{
	struct failure failure;

	make();
	ck_assert(build_again(&description, 1, &failure));
	forget();
	ck_assert(build_again(&description, 0, &failure));
	expect_call(0, ROOT_SLOT_CNODE, CNODE_REVOKE, OTHER, 0, 0);
	expect_call(1, OTHER, UNTYPED_RETYPE, OBJECT_CNODE, 4, ROOT_SLOT_CNODE);
	expect_call(2, ROOT_SLOT_CNODE, CNODE_COPY, LINE, OTHER_CNODE, 1);
	ck_assert_uint_eq(call_count, 3);
}
END_TEST

static const struct {
	uint64_t label;
	const char *words;
} failures[] = {
	{ CNODE_REVOKE, "group 1 vmm linux: take a vCPU from it: ERR_MEMORY" },
	{ UNTYPED_RETYPE, "object 1 OBJECT_FRAME: retype: ERR_MEMORY" },
	{ CNODE_MINT, "capability 1: mint: ERR_MEMORY" },
	{ PAGE_TABLE_MAP, "page table 1: map: ERR_MEMORY" },
	{ FRAME_MAP, "mapping 0: map: ERR_MEMORY" },
	{ CNODE_COPY, "load 1: map to fill: ERR_MEMORY" },
	{ CNODE_DELETE, "load 1: unmap: ERR_MEMORY" },
	{ SCHED_CONTEXT_CONFIGURE, "sched_context 1: configure: ERR_MEMORY" },
	{ THREAD_START_AT, "thread 1 vmm linux: start_at: ERR_MEMORY" },
	{ VCPU_CONFIGURE, "vcpu 0 linux: configure: ERR_MEMORY" },
	{ IRQ_HANDLER_BIND, "binding 1 BINDING_IRQ: bind: ERR_MEMORY" },
	{ THREAD_SERVE, "thread 1 vmm linux: serve: ERR_MEMORY" },
};

/* It is told, nothing is done behind it, and the next attempt can do it. */
START_TEST(a_step_fails)
{
	struct failure failure;
	unsigned int done;

	make();
	ck_assert(build_again(&description, 1, &failure));
	done = call_count;
	forget();
	refuse(failures[_i].label, ERR_MEMORY);
	ck_assert(!build_again(&description, 1, &failure));
	ck_assert_str_eq(failure.text, failures[_i].words);
	ck_assert_uint_eq(calls[call_count - 1].label, failures[_i].label);
	forget();
	ck_assert(build_again(&description, 1, &failure));
	ck_assert_uint_eq(call_count, done);
}
END_TEST

void add_rebuild_tests(TCase *tests)
{
	tcase_add_test(tests, just_what_is_lost);
	tcase_add_test(tests, one_after_the_other);
	tcase_add_loop_test(tests, a_step_fails, 0, sizeof(failures) / sizeof(failures[0]));
}
