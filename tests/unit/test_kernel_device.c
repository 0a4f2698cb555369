/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device server is made of: a thread without time of its own that serves an endpoint on its callers' time, and hears
 * signals and deadlines on that of its notification.
 */
#include "kernel_machine.h"

#define US     1000UL
#define BUDGET (100 * US)
#define PERIOD (1000 * US)
#define BADGE  0x99

static cap_t endpoint, fault_endpoint, bell, callable;
static struct task server, client;
static cap_t sc;

/* Time for a notification. */
static cap_t time_for(cap_t notification)
{
	return time_new(notification, BUDGET, PERIOD);
}

static void setup(void)
{
	machine_start();
	endpoint = object_new(OBJECT_ENDPOINT, 0);
	fault_endpoint = object_new(OBJECT_ENDPOINT, 0);
	callable = minted(endpoint, RIGHT_WRITE, BADGE);
	bell = object_new(OBJECT_NOTIFICATION, 0);
	client = task_new();
	ck_assert_ok(thread_resume(client.cap));
	server = task_new_passive();
	ck_assert_ok(thread_configure(server.cap, 0, 0, minted(fault_endpoint, RIGHT_WRITE, 7)));
	task_serve(&server, endpoint);
	ck_assert_ok(notification_bind_thread(bell, server.cap));
	sc = time_for(bell);
}

static void teardown(void)
{
	machine_check();
}

static void ring(uint64_t bits)
{
	ck_assert_ok(notification_signal(minted(bell, RIGHT_WRITE, bits)));
	machine_check();
}

static struct sched_context *time_of(const struct task *task)
{
	return task->thread->context.sc;
}

static enum context_state state_of(const struct task *task)
{
	return task->thread->context.state;
}

/* Bits that nobody has taken. */
static uint64_t gathered(void)
{
	uint64_t bits = ~0UL;

	ck_assert_ok(notification_clear(bell, &bits));
	return bits;
}

/* The server was told of these bits, and of a deadline or not; it owes nobody an answer. */
static void expect_signal(uint64_t bits, bool deadline)
{
	ck_assert_int_eq(state_of(&server), STATE_READY);
	ck_assert_int_eq(task_status(&server), OK);
	ck_assert_uint_eq(task_label(&server), LABEL_SIGNAL);
	ck_assert_uint_eq(task_badge(&server), 0);
	ck_assert_uint_eq(task_word(&server, 0), bits);
	ck_assert_uint_eq(task_word(&server, 1), deadline);
	for (unsigned int i = 2; i < MESSAGE_WORDS; i++)
		ck_assert_uint_eq(task_word(&server, i), 0);
	ck_assert_ptr_null(server.thread->context.caller);
	ck_assert_uint_eq(gathered(), 0);
}

/* The server is done, and waits; false: it has another message. */
static bool done(void)
{
	return !task_reply_recv(&server, endpoint, 0x77, 0);
}

START_TEST(a_signal_is_a_message)
{
	ring(0x5);
	expect_signal(0x5, false);
	/* While it works bits gather, and are its next message. */
	ring(0x8);
	ring(0x2);
	ring(0x8);
	ck_assert_uint_eq(task_word(&server, 0), 0x5);
	ck_assert(!done());
	expect_signal(0xa, false);
	ck_assert(done());
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
}
END_TEST

/* What was signalled before the binding counts; after its end signals are for who waits. */
START_TEST(before_and_after)
{
	ck_assert_ok(notification_unbind(bell));
	ring(0x3);
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
	ck_assert_ok(notification_bind_thread(bell, server.cap));
	expect_signal(0x3, false);
	ck_assert(done());
	ck_assert_ok(notification_unbind(bell));
	ring(0x4);
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
	ck_assert(task_wait(&client, bell, DEADLINE_NEVER));
	ck_assert_uint_eq(task_word(&client, 0), 0x4);
}
END_TEST

/* However often a peer signals, it keeps nobody's call away. */
START_TEST(callers_go_first)
{
	struct task second = task_new();

	ck_assert_ok(thread_resume(second.cap));
	ring(1);
	ck_assert(!task_call(&client, callable, 0x11, 0));
	ck_assert(!task_call(&second, callable, 0x22, 0));
	ring(2);
	ck_assert(!done());
	ck_assert_uint_eq(task_label(&server), 0x11);
	ck_assert_uint_eq(task_badge(&server), BADGE);
	ring(4);
	ck_assert(!done());
	ck_assert_uint_eq(task_label(&server), 0x22);
	ck_assert_int_eq(task_status(&client), OK);
	ck_assert_uint_eq(task_label(&client), 0x77);
	ck_assert(!done());
	expect_signal(6, false);
	ck_assert(done());
}
END_TEST

