/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guests that are reset, stopped, paused, started and that end: what the kernel is asked for, and what
 * is said of it.
 */
#include "test_root.h"

#include <cloister/message.h>

#define GUESTS 2
/* Of guest n's VCpu that starts at boot, and of its other one. */
#define FIRST(n)  (100 + (n))
#define SECOND(n) (200 + (n))
#define GROUP(n)  (300 + (n))
#define THREAD(n) (310 + (n))
#define BUTTON(n) (320 + (n))

static void add_vcpu(uint32_t guest, uint32_t cap, uint32_t start)
{
	struct manifest_vcpu *vcpu = ADD(vcpus, vcpu);

	vcpu->vcpu = cap;
	vcpu->guest = guest;
	vcpu->start = start;
}

static void add_guest(uint32_t index)
{
	struct manifest_guest *guest = ADD(guests, guest);

	snprintf(guest->name, sizeof(guest->name), "g%u", index);
	guest->vmm_thread = index;
	guest->power_button = BUTTON(index);
}

static void make_guests(void)
{
	add_untyped(0x44000000, 26, 0);
	add_group("vmm g0", GROUP(0));
	add_group("vmm g1", GROUP(1));
	for (uint32_t i = 0; i < GUESTS; i++)
		*ADD(objects, object) = (struct manifest_object){
			.type = OBJECT_THREAD, .count = 1, .slot = THREAD(i), .group = i
		};
	for (uint32_t i = 0; i < GUESTS; i++)
		*ADD(threads, thread) = (struct manifest_thread){ .thread = THREAD(i), .group = i };
	for (uint32_t i = 0; i < GUESTS; i++)
		add_guest(i);
	for (uint32_t i = 0; i < GUESTS; i++) {
		add_vcpu(i, FIRST(i), 1);
		add_vcpu(i, SECOND(i), 0);
	}
	now = 5UL * FREQUENCY;
	start();
}

static struct manifest_guest *record(uint32_t guest)
{
	return (struct manifest_guest *)((uint8_t *)manifest + manifest->guests.offset) + guest;
}

static enum guest_state state(uint32_t guest)
{
	return guests_get(guest)->state;
}

/* Guest `guest`'s VMM calls. */
static void call(uint32_t guest, uint64_t end)
{
	struct message m = { .label = ROOT_GUEST_ENDED,
			     .badge = ROOT_BADGE_GUEST + guest,
			     .word = { end } };

	forget();
	calls_serve(&m);
	ck_assert_uint_eq(m.label, OK);
}

/* A manager calls. */
static enum status manage(uint64_t label, uint64_t guest, uint64_t word)
{
	struct message m = { .label = label, .badge = ROOT_BADGE_MANAGER, .word = { guest, word } };

	forget();
	calls_serve(&m);
	return (enum status)m.label;
}

/* Both VCpus are stopped, and the first begins again. */
static void expect_restart(uint32_t guest)
{
	expect_call(0, FIRST(guest), VCPU_STOP, 0, 0, 0);
	expect_call(1, SECOND(guest), VCPU_STOP, 0, 0, 0);
	expect_call(call_count - 1, FIRST(guest), VCPU_START, 0, 0, 0);
	ck_assert_uint_eq(count_calls(VCPU_STOP, ANY), 2);
	ck_assert_uint_eq(count_calls(VCPU_START, ANY), 1);
}

START_TEST(reset_begins_anew)
{
	make_guests();
	call(1, GUEST_RESET);
	expect_restart(1);
	ck_assert_str_eq(said, "guest g1: reset, number 1\n");
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
}
END_TEST

/* One line a second for each guest, and the last number at the end. */
START_TEST(storm_of_resets)
{
	make_guests();
	call(0, GUEST_RESET);
	for (unsigned int i = 2; i <= 50; i++) {
		now += FREQUENCY / 50;
		call(0, GUEST_RESET);
		expect_restart(0);
		ck_assert_str_eq(said, "");
	}
	call(1, GUEST_RESET);
	ck_assert_str_eq(said, "guest g1: reset, number 1\n");
	now += FREQUENCY / 50;
	call(0, GUEST_RESET);
	ck_assert_str_eq(said, "guest g0: reset, number 51\n");
	call(0, GUEST_RESET);
	call(0, GUEST_OFF);
	ck_assert_ptr_nonnull(strstr(said, "guest g0: reset, number 52\nguest g0: powered off\n"));
}
END_TEST

