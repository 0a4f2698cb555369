/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Untypeds: where objects come to lie, what is refused and leaves all as it was, and what a revoke gives back.
 */
#include "kernel_machine.h"

#define IMAGE_UNTYPED  (ROOT_SLOT_UNTYPED + 3)
#define DEVICE_UNTYPED (ROOT_SLOT_UNTYPED + 4)
#define WINDOW_UNTYPED (ROOT_SLOT_UNTYPED + 5)

static uint64_t used_of(cap_t untyped)
{
	uint64_t address, used = 0;
	uint32_t bits, flags;

	ck_assert_ok(untyped_describe(untyped, &address, &bits, &flags, &used));
	return used;
}

static uint64_t address_of(cap_t frame)
{
	uint64_t physical = 0;

	ck_assert_ok(frame_address(frame, &physical));
	return physical;
}

static enum status retype(cap_t untyped, enum object_type type, uint32_t size_bits, cap_t slot,
			  uint32_t count)
{
	return untyped_retype(untyped, type, size_bits, ROOT_SLOT_CNODE, slot, count, 0);
}

START_TEST(describes_what_the_machine_has)
{
	static const struct {
		uint64_t address;
		uint32_t bits, flags;
	} expected[MACHINE_UNTYPEDS] = {
		{ MACHINE_FREE, 21, 0 },
		{ MACHINE_FREE + MIB(2), 23, 0 },
		{ MACHINE_FREE + MIB(10), 24, 0 },
		{ MACHINE_IMAGE, 21, UNTYPED_IMAGE },
		{ MACHINE_DEVICE, 12, UNTYPED_DEVICE },
		{ MACHINE_WINDOW, 30, UNTYPED_DEVICE },
	};

	for (cap_t i = 0; i < MACHINE_UNTYPEDS; i++) {
		uint64_t address = 0, used = 1;
		uint32_t bits = 0, flags = ~0U;

		ck_assert_ok(
			untyped_describe(ROOT_SLOT_UNTYPED + i, &address, &bits, &flags, &used));
		ck_assert_uint_eq(address, expected[i].address);
		ck_assert_uint_eq(bits, expected[i].bits);
		ck_assert_uint_eq(flags, expected[i].flags);
		ck_assert_uint_eq(used, 0);
	}
	ck_assert_int_eq(slot_of(ROOT_SLOT_UNTYPED + MACHINE_UNTYPEDS)->type, OBJECT_NULL);
}
END_TEST

/* Objects are aligned to their size, one behind the other, zeroed, and children of the Untyped. */
START_TEST(objects_lie_one_behind_the_other)
{
	cap_t untyped = object_new(OBJECT_UNTYPED, 16);
	uint64_t base = slot_of(untyped)->object;
	cap_t endpoint = slot_new();
	cap_t frames = slot_new();

	slot_new();
	slot_new();
	ck_assert_ok(retype(untyped, OBJECT_ENDPOINT, 0, endpoint, 1));
	ck_assert_uint_eq(used_of(untyped), 1U << BITS_ENDPOINT);
	ck_assert_ok(retype(untyped, OBJECT_FRAME, PAGE_BITS, frames, 3));
	ck_assert_uint_eq(used_of(untyped), 4 * PAGE_SIZE);
	for (unsigned int i = 0; i < 3; i++) {
		const uint64_t *words = phys_to_virt(base + (i + 1) * PAGE_SIZE);

		ck_assert_uint_eq(address_of(frames + i), base + (i + 1) * PAGE_SIZE);
		ck_assert_uint_eq(slot_of(frames + i)->depth, slot_of(untyped)->depth + 1);
		for (unsigned int j = 0; j < PAGE_SIZE / sizeof(*words); j++)
			ck_assert_uint_eq(words[j], 0);
	}
	ck_assert_ptr_eq(object_of(endpoint), phys_to_virt(base));
}
END_TEST

/* Each type takes as much as idl/kernel.idl says. */
START_TEST(sizes)
{
	static const struct {
		enum object_type type;
		uint32_t size_bits, bits;
	} sizes[] = {
		{ OBJECT_THREAD, 0, BITS_THREAD },
		{ OBJECT_VCPU, 0, BITS_VCPU },
		{ OBJECT_SCHED_CONTEXT, 0, BITS_SCHED_CONTEXT },
		{ OBJECT_ENDPOINT, 0, BITS_ENDPOINT },
		{ OBJECT_NOTIFICATION, 0, BITS_NOTIFICATION },
		{ OBJECT_PAGE_TABLE, 0, BITS_PAGE_TABLE },
		{ OBJECT_ADDRESS_SPACE, 0, BITS_ADDRESS_SPACE },
		{ OBJECT_GUEST_SPACE, 0, BITS_GUEST_SPACE },
		{ OBJECT_FRAME, 12, 12 },
		{ OBJECT_FRAME, 21, 21 },
		{ OBJECT_UNTYPED, 12, 12 },
		{ OBJECT_UNTYPED, 20, 20 },
		{ OBJECT_CNODE, 2, 2 + BITS_SLOT },
		{ OBJECT_CNODE, 10, 10 + BITS_SLOT },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint64_t before = align_up(used_of(MACHINE_UNTYPED), BIT(sizes[i].bits));

		object_new(sizes[i].type, sizes[i].size_bits);
		ck_assert_uint_eq(used_of(MACHINE_UNTYPED), before + BIT(sizes[i].bits));
	}
}
END_TEST