START_TEST(on_whose_time)
{
	struct sched_context *time = object_of(sc);
	uint64_t used = 0;

	ring(1);
	ck_assert_ptr_eq(time_of(&server), time);
	machine_run_task(&server);
	fake_pass(fake.clock + 40 * US);
	ck_assert(done());
	/* Nobody's while it waits. */
	ck_assert_ptr_null(time->holder);
	ck_assert_ptr_null(time_of(&server));
	ck_assert_ok(sched_context_consumed(sc, &used));
	ck_assert_uint_eq(used, 40 * US);
	/* A call is on its caller's. */
	ck_assert(!task_call(&client, callable, 1, 0));
	ck_assert_ptr_eq(time_of(&server), object_of(client.sc));
	machine_run_task(&server);
	fake_pass(fake.clock + 50 * US);
	ring(2);
	/* What gathered meanwhile is on the notification's again. */
	ck_assert(!done());
	expect_signal(2, false);
	ck_assert_ptr_eq(time_of(&server), time);
	ck_assert_ptr_eq(time_of(&client), object_of(client.sc));
	ck_assert_ok(sched_context_consumed(sc, &used));
	ck_assert_uint_eq(used, 40 * US);
	ck_assert(done());
}
END_TEST

/* Who has time of its own needs no other. */
START_TEST(with_time_of_its_own)
{
	cap_t own = time_new(server.cap, PERIOD, PERIOD);

	ring(1);
	expect_signal(1, false);
	ck_assert_ptr_eq(time_of(&server), object_of(own));
	ck_assert_ptr_null(((struct sched_context *)object_of(sc))->holder);
	ck_assert(done());
	ck_assert_ptr_eq(time_of(&server), object_of(own));
}
END_TEST

/* A message that the server has no time for would keep it from its callers: the bits wait. */
START_TEST(without_time)
{
	ck_assert_ok(sched_context_unbind(sc));
	ring(1);
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
	ck_assert(!task_call(&client, callable, 0x11, 0));
	ring(2);
	ck_assert(done());
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
	ck_assert_ok(sched_context_bind(sc, bell));
	expect_signal(3, false);
	ck_assert(done());
	/* The same with time of its own. */
	ck_assert_ok(sched_context_unbind(sc));
	ring(4);
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
	ck_assert_ok(sched_context_bind(sc, server.cap));
	expect_signal(4, false);
	ck_assert(done());
}
END_TEST

static bool receive_until(uint64_t deadline)
{
	return task_syscall(&server, SYS_REPLY_RECV, endpoint, 0,
			    (const uint64_t[MESSAGE_WORDS]){ 0 }, deadline);
}

START_TEST(a_deadline_is_a_message)
{
	ring(1);
	ck_assert(!receive_until(fake.clock + 10 * US));
	fake_pass(fake.clock + 9 * US);
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
	fake_pass(fake.clock + 2 * US);
	expect_signal(0, true);
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	/* A signal ends the wait, and its deadline. */
	ck_assert(!receive_until(fake.clock + 10 * US));
	ring(2);
	expect_signal(2, false);
	fake_pass(fake.clock + 20 * US);
	ck_assert(done());
	/* That of an answer to a thread is the wait's, too. */
	ck_assert(!task_call(&client, callable, 0x11, 0));
	ck_assert(!receive_until(fake.clock + 10 * US));
	ck_assert_int_eq(task_status(&client), OK);
	fake_pass(fake.clock + 11 * US);
	expect_signal(0, true);
	ck_assert(done());
	ck_assert_uint_eq(timeout_first(), DEADLINE_NEVER);
}
END_TEST

