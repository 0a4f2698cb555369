/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol `manager`: what it tells, who may call it, and arguments that nothing has. */
#include "test_root.h"

#include <cloister/message.h>

static struct message m;

static void manage(uint64_t label, uint64_t argument)
{
	m = (struct message){ .label = label, .badge = ROOT_BADGE_MANAGER, .word = { argument } };
	forget();
	calls_serve(&m);
}

static void make(void)
{
	struct manifest_guest *guest;

	add_group("shared", 200);
	add_group("vmm g", 201);
	add_untyped(0x40200000, 21, UNTYPED_IMAGE);
	add_untyped(0x44000000, 26, 0);
	add_untyped(0x48000000, 20, 0);
	*ADD(sched_contexts, sched_context) =
		(struct manifest_sched_context){ .slot = 503, .budget = 4000, .period = 10000 };
	*ADD(threads, thread) = (struct manifest_thread){
		.name = "uart", .thread = 300, .sched_context = 304, .priority = 200
	};
	*ADD(threads, thread) = (struct manifest_thread){
		.name = "vmm g", .thread = 310, .priority = 100, .group = 1
	};
	*ADD(vcpus, vcpu) =
		(struct manifest_vcpu){ .vcpu = 500, .sched_context = 503, .priority = 100 };
	*ADD(vcpus, vcpu) =
		(struct manifest_vcpu){ .vcpu = 510, .sched_context = 513, .priority = 100 };
	guest = ADD(guests, guest);
	*guest = (struct manifest_guest){ .vmm_thread = 1,
					  .memory_base = 0x40000000,
					  .memory_size = 0x20000000 };
	snprintf(guest->name, sizeof(guest->name), "a guest with a name of 31 byte");
	manifest->memory_count = 2;
	manifest->memory[0].size = 0x8000000;
	manifest->memory[1].size = 0x2000000;
	manifest->root_cnode_bits = 12;
	now = 90UL * FREQUENCY + FREQUENCY / 1000;
	start();
}

START_TEST(machine)
{
	make();
	manage(MANAGER_MACHINE, 0);
	ck_assert_uint_eq(m.label, OK);
	ck_assert_uint_eq(m.word[0], 1);
	ck_assert_uint_eq(m.word[1], 2);
	ck_assert_uint_eq(m.word[2], 90001000);
}
END_TEST

/* Of the two Untypeds of ordinary memory, and of the two groups. */
START_TEST(memory)
{
	make();
	answer(UNTYPED_DESCRIBE, ROOT_SLOT_UNTYPED + 1,
	       (uint64_t[]){ 0x44000000, 26, 0, 0x1000000, 0, 0 });
	answer(UNTYPED_DESCRIBE, ROOT_SLOT_UNTYPED + 2, (uint64_t[]){ 0x48000000, 20, 0, 0, 0, 0 });
	answer(UNTYPED_DESCRIBE, 200, (uint64_t[]){ 0x44000000, 20, 0, 0xff000, 0, 0 });
	answer(UNTYPED_DESCRIBE, 201, (uint64_t[]){ 0x44100000, 20, 0, 0x80000, 0, 0 });
	answer(CNODE_COUNT, ROOT_SLOT_CNODE, (uint64_t[]){ 4096, 100, 0, 0, 0, 0 });
	manage(MANAGER_MEMORY, 0);
	ck_assert_uint_eq(m.label, OK);
	ck_assert_uint_eq(m.word[0], 0xa000000);
	ck_assert_uint_eq(m.word[1], 0x3000000 + 0x100000);
	ck_assert_uint_eq(m.word[2], 0x1000 + 0x80000);
	ck_assert_uint_eq(m.word[3], 4096);
	ck_assert_uint_eq(m.word[4], 1600);
	ck_assert_uint_eq(count_calls(CNODE_COUNT, ANY), 16);
	expect_call(call_count - 1, ROOT_SLOT_CNODE, CNODE_COUNT, 15 * CNODE_COUNT_MAX, 0, 0);
}
END_TEST

START_TEST(names)
{
	make();
	manage(MANAGER_GUEST_NAME, 0);
	ck_assert_uint_eq(m.label, OK);
	ck_assert_str_eq((const char *)m.word, "a guest with a name of 31 byte");
	manage(MANAGER_SERVER_NAME, 1);
	ck_assert_uint_eq(m.label, OK);
	ck_assert_str_eq((const char *)m.word, "vmm g");
}
END_TEST

START_TEST(guest)
{
	make();
	answer(VCPU_STATISTICS, 500, (uint64_t[]){ 1000, 10, 0, 0, 0, 0 });
	answer(VCPU_STATISTICS, 510, (uint64_t[]){ 1, 2, 0, 0, 0, 0 });
	answer(SCHED_CONTEXT_CONSUMED, 503, (uint64_t[]){ FREQUENCY * 3, 0, 0, 0, 0, 0 });
	answer(SCHED_CONTEXT_CONSUMED, 513, (uint64_t[]){ FREQUENCY / 2, 0, 0, 0, 0, 0 });
	manage(MANAGER_GUEST_RESET, 0);
	manage(MANAGER_GUEST_STATUS, 0);
	ck_assert_uint_eq(m.label, OK);
	ck_assert_uint_eq(m.word[0], GUEST_STATE_RUNNING);
	ck_assert_uint_eq(m.word[1], 1);
	ck_assert_uint_eq(m.word[2], 0);
	ck_assert_uint_eq(m.word[3], 1001);
	ck_assert_uint_eq(m.word[4], 12);
	ck_assert_uint_eq(m.word[5], 3500000);
	manage(MANAGER_GUEST_DESCRIPTION, 0);
	ck_assert_uint_eq(m.label, OK);
	ck_assert_uint_eq(m.word[0], 0x40000000);
	ck_assert_uint_eq(m.word[1], 0x20000000);
	ck_assert_uint_eq(m.word[2], 2);
	ck_assert_uint_eq(m.word[3], 100);
	ck_assert_uint_eq(m.word[4], 4000);
	ck_assert_uint_eq(m.word[5], 10000);
}
END_TEST