/* Each of these is refused, and nothing is different afterwards. */
START_TEST(refusals)
{
	static const struct {
		uint64_t type, size_bits, cnode, slot, count, offset;
		enum status status;
	} calls[] = {
		{ OBJECT_UNTYPED, 11, 1, 200, 1, 0, ERR_ARGUMENT },
		{ OBJECT_UNTYPED, 48, 1, 200, 1, 0, ERR_ARGUMENT },
		{ OBJECT_FRAME, 13, 1, 200, 1, 0, ERR_ARGUMENT },
		{ OBJECT_FRAME, 0, 1, 200, 1, 0, ERR_ARGUMENT },
		{ OBJECT_CNODE, 1, 1, 200, 1, 0, ERR_ARGUMENT },
		{ OBJECT_CNODE, 17, 1, 200, 1, 0, ERR_ARGUMENT },
		{ OBJECT_THREAD, 11, 1, 200, 1, 0, ERR_ARGUMENT },
		{ OBJECT_IRQ_CONTROL, 0, 1, 200, 1, 0, ERR_ARGUMENT },
		{ OBJECT_IRQ_HANDLER, 0, 1, 200, 1, 0, ERR_ARGUMENT },
		{ OBJECT_FIRMWARE, 0, 1, 200, 1, 0, ERR_ARGUMENT },
		{ 0, 0, 1, 200, 1, 0, ERR_ARGUMENT },
		{ 99, 0, 1, 200, 1, 0, ERR_ARGUMENT },
		{ OBJECT_ENDPOINT, 0, 1, 200, 0, 0, ERR_ARGUMENT },
		{ OBJECT_ENDPOINT, 0, 1, 200, 1, 64, ERR_ARGUMENT },
		{ OBJECT_ENDPOINT, 0, 1, 4096, 1, 0, ERR_ARGUMENT },
		{ OBJECT_ENDPOINT, 0, 1, 4095, 2, 0, ERR_ARGUMENT },
		{ OBJECT_ENDPOINT, 0, 1, 200, 0xffffffff, 0, ERR_ARGUMENT },
		{ OBJECT_ENDPOINT, 0, 1, 0x1000000c8, 1, 0, ERR_ARGUMENT },
		{ OBJECT_ENDPOINT, 0, 200, 200, 1, 0, ERR_CAPABILITY },
		{ OBJECT_ENDPOINT, 0, 3, 200, 1, 0, ERR_TYPE },
		{ OBJECT_ENDPOINT, 0, 1, 3, 1, 0, ERR_OCCUPIED },
		{ OBJECT_ENDPOINT, 0, 1, 298, 3, 0,
		  ERR_OCCUPIED }, /* the last of three is in use */
		{ OBJECT_FRAME, 12, 1, 200, 16, 0, ERR_MEMORY },
		{ OBJECT_FRAME, 21, 1, 200, 1, 0, ERR_MEMORY },
		{ OBJECT_FRAME, 30, 1, 200, 1, 0, ERR_MEMORY },
		{ OBJECT_UNTYPED, 47, 1, 200, 1, 0, ERR_MEMORY },
	};
	cap_t untyped = object_new(OBJECT_UNTYPED, 16);

	ck_assert_ok(retype(untyped, OBJECT_ENDPOINT, 0, 300, 1));
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		struct message m = { .label = UNTYPED_RETYPE,
				     .word = { calls[i].type, calls[i].size_bits, calls[i].cnode,
					       calls[i].slot, calls[i].count, calls[i].offset } };
		enum status status = message_call(untyped, &m);

		ck_assert_msg(status == calls[i].status, "call %u: status %d, not %d", i, status,
			      calls[i].status);
		ck_assert_uint_eq(used_of(untyped), 64);
		for (cap_t slot = 200; slot < 300; slot++)
			ck_assert_int_eq(slot_of(slot)->type, OBJECT_NULL);
	}
	ck_assert_int_eq(retype(minted(ROOT_SLOT_IRQ_CONTROL, 0, 0), OBJECT_ENDPOINT, 0, 200, 1),
			 ERR_RIGHTS);
}
END_TEST

