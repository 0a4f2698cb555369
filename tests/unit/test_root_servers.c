/* SPDX-License-Identifier: BSD-2-Clause */
/* Restart by policy: when, how often, and what becomes of who depends on the server. */
#include "test_root.h"

#include <cloister/message.h>

#define UART 0
#define VMM  1
#define MS   (FREQUENCY / 1000)

static struct manifest_thread *uart;
static struct manifest_thread *vmm;

static void set_policy(struct manifest_thread *thread, uint32_t limit, uint32_t back_off,
		       uint32_t window)
{
	thread->restart_limit = limit;
	thread->restart_back_off = back_off;
	thread->restart_window = window;
}

static void make(void)
{
	struct manifest_guest *guest;

	add_group("uart", 200);
	add_group("vmm g", 201);
	add_untyped(0x44000000, 26, 0);
	uart = ADD(threads, thread);
	*uart = (struct manifest_thread){ .name = "uart", .thread = 300, .cnode = 301 };
	vmm = ADD(threads, thread);
	*vmm = (struct manifest_thread){ .name = "vmm g", .thread = 310, .cnode = 311, .group = 1 };
	*ADD(vcpus, vcpu) = (struct manifest_vcpu){ .vcpu = 500, .start = 1 };
	guest = ADD(guests, guest);
	snprintf(guest->name, sizeof(guest->name), "g");
	guest->vmm_thread = VMM;
	manifest->root_endpoint = 250;
	now = 3600UL * FREQUENCY;
	start();
}

static uint64_t group_of(uint32_t thread)
{
	return thread == UART ? 200 : 201;
}

static bool is_rebuilt(uint32_t thread)
{
	for (unsigned int i = 0; i < call_count; i++)
		if (calls[i].label == CNODE_REVOKE && calls[i].word[0] == group_of(thread))
			return true;
	return false;
}

/* The thread fails, and is restarted after just so long. */
static void expect_restart(uint32_t thread, uint64_t ms)
{
	forget();
	servers_failed(thread, 0x92000045, 0x200010);
	ck_assert_int_eq(servers_get(thread)->state, SERVER_STATE_RESTARTING);
	ck_assert_uint_eq(servers_deadline(), now + ms * MS);
	servers_run(servers_deadline() - 1);
	ck_assert(!is_rebuilt(thread));
	now = servers_deadline();
	servers_run(now);
	ck_assert(is_rebuilt(thread));
	ck_assert_int_eq(servers_get(thread)->state, SERVER_STATE_RUNNING);
	ck_assert_uint_eq(servers_deadline(), DEADLINE_NEVER);
}

static void expect_failed(uint32_t thread)
{
	forget();
	servers_failed(thread, 1, 2);
	ck_assert_int_eq(servers_get(thread)->state, SERVER_STATE_FAILED);
	ck_assert_uint_eq(servers_deadline(), DEADLINE_NEVER);
	servers_run(UINT64_MAX - 1);
	ck_assert(!is_rebuilt(thread));
}

START_TEST(never)
{
	make();
	expect_failed(UART);
	ck_assert(log_closed);
	ck_assert_str_eq(said, "");
	log_closed = false;
	expect_failed(VMM);
	ck_assert(!log_closed);
	ck_assert_int_eq(guests_get(0)->state, GUEST_STATE_FAILED);
	ck_assert_ptr_nonnull(strstr(said, "guest g: its VMM failed\n"));
	ck_assert_uint_eq(guests_deadline(), now + FREQUENCY / 2);
}
END_TEST

START_TEST(after_a_while)
{
	make();
	set_policy(uart, 3, 10, 1000);
	expect_restart(UART, 10);
	ck_assert_str_eq(printed, "  it is restarted in 10 ms\n");
	ck_assert_str_eq(said, "server uart: restarted, number 1\n");
	ck_assert(!log_closed);
	ck_assert_uint_eq(servers_get(UART)->restarts, 1);
	ck_assert_uint_eq(servers_get(UART)->cause, 0x92000045);
	ck_assert_uint_eq(servers_get(UART)->pc, 0x200010);
}
END_TEST

/* Twice as long each time, up to 64 times; a life of the window's length ends the row. */
START_TEST(back_off)
{
	uint64_t ms = 10;

	make();
	set_policy(uart, RESTART_ALWAYS, 10, 1000);
	for (unsigned int i = 0; i < 7; i++, ms *= 2) {
		expect_restart(UART, ms);
		now += 999 * MS;
	}
	expect_restart(UART, 640);
	expect_restart(UART, 640);
	now += 1000 * MS;
	expect_restart(UART, 10);
	ck_assert_str_eq(said, "server uart: restarted, number 10\n");
}
END_TEST