/* A deadline that comes while the server could not run is told later, with the bits that are there. */
START_TEST(a_deadline_without_time)
{
	ring(1);
	ck_assert(!receive_until(fake.clock + 10 * US));
	ck_assert_ok(sched_context_unbind(sc));
	fake_pass(fake.clock + 11 * US);
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
	ck_assert(!task_call(&client, callable, 0x11, 0));
	ck_assert(done());
	ring(8);
	ck_assert_ok(sched_context_bind(sc, bell));
	expect_signal(8, true);
	ck_assert(done());
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
}
END_TEST

START_TEST(a_deadline_without_a_binding)
{
	cap_t own = time_new(server.cap, PERIOD, PERIOD);

	ring(1);
	ck_assert(!receive_until(fake.clock + 10 * US));
	ck_assert_ok(notification_unbind(bell));
	fake_pass(fake.clock + 11 * US);
	ck_assert_int_eq(state_of(&server), STATE_READY);
	ck_assert_int_eq(task_status(&server), ERR_DEADLINE);
	ck_assert_ptr_eq(time_of(&server), object_of(own));
}
END_TEST

/* A call of a thread with a bound notification still has a deadline of the ordinary kind. */
START_TEST(the_deadline_of_its_call)
{
	ring(1);
	ck_assert(!task_call_until(&server, minted(fault_endpoint, RIGHT_WRITE, 1), 1,
				   fake.clock + 10 * US));
	fake_pass(fake.clock + 11 * US);
	ck_assert_int_eq(state_of(&server), STATE_READY);
	ck_assert_int_eq(task_status(&server), ERR_DEADLINE);
	ck_assert(done());
}
END_TEST

/* The budget ends while it works: it goes on with the next, and who calls meanwhile waits. */
START_TEST(the_budget_ends)
{
	uint64_t start = fake.clock;
	uint64_t used = 0;

	ring(1);
	machine_run_task(&server);
	fake_pass(start + 2 * BUDGET);
	ck_assert_ptr_ne(core.current, &server.thread->context);
	ck_assert_int_eq(state_of(&server), STATE_READY);
	ck_assert(!task_call(&client, callable, 0x11, 0));
	ck_assert_int_eq(state_of(&client), STATE_SENDING);
	fake_pass(start + PERIOD + 10 * US);
	machine_run_task(&server);
	ck_assert(!done());
	ck_assert_uint_eq(task_label(&server), 0x11);
	ck_assert_ok(sched_context_consumed(sc, &used));
	ck_assert_uint_le(used, BUDGET + 11 * US);
	ck_assert(done());
}
END_TEST

/* A signal that comes when the budget is spent is told, and worked on when there is budget. */
START_TEST(a_signal_without_budget)
{
	uint64_t start = fake.clock;

	ring(1);
	machine_run_task(&server);
	fake_pass(start + 95 * US);
	ck_assert(done());
	ring(2);
	fake_pass(start + 500 * US);
	ck_assert_ptr_ne(core.current, &server.thread->context);
	expect_signal(2, false);
	fake_pass(start + PERIOD + 10 * US);
	machine_run_task(&server);
}
END_TEST

/* How a server's work on a signal can end from outside. */
enum end {
	END_SUSPEND,
	END_THREAD,
	END_THREAD_BINDING,
	END_UNBIND,
	END_NOTIFICATION,
	END_TIME_UNBIND,
	END_TIME,
	END_TIME_BINDING,
	ENDS,
};

static void end(enum end how, cap_t bound_thread, cap_t bound_bell)
{
	switch (how) {
	case END_SUSPEND:
		ck_assert_ok(thread_suspend(server.cap));
		break;
	case END_THREAD:
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, server.cap));
		machine_forget(&server.thread->context);
		ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, server.cap));
		break;
	case END_THREAD_BINDING:
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, bound_thread));
		break;
	case END_UNBIND:
		ck_assert_ok(notification_unbind(bell));
		break;
	case END_NOTIFICATION:
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, bell));
		ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, bell));
		break;
	case END_TIME_UNBIND:
		ck_assert_ok(sched_context_unbind(sc));
		break;
	case END_TIME:
		ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, sc));
		break;
	default:
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, bound_bell));
		break;
	}
	machine_check();
}

/* Bind all again, below capabilities that can be revoked apart. */
static void rebind(cap_t bound_thread, cap_t bound_bell)
{
	ck_assert_ok(sched_context_unbind(sc));
	ck_assert_ok(notification_unbind(bell));
	ck_assert_ok(notification_bind_thread(bell, bound_thread));
	ck_assert_ok(sched_context_bind(sc, bound_bell));
}