START_TEST(server)
{
	make();
	answer(SCHED_CONTEXT_CONSUMED, 304, (uint64_t[]){ FREQUENCY, 0, 0, 0, 0, 0 });
	manage(MANAGER_SERVER_STATUS, 0);
	ck_assert_uint_eq(m.label, OK);
	ck_assert_uint_eq(m.word[0], SERVER_STATE_RUNNING);
	ck_assert_uint_eq(m.word[1], 0);
	ck_assert_uint_eq(m.word[2], 200);
	ck_assert_uint_eq(m.word[3], 1000000);
	ck_assert_uint_eq(m.word[4], 0);
	ck_assert_uint_eq(m.word[5], 0);
	/* A VMM has no time of its own. */
	servers_failed(1, 0x92000045, 0x200010);
	manage(MANAGER_SERVER_STATUS, 1);
	ck_assert_uint_eq(m.word[0], SERVER_STATE_FAILED);
	ck_assert_uint_eq(m.word[3], 0);
	ck_assert_uint_eq(m.word[4], 0x92000045);
	ck_assert_uint_eq(m.word[5], 0x200010);
}
END_TEST

START_TEST(power_off)
{
	make();
	manage(MANAGER_POWER_OFF, 0);
	ck_assert_uint_eq(m.label, OK);
	ck_assert_uint_eq(guests_deadline(), now + FREQUENCY / 2);
	/* Asked again it is not later. */
	now += FREQUENCY / 4;
	manage(MANAGER_POWER_OFF, 0);
	ck_assert_uint_eq(guests_deadline(), now + FREQUENCY / 4);
	ck_assert(!guests_run(now + FREQUENCY / 4));
}
END_TEST

/* Those that name a guest or a server. */
static const uint64_t indexed[] = {
	MANAGER_GUEST_NAME,  MANAGER_GUEST_STATUS,  MANAGER_GUEST_DESCRIPTION, MANAGER_GUEST_START,
	MANAGER_GUEST_STOP,  MANAGER_GUEST_PAUSE,   MANAGER_GUEST_RESUME,      MANAGER_GUEST_RESET,
	MANAGER_SERVER_NAME, MANAGER_SERVER_STATUS,
};

START_TEST(indices_of_nothing)
{
	static const uint64_t none[] = { 2, UINT32_MAX, 1ULL << 32, UINT64_MAX };

	make();
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		manage(indexed[_i], none[i]);
		ck_assert_uint_eq(m.label, ERR_ARGUMENT);
		ck_assert_uint_eq(call_count, 0);
		ck_assert_str_eq(said, "");
	}
}
END_TEST

START_TEST(too_patient)
{
	make();
	m = (struct message){ .label = MANAGER_GUEST_STOP,
			      .badge = ROOT_BADGE_MANAGER,
			      .word = { 0, (1ULL << 40) + 1 } };
	calls_serve(&m);
	ck_assert_uint_eq(m.label, ERR_ARGUMENT);
	ck_assert_int_eq(guests_get(0)->state, GUEST_STATE_RUNNING);
}
END_TEST

/* No VMM manages, no manager speaks for a guest, and nobody knows other labels. */
START_TEST(badges)
{
	make();
	for (uint64_t label = MANAGER_MACHINE; label <= MANAGER_POWER_OFF; label++) {
		m = (struct message){ .label = label, .badge = ROOT_BADGE_GUEST };
		calls_serve(&m);
		ck_assert_uint_eq(m.label, ERR_RIGHTS);
	}
	manage(ROOT_GUEST_ENDED, GUEST_OFF);
	ck_assert_uint_eq(m.label, ERR_RIGHTS);
	manage(MANAGER_POWER_OFF + 1, 0);
	ck_assert_uint_eq(m.label, ERR_TYPE);
	manage(LABEL_FAULT, 0);
	ck_assert_uint_eq(m.label, ERR_TYPE);
	ck_assert_uint_eq(call_count, 0);
	ck_assert_int_eq(guests_get(0)->state, GUEST_STATE_RUNNING);
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
}
END_TEST

void add_manager_tests(TCase *tests)
{
	tcase_add_test(tests, machine);
	tcase_add_test(tests, memory);
	tcase_add_test(tests, names);
	tcase_add_test(tests, guest);
	tcase_add_test(tests, server);
	tcase_add_test(tests, power_off);
	tcase_add_loop_test(tests, indices_of_nothing, 0, sizeof(indexed) / sizeof(indexed[0]));
	tcase_add_test(tests, too_patient);
	tcase_add_test(tests, badges);
}