/* CNodes and Untypeds come into the root server's CNode only; other objects into any. */
START_TEST(other_cnodes)
{
	cap_t cnode = object_new(OBJECT_CNODE, 3);

	ck_assert_int_eq(untyped_retype(MACHINE_UNTYPED, OBJECT_CNODE, 3, cnode, 0, 1, 0),
			 ERR_ARGUMENT);
	ck_assert_int_eq(untyped_retype(MACHINE_UNTYPED, OBJECT_UNTYPED, 12, cnode, 0, 1, 0),
			 ERR_ARGUMENT);
	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, OBJECT_ENDPOINT, 0, cnode, 0, 8, 0));
	ck_assert_int_eq(untyped_retype(MACHINE_UNTYPED, OBJECT_ENDPOINT, 0, cnode, 7, 1, 0),
			 ERR_OCCUPIED);
	ck_assert_int_eq(untyped_retype(MACHINE_UNTYPED, OBJECT_ENDPOINT, 0,
					minted(cnode, RIGHT_READ | RIGHT_WRITE, 0), 0, 1, 0),
			 ERR_RIGHTS);
}
END_TEST

START_TEST(exhaustion_and_revoke)
{
	cap_t untyped = object_new(OBJECT_UNTYPED, 16);
	unsigned int round;

	for (round = 0; round < 3; round++) {
		cap_t first = 1000;
		unsigned int count = 0;

		while (retype(untyped, OBJECT_FRAME, PAGE_BITS, first + count, 1) == OK) {
			ck_assert_uint_eq(address_of(first + count),
					  slot_of(untyped)->object + count * PAGE_SIZE);
			count++;
		}
		ck_assert_uint_eq(count, 16);
		ck_assert_uint_eq(used_of(untyped), 1U << 16);
		/* Deleting gives nothing back, a revoke all. */
		ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, first));
		ck_assert_int_eq(retype(untyped, OBJECT_ENDPOINT, 0, first, 1), ERR_MEMORY);
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, untyped));
		ck_assert_uint_eq(used_of(untyped), 0);
		for (unsigned int i = 0; i < count; i++)
			ck_assert_int_eq(slot_of(first + i)->type, OBJECT_NULL);
	}
	ck_assert_ok(retype(untyped, OBJECT_UNTYPED, 16, 1000, 1));
	ck_assert_int_eq(cnode_delete(ROOT_SLOT_CNODE, untyped), ERR_DESCENDANTS);
}
END_TEST

/* Memory with contents keeps them, gives only frames and Untypeds, where the caller says, more than once. */
START_TEST(memory_with_contents)
{
	cap_t frames = slot_new();
	cap_t untyped = slot_new();
	uint32_t *word = phys_to_virt(MACHINE_IMAGE + 5 * PAGE_SIZE);

	*word = 0x600df00d;
	for (unsigned int i = 0; i < 4; i++)
		slot_new();
	ck_assert_int_eq(untyped_retype(IMAGE_UNTYPED, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, frames,
					1, 0),
			 ERR_ARGUMENT);
	ck_assert_ok(untyped_retype(IMAGE_UNTYPED, OBJECT_FRAME, PAGE_BITS, ROOT_SLOT_CNODE, frames,
				    1, 5 * PAGE_SIZE));
	ck_assert_uint_eq(address_of(frames), MACHINE_IMAGE + 5 * PAGE_SIZE);
	ck_assert_ok(untyped_retype(IMAGE_UNTYPED, OBJECT_UNTYPED, 13, ROOT_SLOT_CNODE, untyped, 1,
				    4 * PAGE_SIZE));
	ck_assert_ok(untyped_retype(untyped, OBJECT_FRAME, PAGE_BITS, ROOT_SLOT_CNODE, untyped + 1,
				    1, PAGE_SIZE));
	ck_assert_uint_eq(address_of(untyped + 1), MACHINE_IMAGE + 5 * PAGE_SIZE);
	ck_assert_uint_eq(*word, 0x600df00d);
	ck_assert_uint_eq(used_of(IMAGE_UNTYPED), 0);
	ck_assert_int_eq(untyped_retype(untyped, OBJECT_THREAD, 0, ROOT_SLOT_CNODE, untyped + 2, 1,
					0),
			 ERR_ARGUMENT);
	/* Where it would not be aligned, or not inside. */
	ck_assert_int_eq(untyped_retype(IMAGE_UNTYPED, OBJECT_FRAME, PAGE_BITS, ROOT_SLOT_CNODE,
					untyped + 2, 1, 64),
			 ERR_ARGUMENT);
	ck_assert_int_eq(untyped_retype(IMAGE_UNTYPED, OBJECT_FRAME, PAGE_BITS, ROOT_SLOT_CNODE,
					untyped + 2, 1, MIB(2)),
			 ERR_ARGUMENT);
	ck_assert_int_eq(untyped_retype(IMAGE_UNTYPED, OBJECT_FRAME, PAGE_BITS, ROOT_SLOT_CNODE,
					untyped + 2, 2, MIB(2) - PAGE_SIZE),
			 ERR_MEMORY);
	ck_assert_int_eq(slot_of(untyped + 2)->type, OBJECT_NULL);
}
END_TEST