/* The last of several resets is told when the second is over, though nothing more happens. */
START_TEST(last_reset_is_told)
{
	make_guests();
	call(0, GUEST_RESET);
	call(0, GUEST_RESET);
	call(0, GUEST_RESET);
	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(guests_deadline(), now + FREQUENCY);
	said[0] = '\0';
	now += FREQUENCY - 1;
	ck_assert(guests_run(now));
	ck_assert_str_eq(said, "");
	now += 1;
	ck_assert(guests_run(now));
	ck_assert_str_eq(said, "guest g0: reset, number 3\n");
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
}
END_TEST

/* What has ended does not begin again, whatever its VMM says. */
START_TEST(end_is_an_end)
{
	make_guests();
	call(0, _i ? GUEST_OFF : GUEST_FAILED);
	expect_call(0, FIRST(0), VCPU_STOP, 0, 0, 0);
	expect_call(1, SECOND(0), VCPU_STOP, 0, 0, 0);
	ck_assert_int_eq(state(0), _i ? GUEST_STATE_OFF : GUEST_STATE_FAILED);
	/* Nor does its VMM go on, on its time. */
	ck_assert_uint_eq(count_calls(THREAD_SUSPEND, THREAD(0)), 1);
	ck_assert_int_eq(servers_get(0)->state, SERVER_STATE_STOPPED);
	call(0, GUEST_RESET);
	ck_assert_uint_eq(call_count, 0);
	ck_assert_str_eq(said, "");
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
	call(1, GUEST_OFF);
	ck_assert_ptr_nonnull(strstr(said, "the last guest has ended: powering off\n"));
	ck_assert_uint_eq(guests_deadline(), now + FREQUENCY / 2);
	ck_assert(guests_run(guests_deadline() - 1));
	ck_assert(!guests_run(guests_deadline()));
	/* Too late. */
	ck_assert_int_eq(manage(MANAGER_GUEST_START, 0, 0), ERR_STATE);
}
END_TEST

START_TEST(reset_that_ends)
{
	make_guests();
	record(0)->on_reset = ON_RESET_OFF;
	call(0, GUEST_RESET);
	ck_assert_int_eq(state(0), GUEST_STATE_OFF);
	ck_assert_uint_eq(count_calls(VCPU_START, ANY), 0);
	ck_assert_ptr_nonnull(strstr(said, "guest g0: powered off by a reset\n"));
}
END_TEST

/* A badge or an end that nobody has. */
START_TEST(wrong_calls)
{
	struct message m = { .label = ROOT_GUEST_ENDED, .badge = ROOT_BADGE_GUEST + GUESTS };

	make_guests();
	calls_serve(&m);
	ck_assert_uint_eq(m.label, ERR_RIGHTS);
	m = (struct message){ .label = ROOT_GUEST_ENDED,
			      .badge = ROOT_BADGE_GUEST,
			      .word = { GUEST_FAILED + 1 } };
	calls_serve(&m);
	ck_assert_uint_eq(m.label, ERR_ARGUMENT);
	ck_assert_uint_eq(call_count, 0);
	ck_assert_str_eq(said, "");
}
END_TEST

/* Whatever is behind what is written, the guest's VMM is made anew and its first VCpu started. */
static void expect_anew(uint32_t guest)
{
	ck_assert_int_eq(state(guest), GUEST_STATE_RUNNING);
	ck_assert_uint_eq(count_calls(THREAD_RESUME, THREAD(guest)), 1);
	expect_call(call_count - 1, FIRST(guest), VCPU_START, 0, 0, 0);
	ck_assert_uint_eq(count_calls(VCPU_START, ANY), 1);
}