START_TEST(ends)
{
	cap_t bound_thread = copied(server.cap);
	cap_t bound_bell = copied(bell);
	bool time_stays = _i != END_NOTIFICATION && _i < END_TIME_UNBIND;
	bool goes_on = _i == END_THREAD_BINDING || _i == END_UNBIND;

	rebind(bound_thread, bound_bell);
	ring(1);
	machine_run_task(&server);
	end((enum end)_i, bound_thread, bound_bell);
	if (time_stays && !goes_on)
		ck_assert_ptr_null(((struct sched_context *)object_of(sc))->holder);
	if (_i == END_THREAD)
		return;
	/* Who lost only its binding has its time until it waits. */
	ck_assert_ptr_eq(time_of(&server), goes_on ? object_of(sc) : NULL);
	if (goes_on) {
		ck_assert(done());
		ck_assert_ptr_null(time_of(&server));
	} else {
		ck_assert_ok(thread_suspend(server.cap));
		task_serve(&server, endpoint);
	}
	if (_i == END_NOTIFICATION)
		return;
	/* All can be had again. */
	if (_i == END_TIME)
		sc = time_for(bell);
	else if (!time_stays)
		ck_assert_ok(sched_context_bind(sc, bell));
	ring(2);
	if (goes_on) {
		ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
		ck_assert_ok(notification_bind_thread(bell, server.cap));
	}
	expect_signal(2, false);
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	ck_assert(done());
}
END_TEST

/* A server that works on a signal gets the time that its notification is given anew. */
START_TEST(time_comes_back)
{
	ring(1);
	ck_assert_ok(sched_context_unbind(sc));
	ck_assert_ptr_null(time_of(&server));
	ck_assert_ok(sched_context_bind(sc, bell));
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	ck_assert(done());
	/* Not one that works for a caller who has none. */
	ck_assert(!task_call(&client, callable, 1, 0));
	ck_assert_ok(sched_context_unbind(client.sc));
	ck_assert_ok(sched_context_unbind(sc));
	ck_assert_ok(sched_context_bind(sc, bell));
	ck_assert_ptr_null(time_of(&server));
}
END_TEST

/* The server calls on while it works on a signal, and ends: who it called finishes on that time, and then it is free. */
START_TEST(the_time_is_lent_on)
{
	cap_t behind = object_new(OBJECT_ENDPOINT, 0);
	struct task helper = task_new_passive();
	cap_t last = object_new(OBJECT_ENDPOINT, 0);
	struct task last_helper = task_new_passive();

	task_serve(&helper, behind);
	task_serve(&last_helper, last);
	ring(1);
	ck_assert(!task_call(&server, behind, 1, 0));
	ck_assert(!task_call(&helper, last, 1, 0));
	ck_assert_ptr_eq(time_of(&last_helper), object_of(sc));
	ck_assert_ok(thread_suspend(server.cap));
	machine_check();
	ck_assert_ptr_eq(time_of(&last_helper), object_of(sc));
	/* It serves again, and hears nothing before the time is back. */
	task_serve(&server, endpoint);
	ring(2);
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
	ck_assert(!task_reply_recv(&last_helper, last, 0, 0));
	ck_assert_ptr_eq(time_of(&helper), object_of(sc));
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
	ck_assert(!task_recv(&helper, behind));
	expect_signal(2, false);
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	ck_assert(done());
	/* Without an end it comes back as lent time does. */
	ring(4);
	ck_assert(!task_call(&server, behind, 1, 0));
	ck_assert(!task_reply_recv(&helper, behind, 5, 0));
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	ck_assert_uint_eq(task_label(&server), 5);
	ck_assert(done());
}
END_TEST

/* Who goes on and was not sent a message runs on that time as well: stopped and resumed, or without its endpoint. */
START_TEST(goes_on_without_a_message)
{
	ck_assert_ok(thread_suspend(server.cap));
	ck_assert_ok(thread_resume(server.cap));
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	machine_run_task(&server);
	ck_assert_int_eq(task_status(&server), ERR_ABORTED);
	ck_assert(done());
	ck_assert_ptr_null(time_of(&server));
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, endpoint));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, endpoint));
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	machine_run_task(&server);
	ck_assert_int_eq(task_status(&server), ERR_ABORTED);
}
END_TEST

