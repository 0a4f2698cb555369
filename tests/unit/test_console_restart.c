/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Both ends of a line may die at any point, with their memory, and come back. Here the multiplexer, a guest's
 * console, the driver or the shell dies at each of its accesses to a ring in turn, before and behind it, and before
 * each signal that it owes. What must never be: that all sleep and one of them could go on.
 *
 * The program is linked with --wrap for the functions of streams: each call is a point to die at.
 */
#include "test_console.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#define GUEST 0
#define SHELL 1
#define LOG   2

/* More than a ring holds. */
#define AMOUNT 6000

/* In how many orders the processes run for each point. */
#define ORDERS 20

enum process { MULTIPLEXER, DRIVER, CONSOLE, ASKER, PROCESSES };

/* Who sleeps, and what the others have left to do. */
static bool sleeps[PROCESSES];
static uint32_t left[PROCESSES];
/* The shell waits for an answer to its request. */
static bool asked;
static uint32_t request;

/* Who dies at which point, 0 when it has; and who runs. */
static enum process victim;
static unsigned int dies_at;
static enum process runs = PROCESSES;
static jmp_buf death;

static void point(void)
{
	if (runs == victim && dies_at && --dies_at == 0)
		longjmp(death, 1);
}

#define WRAP(type, name, parameters, arguments)   \
	type __real_##name parameters;            \
	type __wrap_##name parameters;            \
	type __wrap_##name parameters             \
	{                                         \
		type result;                      \
                                                  \
		point();                          \
		result = __real_##name arguments; \
		point();                          \
		return result;                    \
	}

/* clang-format off */
WRAP(uint32_t, stream_write, (struct stream_producer *p, const void *data, uint32_t size), (p, data, size))
WRAP(uint32_t, stream_read, (struct stream_consumer *c, void *data, uint32_t size), (c, data, size))
WRAP(bool, stream_wakes_consumer, (struct stream_producer *p), (p))
WRAP(bool, stream_wakes_producer, (struct stream_consumer *c), (c))
WRAP(bool, stream_await_room, (struct stream_producer *p, uint32_t wanted), (p, wanted))
WRAP(bool, stream_await_data, (struct stream_consumer *c), (c))
/* clang-format on */

static void signal_to(enum process process)
{
	point();
	sleeps[process] = false;
}

static void run_multiplexer(void)
{
	bool moved = multiplexer_run(&m);
	uint32_t signals = multiplexer_signals(&m);

	if (signals & 1U << PEER_DRIVER)
		signal_to(DRIVER);
	if (signals & 1U << (PEER_CLIENT + GUEST))
		signal_to(CONSOLE);
	if (signals & 1U << (PEER_CLIENT + SHELL))
		signal_to(ASKER);
	if (!moved && multiplexer_sleep_until(&m))
		sleeps[MULTIPLEXER] = true;
}

/* Write what is left and read what comes, as a guest's console and the driver do. */
static void run_peer(enum process process, struct end *end)
{
	uint8_t bytes[700];
	uint32_t size = 1 + (uint32_t)random() % sizeof(bytes);
	uint32_t sent;
	uint32_t received;
	bool wakes;

	memset(bytes, '.', sizeof(bytes));
	sent = stream_write(&end->out, bytes, size < left[process] ? size : left[process]);
	left[process] -= sent;
	received = stream_read(&end->in, bytes, sizeof(bytes));
	wakes = stream_wakes_consumer(&end->out);
	if (stream_wakes_producer(&end->in) || wakes)
		signal_to(MULTIPLEXER);
	if (!sent && !received) {
		bool room = left[process] && stream_await_room(&end->out, 1);

		sleeps[process] = !stream_await_data(&end->in) && !room;
	}
}

/* Ask for what is kept of the guest, as long as there is something left to ask for. */
static void run_asker(void)
{
	struct view_request *view = &ends[SHELL].line->view;

	if (!left[ASKER] || (asked && view->answered != request)) {
		sleeps[ASKER] = true;
		return;
	}
	left[ASKER]--;
	view->action = VIEW_KEPT;
	strcpy(view->name, "linux");
	request = ++view->request;
	asked = true;
	signal_to(MULTIPLEXER);
}