START_TEST(devices)
{
	cap_t frame = slot_new();
	cap_t block = slot_new();
	cap_t huge = slot_new();

	ck_assert_ok(retype(DEVICE_UNTYPED, OBJECT_FRAME, PAGE_BITS, frame, 1));
	ck_assert_uint_eq(address_of(frame), MACHINE_DEVICE);
	ck_assert_ok(untyped_retype(WINDOW_UNTYPED, OBJECT_FRAME, BLOCK_BITS, ROOT_SLOT_CNODE,
				    block, 1, MIB(512)));
	ck_assert_uint_eq(address_of(block), MACHINE_WINDOW + MIB(512));
	ck_assert_ok(retype(WINDOW_UNTYPED, OBJECT_FRAME, HUGE_BITS, huge, 1));
	ck_assert_int_eq(retype(DEVICE_UNTYPED, OBJECT_NOTIFICATION, 0, slot_new(), 1),
			 ERR_ARGUMENT);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, WINDOW_UNTYPED));
	ck_assert_int_eq(slot_of(huge)->type, OBJECT_NULL);
}
END_TEST

/* Whatever lives in an Untyped ends with its revoke, in whatever state it is. */
START_TEST(revoke_ends_all_objects)
{
	cap_t untyped = object_new(OBJECT_UNTYPED, 20);
	cap_t endpoint = slot_new();
	cap_t thread = slot_new();
	cap_t space = slot_new();
	cap_t sc = slot_new();
	struct task client = task_new();

	ck_assert_ok(retype(untyped, OBJECT_ENDPOINT, 0, endpoint, 1));
	ck_assert_ok(retype(untyped, OBJECT_THREAD, 0, thread, 1));
	ck_assert_ok(retype(untyped, OBJECT_ADDRESS_SPACE, 0, space, 1));
	ck_assert_ok(retype(untyped, OBJECT_SCHED_CONTEXT, 0, sc, 1));
	ck_assert_ok(thread_configure(thread, ROOT_SLOT_CNODE, space, endpoint));
	ck_assert_ok(sched_context_configure(sc, 1000000, 1000000));
	ck_assert_ok(sched_context_bind(sc, thread));
	ck_assert_ok(thread_serve(thread, endpoint));
	ck_assert_ok(thread_resume(client.cap));
	ck_assert(!task_call(&client, endpoint, 1, 2));
	machine_check();
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, untyped));
	machine_check();
	ck_assert_int_eq(client.thread->context.state, STATE_READY);
	ck_assert_int_eq(task_status(&client), ERR_ABORTED);
	for (cap_t slot = endpoint; slot <= sc; slot++)
		ck_assert_int_eq(slot_of(slot)->type, OBJECT_NULL);
	/* The memory is good for others. */
	ck_assert_ok(retype(untyped, OBJECT_FRAME, PAGE_BITS, endpoint, 1));
	machine_run_task(&client);
	machine_check();
}
END_TEST

START_TEST(objects_at_once)
{
	cap_t slots = 2000;

	ck_assert_int_eq(untyped_retype(MACHINE_UNTYPED, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, slots,
					RETYPE_COUNT_MAX + 1, 0),
			 ERR_ARGUMENT);
	ck_assert_int_eq(slot_of(slots)->type, OBJECT_NULL);
	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, slots,
				    RETYPE_COUNT_MAX, 0));
	ck_assert_int_eq(slot_of(slots + RETYPE_COUNT_MAX - 1)->type, OBJECT_ENDPOINT);
}
END_TEST

int main(void)
{
	TCase *tcase = machine_case("memory");

	tcase_add_test(tcase, describes_what_the_machine_has);
	tcase_add_test(tcase, objects_lie_one_behind_the_other);
	tcase_add_test(tcase, sizes);
	tcase_add_test(tcase, refusals);
	tcase_add_test(tcase, other_cnodes);
	tcase_add_test(tcase, exhaustion_and_revoke);
	tcase_add_test(tcase, memory_with_contents);
	tcase_add_test(tcase, devices);
	tcase_add_test(tcase, revoke_ends_all_objects);
	tcase_add_test(tcase, objects_at_once);
	return machine_main("memory", &tcase, 1);
}