/* The time is in use when it is resumed: it goes on when that is back. */
START_TEST(goes_on_when_the_time_is_back)
{
	cap_t behind = object_new(OBJECT_ENDPOINT, 0);
	struct task helper = task_new_passive();

	task_serve(&helper, behind);
	ring(1);
	ck_assert(!task_call(&server, behind, 1, 0));
	ck_assert_ok(thread_suspend(server.cap));
	ck_assert_ok(thread_resume(server.cap));
	machine_check();
	ck_assert_ptr_eq(time_of(&helper), object_of(sc));
	ck_assert(!task_reply_recv(&helper, behind, 0, 0));
	ck_assert_ptr_eq(time_of(&server), object_of(sc));
	machine_run_task(&server);
	ck_assert_int_eq(task_status(&server), ERR_ABORTED);
	ck_assert(done());
}
END_TEST

/* Nobody could tell a server without any time that its wait is over: it waits on, and hears its callers. */
START_TEST(a_deadline_of_who_has_nothing)
{
	ck_assert_ok(notification_unbind(bell));
	ck_assert(!task_call(&client, callable, 0x11, 0));
	ck_assert(!receive_until(fake.clock + 10 * US));
	fake_pass(fake.clock + 20 * US);
	ck_assert_int_eq(state_of(&server), STATE_RECEIVING);
	ck_assert(!task_call(&client, callable, 0x22, 0));
	ck_assert_uint_eq(task_label(&server), 0x22);
	ck_assert(done());
	ck_assert_int_eq(task_status(&client), OK);
}
END_TEST

/* Lent on, and taken away. */
START_TEST(lent_time_is_taken)
{
	cap_t behind = object_new(OBJECT_ENDPOINT, 0);
	struct task helper = task_new_passive();

	task_serve(&helper, behind);
	ring(1);
	ck_assert(!task_call(&server, behind, 1, 0));
	ck_assert_ok(sched_context_unbind(sc));
	machine_check();
	ck_assert_ptr_null(time_of(&helper));
	ck_assert_ok(sched_context_bind(sc, helper.cap));
	ck_assert(!task_reply_recv(&helper, behind, 5, 0));
	ck_assert_ptr_null(time_of(&server));
}
END_TEST

/* A server that hangs on its own share is found. */
START_TEST(a_limit)
{
	ck_assert_int_eq(sched_context_set_limit(sc, 0), ERR_ARGUMENT);
	ck_assert_ok(sched_context_set_limit(sc, 30 * US));
	/* In time, again and again: each waking has the whole of it. */
	ring(1);
	for (unsigned int i = 0; i < 3; i++) {
		machine_run_task(&server);
		fake_pass(fake.clock + 29 * US);
		ring(1);
		ck_assert(!done());
		expect_signal(1, false);
	}
	ck_assert(done());
	/* A call is on other time, and has no limit here. */
	ck_assert(!task_call(&client, callable, 1, 0));
	machine_run_task(&server);
	fake_pass(fake.clock + 200 * US);
	ck_assert_int_eq(state_of(&server), STATE_READY);
	ck_assert(done());
	fake_pass(fake.clock + 2 * PERIOD);
	ring(1);
	machine_run_task(&server);
	fake_pass(fake.clock + 31 * US);
	ck_assert_int_eq(state_of(&server), STATE_FAULTED);
	ck_assert(task_recv(&client, fault_endpoint));
	ck_assert_uint_eq(task_label(&client), LABEL_FAULT);
	ck_assert_uint_eq(task_badge(&client), 7);
	ck_assert_uint_eq(task_word(&client, 0), FAULT_LATE);
	/* Built again, it has the time again. */
	ck_assert_ok(thread_suspend(server.cap));
	task_serve(&server, endpoint);
	ring(2);
	expect_signal(2, false);
	ck_assert(done());
	/* Without a limit it may work for as long as it likes. */
	ck_assert_ok(sched_context_set_limit(sc, DEADLINE_NEVER));
	ring(1);
	machine_run_task(&server);
	fake_pass(fake.clock + 5 * PERIOD);
	ck_assert_int_eq(state_of(&server), STATE_READY);
}
END_TEST