START_TEST(asked_to_stop)
{
	make_guests();
	ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 0, 2000000), OK);
	ck_assert_uint_eq(call_count, 1);
	expect_call(0, BUTTON(0), SIGNAL, 0, 0, 0);
	ck_assert_str_eq(said, "guest g0: asked to power off\n");
	ck_assert_int_eq(state(0), GUEST_STATE_STOPPING);
	ck_assert_uint_eq(guests_deadline(), now + 2 * FREQUENCY);
	/* The shorter patience holds, and it is asked once. */
	ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 0, 3000000), OK);
	ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 0, 1000000), OK);
	ck_assert_uint_eq(call_count, 0);
	ck_assert_uint_eq(guests_deadline(), now + FREQUENCY);
	ck_assert(guests_run(now + FREQUENCY - 1));
	ck_assert_int_eq(state(0), GUEST_STATE_STOPPING);
	ck_assert(guests_run(now + FREQUENCY));
	ck_assert_int_eq(state(0), GUEST_STATE_STOPPED);
	ck_assert_uint_eq(count_calls(THREAD_SUSPEND, THREAD(0)), 1);
	ck_assert_uint_eq(count_calls(VCPU_STOP, ANY), 2);
	ck_assert_ptr_nonnull(strstr(said, "guest g0: stopped\n"));
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
	ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 0, 0), ERR_STATE);
}
END_TEST

/* The manager's wish is done, and the machine waits for more of them. */
START_TEST(powers_off_as_asked)
{
	make_guests();
	call(1, GUEST_OFF);
	ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 0, 2000000), OK);
	call(0, GUEST_OFF);
	ck_assert_int_eq(state(0), GUEST_STATE_OFF);
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
	ck_assert_int_eq(manage(MANAGER_GUEST_START, 0, 0), OK);
	expect_anew(0);
	call(0, GUEST_OFF);
	ck_assert_uint_eq(guests_deadline(), now + FREQUENCY / 2);
}
END_TEST

/* One that resets itself instead still has until the same time. */
START_TEST(resets_itself_when_asked)
{
	make_guests();
	ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 0, 1000000), OK);
	call(0, GUEST_RESET);
	expect_restart(0);
	ck_assert_int_eq(state(0), GUEST_STATE_STOPPING);
	guests_run(now + FREQUENCY);
	ck_assert_int_eq(state(0), GUEST_STATE_STOPPED);
}
END_TEST

/* Without patience, without a button, or paused. */
START_TEST(stopped_at_once)
{
	make_guests();
	if (_i == 1)
		record(0)->power_button = 0;
	if (_i == 2)
		ck_assert_int_eq(manage(MANAGER_GUEST_PAUSE, 0, 0), OK);
	if (_i == 3)
		ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 0, 1000000), OK);
	ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 0, _i == 0 || _i == 3 ? 0 : 1000000), OK);
	ck_assert_int_eq(state(0), GUEST_STATE_STOPPED);
	ck_assert_uint_eq(count_calls(SIGNAL, ANY), 0);
	ck_assert_uint_eq(count_calls(THREAD_SUSPEND, THREAD(0)), 1);
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
	/* What it still says is of no use. */
	call(0, GUEST_RESET);
	ck_assert_uint_eq(call_count, 0);
	/* It holds the machine on. */
	call(1, GUEST_OFF);
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
	ck_assert_int_eq(manage(MANAGER_GUEST_START, 0, 0), OK);
	expect_anew(0);
	ck_assert_str_eq(said, "guest g0: started\n");
}
END_TEST

START_TEST(paused)
{
	make_guests();
	ck_assert_int_eq(manage(MANAGER_GUEST_RESUME, 0, 0), ERR_STATE);
	ck_assert_int_eq(manage(MANAGER_GUEST_PAUSE, 0, 0), OK);
	ck_assert_uint_eq(count_calls(VCPU_STOP, ANY), 2);
	ck_assert_int_eq(state(0), GUEST_STATE_PAUSED);
	ck_assert_int_eq(manage(MANAGER_GUEST_PAUSE, 0, 0), ERR_STATE);
	ck_assert_int_eq(manage(MANAGER_GUEST_START, 0, 0), ERR_STATE);
	ck_assert_uint_eq(call_count, 0);
	ck_assert_int_eq(manage(MANAGER_GUEST_RESUME, 0, 0), OK);
	expect_call(0, FIRST(0), VCPU_RESUME, 0, 0, 0);
	expect_call(1, SECOND(0), VCPU_RESUME, 0, 0, 0);
	ck_assert_uint_eq(call_count, 2);
	ck_assert_int_eq(state(0), GUEST_STATE_RUNNING);
}
END_TEST