/* What a successor does first. */
static void begin_anew(enum process process)
{
	struct end *end = process == DRIVER ? &driver : &ends[GUEST];

	sleeps[process] = false;
	if (process == MULTIPLEXER) {
		multiplexer_init(&m, &config);
		memset(sleeps, 0, sizeof(sleeps));
	} else if (process == ASKER) {
		asked = false;
		sleeps[MULTIPLEXER] = false;
	} else {
		stream_producer_init(&end->out, end->out.shared);
		stream_consumer_init(&end->in, end->in.shared);
		sleeps[MULTIPLEXER] = false;
	}
}

/* False: it has died. */
static bool run_process(enum process process)
{
	if (setjmp(death)) {
		runs = PROCESSES;
		return false;
	}
	runs = process;
	if (process == MULTIPLEXER)
		run_multiplexer();
	else if (process == ASKER)
		run_asker();
	else
		run_peer(process, process == DRIVER ? &driver : &ends[GUEST]);
	runs = PROCESSES;
	return true;
}

static bool all_sleep(void)
{
	for (unsigned int i = 0; i < PROCESSES; i++)
		if (!sleeps[i])
			return false;
	return true;
}

/* Until all sleep, in any order; the victim dies once. False: it never came to that point. */
static bool run_all(void)
{
	for (unsigned int steps = 0; !all_sleep(); steps++) {
		enum process process = (enum process)((unsigned long)random() % PROCESSES);

		if (steps > 1000000)
			ck_abort_msg("it never ends");
		if (!sleeps[process] && !run_process(process))
			begin_anew(victim);
	}
	return !dies_at;
}

static void open_all(void)
{
	open_driver();
	open_client(GUEST, "linux", CLIENT_CONSOLE);
	open_client(SHELL, "shell", CLIENT_SHELL);
	open_client(LOG, "root", CLIENT_LOG);
	multiplexer_init(&m, &config);
	memset(sleeps, 0, sizeof(sleeps));
	left[DRIVER] = AMOUNT;
	left[CONSOLE] = AMOUNT;
	left[ASKER] = 3;
	asked = false;
	put(LOG, "a line\nanother\n");
}

static void check_all_done(unsigned int at)
{
	const struct view_request *view = &ends[SHELL].line->view;

	ck_assert_msg(!left[DRIVER] && !left[CONSOLE] && !left[ASKER],
		      "all sleep with work left, point %u", at);
	ck_assert_uint_eq(view->answered, view->request);
	ck_assert_uint_eq(stream_available(&driver.in), 0);
	ck_assert_uint_eq(stream_available(&ends[GUEST].in), 0);
	ck_assert_uint_eq(stream_available(&m.keyboard), 0);
	ck_assert_uint_eq(stream_available(&m.clients[GUEST].output), 0);
	ck_assert_uint_eq(stream_available(&m.clients[LOG].output), 0);
}

START_TEST(one_dies)
{
	bool died = true;
	unsigned int at;

	victim = (enum process)_i;
	for (at = 1; died; at++) {
		died = false;
		for (unsigned int order = 0; order < ORDERS; order++) {
			open_all();
			srandom(at * ORDERS + order);
			dies_at = at;
			died |= run_all();
			check_all_done(at);
			teardown();
		}
	}
	/* There were many points, but for the shell's. */
	ck_assert_uint_gt(at, victim == ASKER ? 3 : 50);
}
END_TEST

START_TEST(restarted_multiplexer_says_so)
{
	open_all();
	left[DRIVER] = 0;
	stream_write(&ends[GUEST].out, "$ ", 2);
	ck_assert_str_eq(screen(), "$ \r\n[root] a line\r\n[root] another\r\n");
	multiplexer_init(&m, &config);
	stream_write(&ends[GUEST].out, "# ", 2);
	ck_assert_str_eq(screen(), "\r\n[cloister] the console was restarted\r\n# ");
	teardown();
}
END_TEST

TCase *restart_tests(void)
{
	TCase *tests = tcase_create("restart");

	tcase_set_timeout(tests, 25);
	tcase_add_loop_test(tests, one_dies, 0, PROCESSES);
	tcase_add_test(tests, restarted_multiplexer_says_so);
	return tests;
}