/* Who hangs on that time is the one that is stopped: here, one that the server called. */
START_TEST(a_limit_of_who_was_called)
{
	cap_t behind = object_new(OBJECT_ENDPOINT, 0);
	struct task helper = task_new_passive();

	ck_assert_ok(thread_configure(helper.cap, 0, 0, minted(fault_endpoint, RIGHT_WRITE, 8)));
	task_serve(&helper, behind);
	ck_assert_ok(sched_context_set_limit(sc, 30 * US));
	ring(1);
	machine_run_task(&server);
	fake_pass(fake.clock + 20 * US);
	ck_assert(!task_call(&server, behind, 1, 0));
	machine_run_task(&helper);
	fake_pass(fake.clock + 11 * US);
	ck_assert_int_eq(state_of(&helper), STATE_FAULTED);
	ck_assert(task_recv(&client, fault_endpoint));
	ck_assert_uint_eq(task_badge(&client), 8);
	ck_assert_ok(thread_suspend(helper.cap));
	ck_assert_int_eq(task_status(&server), ERR_ABORTED);
	ck_assert(done());
}
END_TEST

START_TEST(what_is_refused)
{
	cap_t other = object_new(OBJECT_NOTIFICATION, 0);
	struct task passive = task_new_passive();
	cap_t time = object_new(OBJECT_SCHED_CONTEXT, 0);

	ck_assert_int_eq(notification_bind_thread(bell, passive.cap), ERR_OCCUPIED);
	ck_assert_int_eq(notification_bind_event(bell, passive.cap), ERR_TYPE);
	ck_assert_int_eq(notification_bind_thread(other, server.cap), ERR_OCCUPIED);
	ck_assert_int_eq(notification_bind_thread(other, endpoint), ERR_TYPE);
	ck_assert_int_eq(notification_bind_thread(other, minted(passive.cap, RIGHT_READ, 0)),
			 ERR_RIGHTS);
	ck_assert_int_eq(notification_bind_thread(minted(other, RIGHT_READ | RIGHT_WRITE, 0),
						  passive.cap),
			 ERR_RIGHTS);
	ck_assert(task_wait(&client, bell, DEADLINE_NEVER));
	ck_assert_int_eq(task_status(&client), ERR_STATE);
	ck_assert(!task_wait(&client, other, DEADLINE_NEVER));
	ck_assert_int_eq(notification_bind_thread(other, passive.cap), ERR_STATE);
	/* Time. */
	ck_assert_int_eq(sched_context_bind(time, bell), ERR_OCCUPIED);
	ck_assert_int_eq(sched_context_bind(sc, other), ERR_OCCUPIED);
	ck_assert_int_eq(sched_context_bind(time, minted(other, RIGHT_READ, 0)), ERR_RIGHTS);
	ck_assert_ok(sched_context_bind(time, other));
	/* A thread that runs on lent time takes no other. */
	ring(1);
	ck_assert_ok(sched_context_unbind(time));
	ck_assert_int_eq(sched_context_bind(time, server.cap), ERR_OCCUPIED);
	ck_assert(done());
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("device");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_signal_is_a_message);
	tcase_add_test(tcase, before_and_after);
	tcase_add_test(tcase, callers_go_first);
	tcase_add_test(tcase, on_whose_time);
	tcase_add_test(tcase, with_time_of_its_own);
	tcase_add_test(tcase, without_time);
	tcase_add_test(tcase, a_deadline_is_a_message);
	tcase_add_test(tcase, a_deadline_without_time);
	tcase_add_test(tcase, a_deadline_without_a_binding);
	tcase_add_test(tcase, the_deadline_of_its_call);
	tcase_add_test(tcase, the_budget_ends);
	tcase_add_test(tcase, a_signal_without_budget);
	tcase_add_loop_test(tcase, ends, 0, ENDS);
	tcase_add_test(tcase, time_comes_back);
	tcase_add_test(tcase, the_time_is_lent_on);
	tcase_add_test(tcase, goes_on_without_a_message);
	tcase_add_test(tcase, goes_on_when_the_time_is_back);
	tcase_add_test(tcase, a_deadline_of_who_has_nothing);
	tcase_add_test(tcase, lent_time_is_taken);
	tcase_add_test(tcase, a_limit);
	tcase_add_test(tcase, a_limit_of_who_was_called);
	tcase_add_test(tcase, what_is_refused);
	return machine_main("device", &tcase, 1);
}