/* A reset that was under way when the guest was paused comes when it is resumed. */
START_TEST(reset_while_paused)
{
	make_guests();
	ck_assert_int_eq(manage(MANAGER_GUEST_PAUSE, 0, 0), OK);
	call(0, GUEST_RESET);
	ck_assert_uint_eq(call_count, 0);
	ck_assert_int_eq(state(0), GUEST_STATE_PAUSED);
	ck_assert_int_eq(manage(MANAGER_GUEST_RESUME, 0, 0), OK);
	ck_assert_uint_eq(count_calls(VCPU_START, FIRST(0)), 1);
	ck_assert_uint_eq(count_calls(VCPU_RESUME, ANY), 0);
	ck_assert_int_eq(manage(MANAGER_GUEST_PAUSE, 0, 0), OK);
	ck_assert_int_eq(manage(MANAGER_GUEST_RESUME, 0, 0), OK);
	ck_assert_uint_eq(count_calls(VCPU_START, ANY), 0);
}
END_TEST

/* The kernel keeps a start that waits for an answer. */
START_TEST(paused_before_a_reset_began)
{
	make_guests();
	call(0, GUEST_RESET);
	ck_assert_int_eq(manage(MANAGER_GUEST_PAUSE, 0, 0), OK);
	ck_assert_uint_eq(count_calls(VCPU_STOP, ANY), 2);
	ck_assert_int_eq(manage(MANAGER_GUEST_RESUME, 0, 0), OK);
	ck_assert_uint_eq(count_calls(VCPU_START, ANY), 0);
	ck_assert_uint_eq(count_calls(VCPU_RESUME, ANY), 2);
}
END_TEST

/* Running, paused or stopping: it has a new VMM and runs. */
START_TEST(reset_by_a_manager)
{
	make_guests();
	if (_i == 1)
		ck_assert_int_eq(manage(MANAGER_GUEST_PAUSE, 1, 0), OK);
	if (_i == 2)
		ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 1, 1000000), OK);
	ck_assert_int_eq(manage(MANAGER_GUEST_RESET, 1, 0), OK);
	expect_anew(1);
	ck_assert_str_eq(said, "guest g1: reset, number 1\n");
	ck_assert_uint_eq(guests_get(1)->resets, 1);
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
	call(1, GUEST_OFF);
	ck_assert_int_eq(manage(MANAGER_GUEST_RESET, 1, 0), ERR_STATE);
	call(0, GUEST_OFF);
	ck_assert_uint_eq(guests_deadline(), now + FREQUENCY / 2);
}
END_TEST

START_TEST(new_vmm_that_cannot_be)
{
	make_guests();
	refuse(CNODE_REVOKE, ERR_CAPABILITY);
	ck_assert_int_eq(manage(MANAGER_GUEST_RESET, 0, 0), ERR_ABORTED);
	ck_assert_int_eq(state(0), GUEST_STATE_FAILED);
	ck_assert_uint_eq(count_calls(VCPU_START, ANY), 0);
	ck_assert_ptr_nonnull(strstr(said, "guest g0: its VMM could not be started\n"));
	ck_assert_ptr_nonnull(strstr(printed, "cannot be restarted"));
	ck_assert_int_eq(manage(MANAGER_GUEST_START, 0, 0), OK);
	expect_anew(0);
}
END_TEST

/* The machine that waited for its manager goes on waiting. */
START_TEST(stopped_guest_that_cannot_be_started)
{
	make_guests();
	call(1, GUEST_OFF);
	ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 0, 0), OK);
	refuse(CNODE_REVOKE, ERR_CAPABILITY);
	ck_assert_int_eq(manage(MANAGER_GUEST_START, 0, 0), ERR_ABORTED);
	ck_assert_int_eq(state(0), GUEST_STATE_FAILED);
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
	ck_assert_int_eq(manage(MANAGER_GUEST_START, 0, 0), OK);
	expect_anew(0);
}
END_TEST