START_TEST(limit)
{
	make();
	set_policy(uart, 2, 10, 1000);
	expect_restart(UART, 10);
	expect_restart(UART, 20);
	expect_failed(UART);
	ck_assert(log_closed);
	ck_assert_str_eq(said,
			 "server uart: failed again after 2 restarts in a row, and is given up\n");
}
END_TEST

/* Values that no tool gives do no harm. */
START_TEST(extremes)
{
	make();
	set_policy(uart, RESTART_ALWAYS, UINT32_MAX, UINT32_MAX);
	for (unsigned int i = 0; i < 10; i++)
		servers_failed(UART, 0, 0);
	ck_assert_uint_eq(servers_deadline(), now + 64UL * UINT32_MAX * MS);
	set_policy(uart, RESTART_ALWAYS, 0, 0);
	expect_restart(UART, 0);
	expect_restart(UART, 0);
}
END_TEST

/* The guest stands still meanwhile, and begins anew. */
START_TEST(vmm_is_back)
{
	make();
	set_policy(vmm, 1, 10, 1000);
	servers_failed(VMM, 1, 2);
	ck_assert_int_eq(guests_get(0)->state, GUEST_STATE_RESTARTING);
	ck_assert_uint_eq(count_calls(VCPU_STOP, 500), 1);
	forget();
	servers_run(now + 10 * MS);
	ck_assert(is_rebuilt(VMM));
	ck_assert_int_eq(guests_get(0)->state, GUEST_STATE_RUNNING);
	ck_assert_str_eq(said, "guest g: its VMM was restarted, number 1\n");
	expect_call(call_count - 1, 500, VCPU_START, 0, 0, 0);
	expect_failed(VMM);
	ck_assert_ptr_nonnull(strstr(said, "guest g: its VMM failed\n"));
	ck_assert_ptr_nonnull(strstr(said, "server vmm g: failed again after 1 restarts in a row"));
	ck_assert_int_eq(guests_get(0)->state, GUEST_STATE_FAILED);
}
END_TEST

/* A VMM that fails behind its guest's end is not needed any more. */
START_TEST(vmm_of_an_ended_guest)
{
	struct message m = { .label = ROOT_GUEST_ENDED,
			     .badge = ROOT_BADGE_GUEST,
			     .word = { GUEST_OFF } };

	make();
	set_policy(vmm, RESTART_ALWAYS, 10, 1000);
	calls_serve(&m);
	expect_failed(VMM);
	ck_assert_int_eq(guests_get(0)->state, GUEST_STATE_OFF);
	ck_assert_str_eq(said, "");
}
END_TEST

/* The process cannot be made: the machine goes on without it. */
START_TEST(rebuild_fails)
{
	make();
	set_policy(uart, RESTART_ALWAYS, 10, 1000);
	set_policy(vmm, RESTART_ALWAYS, 10, 1000);
	servers_failed(UART, 1, 2);
	forget();
	refuse(CNODE_REVOKE, ERR_CAPABILITY);
	servers_run(now + 10 * MS);
	ck_assert_str_eq(printed, "server uart cannot be restarted: group 0 uart: revoke: "
				  "ERR_CAPABILITY\n");
	ck_assert_int_eq(servers_get(UART)->state, SERVER_STATE_FAILED);
	ck_assert(log_closed);
	servers_failed(VMM, 1, 2);
	refuse(CNODE_REVOKE, ERR_CAPABILITY);
	servers_run(now + 10 * MS);
	ck_assert_int_eq(guests_get(0)->state, GUEST_STATE_FAILED);
	ck_assert_uint_eq(servers_get(VMM)->restarts, 0);
	ck_assert_uint_eq(servers_deadline(), DEADLINE_NEVER);
}
END_TEST

/* The shell is no driver: the log does not go through it. */
START_TEST(managers_are_no_drivers)
{
	make();
	*ADD(capabilities, capability) =
		(struct manifest_capability){ 250, 301, 1, RIGHT_WRITE, ROOT_BADGE_MANAGER };
	start();
	expect_failed(UART);
	ck_assert(!log_closed);
}
END_TEST

void add_servers_tests(TCase *tests)
{
	tcase_add_test(tests, never);
	tcase_add_test(tests, after_a_while);
	tcase_add_test(tests, back_off);
	tcase_add_test(tests, limit);
	tcase_add_test(tests, extremes);
	tcase_add_test(tests, vmm_is_back);
	tcase_add_test(tests, vmm_of_an_ended_guest);
	tcase_add_test(tests, rebuild_fails);
	tcase_add_test(tests, managers_are_no_drivers);
}