static void fail_with_restart(uint32_t guest)
{
	struct manifest_thread *threads =
		(struct manifest_thread *)((uint8_t *)manifest + manifest->threads.offset);

	threads[guest].restart_limit = 1;
	forget();
	servers_failed(guest, 1, 2);
}

/* A pause outlasts its VMM; what is left to do is to begin anew. */
START_TEST(vmm_fails_while_paused)
{
	make_guests();
	manage(MANAGER_GUEST_PAUSE, 0, 0);
	fail_with_restart(0);
	ck_assert_int_eq(state(0), GUEST_STATE_RESTARTING);
	servers_run(now);
	ck_assert_int_eq(state(0), GUEST_STATE_PAUSED);
	ck_assert_uint_eq(count_calls(VCPU_START, ANY), 0);
	ck_assert_int_eq(manage(MANAGER_GUEST_RESUME, 0, 0), OK);
	ck_assert_uint_eq(count_calls(VCPU_START, FIRST(0)), 1);
	ck_assert_uint_eq(count_calls(VCPU_RESUME, ANY), 0);
}
END_TEST

START_TEST(vmm_fails_while_stopping)
{
	make_guests();
	manage(MANAGER_GUEST_STOP, 0, 1000000);
	fail_with_restart(0);
	ck_assert_int_eq(state(0), GUEST_STATE_STOPPED);
	ck_assert_uint_eq(servers_deadline(), DEADLINE_NEVER);
	ck_assert_uint_eq(guests_deadline(), DEADLINE_NEVER);
}
END_TEST

/* Between failure and restart a guest can be stopped, and nothing else. */
START_TEST(managed_while_restarting)
{
	make_guests();
	fail_with_restart(0);
	ck_assert_int_eq(manage(MANAGER_GUEST_START, 0, 0), ERR_STATE);
	ck_assert_int_eq(manage(MANAGER_GUEST_PAUSE, 0, 0), ERR_STATE);
	ck_assert_int_eq(manage(MANAGER_GUEST_RESUME, 0, 0), ERR_STATE);
	ck_assert_int_eq(manage(MANAGER_GUEST_RESET, 0, 0), ERR_STATE);
	ck_assert_int_eq(manage(MANAGER_GUEST_STOP, 0, 1000000), OK);
	ck_assert_int_eq(state(0), GUEST_STATE_STOPPED);
	ck_assert_int_eq(servers_get(0)->state, SERVER_STATE_STOPPED);
	ck_assert_uint_eq(servers_deadline(), DEADLINE_NEVER);
	ck_assert_int_eq(manage(MANAGER_GUEST_START, 0, 0), OK);
	expect_anew(0);
	/* Its failures count from the first again. */
	fail_with_restart(0);
	ck_assert_int_eq(state(0), GUEST_STATE_RESTARTING);
}
END_TEST

void add_guests_tests(TCase *tests)
{
	tcase_add_test(tests, reset_begins_anew);
	tcase_add_test(tests, storm_of_resets);
	tcase_add_test(tests, last_reset_is_told);
	tcase_add_loop_test(tests, end_is_an_end, 0, 2);
	tcase_add_test(tests, reset_that_ends);
	tcase_add_test(tests, wrong_calls);
	tcase_add_test(tests, asked_to_stop);
	tcase_add_test(tests, powers_off_as_asked);
	tcase_add_test(tests, resets_itself_when_asked);
	tcase_add_loop_test(tests, stopped_at_once, 0, 4);
	tcase_add_test(tests, paused);
	tcase_add_test(tests, reset_while_paused);
	tcase_add_test(tests, paused_before_a_reset_began);
	tcase_add_loop_test(tests, reset_by_a_manager, 0, 3);
	tcase_add_test(tests, new_vmm_that_cannot_be);
	tcase_add_test(tests, stopped_guest_that_cannot_be_started);
	tcase_add_test(tests, vmm_fails_while_paused);
	tcase_add_test(tests, vmm_fails_while_stopping);
	tcase_add_test(tests, managed_while_restarting);
}
