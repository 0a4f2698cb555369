/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long operations end in steps when interrupts come, and what others can do between two of them.
 */
#include "kernel_guest.h"

#include <address_space.h>
#include <endpoint.h>
#include <exit.h>

#define CLIENTS 8
#define PAGES   100
#define AT      0x10000000UL

static struct task rival;
static cap_t target; /* what ends */
static unsigned int steps;

static void setup(void)
{
	machine_start();
	rival = task_new();
	ck_assert_ok(thread_resume(rival.cap));
	steps = 0;
}

static void teardown(void)
{
	machine_check();
}

/* An invocation by the rival, who has the root server's CNode. */
static enum status rival_calls(cap_t cap, uint64_t label, uint64_t w0, uint64_t w1, uint64_t w2,
			       uint64_t w3, uint64_t w4, uint64_t w5)
{
	void (*between)(void) = machine_between;
	bool over;

	machine_between = NULL;
	over = task_syscall(&rival, SYS_CALL, cap, label,
			    (const uint64_t[MESSAGE_WORDS]){ w0, w1, w2, w3, w4, w5 },
			    DEADLINE_NEVER);
	machine_between = between;
	expect(over);
	return task_status(&rival);
}

#define RIVAL(cap, label, ...) rival_calls(cap, label, __VA_ARGS__)

static enum status rival_retypes(cap_t untyped, enum object_type type, uint32_t bits, cap_t slot)
{
	return RIVAL(untyped, UNTYPED_RETYPE, type, bits, ROOT_SLOT_CNODE, slot, 1, 0);
}

/* What is under way is of no use to anybody. */
static void target_is_sealed(void)
{
	cap_t empty = 4000;
	const enum syscall calls[] = { SYS_RECV, SYS_SEND, SYS_SIGNAL, SYS_WAIT };

	steps++;
	machine_check();
	expect(slot_of(target)->type & OBJECT_ENDING);
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_COPY, target, ROOT_SLOT_CNODE, empty, 0, 0, 0) ==
	       ERR_STATE);
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_MINT, target, ROOT_SLOT_CNODE, empty, 1, 0, 0) ==
	       ERR_STATE);
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_MOVE, target, ROOT_SLOT_CNODE, empty, 0, 0, 0) ==
	       ERR_STATE);
	expect(RIVAL(target, 0, 0, ROOT_SLOT_CNODE, empty, 0, 0, 0) == ERR_TYPE);
	expect(rival_retypes(MACHINE_UNTYPED, OBJECT_ENDPOINT, 0, target) == ERR_OCCUPIED);
	expect(RIVAL(rival.cap, THREAD_CONFIGURE, target, 0, 0, 0, 0, 0) == ERR_TYPE);
	expect(RIVAL(rival.cap, THREAD_CONFIGURE, 0, target, 0, 0, 0, 0) == ERR_TYPE);
	expect(RIVAL(rival.cap, THREAD_CONFIGURE, 0, 0, target, 0, 0, 0) == ERR_TYPE);
	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		expect(task_syscall(&rival, calls[i], target, 0,
				    (const uint64_t[MESSAGE_WORDS]){ 0 }, DEADLINE_NEVER));
		expect(task_status(&rival) == ERR_TYPE);
	}
	expect(slot_of(empty)->type == OBJECT_NULL);
}

static struct task clients[CLIENTS];

static void clients_call(cap_t endpoint)
{
	for (unsigned int i = 0; i < CLIENTS; i++) {
		clients[i] = task_new();
		ck_assert_ok(thread_resume(clients[i].cap));
		ck_assert(!task_call(&clients[i], endpoint, 1, 2));
	}
}

/* Who is told that the server is gone calls again, and is refused. */
static void clients_call_again(void)
{
	target_is_sealed();
	for (unsigned int i = 0; i < CLIENTS; i++) {
		expect((clients[i].thread->context.state == STATE_READY) == (i < steps));
		if (i >= steps)
			continue;
		expect(task_status(&clients[i]) == (i + 1 == steps ? ERR_ABORTED : ERR_TYPE));
		expect(task_call(&clients[i], target, 1, 2));
		expect(task_status(&clients[i]) == ERR_TYPE);
	}
}

START_TEST(an_endpoint)
{
	target = object_new(OBJECT_ENDPOINT, 0);
	clients_call(target);
	machine_between = clients_call_again;
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, target));
	ck_assert_uint_eq(steps, CLIENTS);
	ck_assert_int_eq(slot_of(target)->type, OBJECT_NULL);
	ck_assert(task_call(&clients[0], target, 1, 2));
	ck_assert_int_eq(task_status(&clients[0]), ERR_CAPABILITY);
}
END_TEST

static struct task server;

/* The thread that received there last may end before the endpoint has. */
static void server_ends(void)
{
	const struct endpoint *endpoint = object_of(target);

	expect(!endpoint->server);
	if (steps++ == 0) {
		machine_forget(&server.thread->context);
		expect(RIVAL(ROOT_SLOT_CNODE, CNODE_REVOKE, server.cap, 0, 0, 0, 0, 0) == OK);
		expect(RIVAL(ROOT_SLOT_CNODE, CNODE_DELETE, server.cap, 0, 0, 0, 0, 0) == OK);
		memset(server.thread, 0x77, sizeof(*server.thread));
	}
	machine_check();
}

START_TEST(the_server_of_an_endpoint)
{
	target = object_new(OBJECT_ENDPOINT, 0);
	server = task_new_passive();
	task_serve(&server, target);
	clients_call(target);
	machine_between = server_ends;
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, target));
	ck_assert_uint_eq(steps, CLIENTS - 1);
	for (unsigned int i = 0; i < CLIENTS; i++)
		ck_assert_int_eq(task_status(&clients[i]), ERR_ABORTED);
}
END_TEST

/* Another finishes it, and uses the slot anew: then it is this that is deleted. */
static void rival_finishes(void)
{
	steps++;
	machine_between = NULL;
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_DELETE, target, 0, 0, 0, 0, 0) == OK);
	expect(slot_of(target)->type == OBJECT_NULL);
	expect(rival_retypes(MACHINE_UNTYPED, OBJECT_NOTIFICATION, 0, target) == OK);
}

START_TEST(another_goes_on)
{
	target = object_new(OBJECT_ENDPOINT, 0);
	clients_call(target);
	machine_between = rival_finishes;
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, target));
	ck_assert_uint_eq(steps, 1);
	ck_assert_int_eq(slot_of(target)->type, OBJECT_NULL);
	for (unsigned int i = 0; i < CLIENTS; i++)
		ck_assert_int_eq(task_status(&clients[i]), ERR_ABORTED);
}
END_TEST

/* The caller ends on the way. What it began is finished by a revoke of the memory that it is in. */
static void caller_is_stopped(void)
{
	steps++;
	expect(thread_suspend(rival.cap) == OK);
}

START_TEST(nobody_goes_on)
{
	cap_t memory = object_new(OBJECT_UNTYPED, 12);

	target = slot_new();
	ck_assert_ok(untyped_retype(memory, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, target, 1, 0));
	clients_call(target);
	machine_between = caller_is_stopped;
	ck_assert(!task_syscall(&rival, SYS_CALL, ROOT_SLOT_CNODE, CNODE_DELETE,
				(const uint64_t[MESSAGE_WORDS]){ target }, DEADLINE_NEVER));
	machine_between = NULL;
	ck_assert_uint_eq(steps, 1);
	ck_assert(slot_of(target)->type & OBJECT_ENDING);
	ck_assert_int_eq(untyped_retype(memory, OBJECT_FRAME, 12, ROOT_SLOT_CNODE, 4000, 1, 0),
			 ERR_MEMORY);
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, memory));
	ck_assert_int_eq(slot_of(target)->type, OBJECT_NULL);
	/* The stopped one stands at its call: when it goes on, there is nothing to delete. */
	ck_assert_ok(thread_resume(rival.cap));
	machine_run_task(&rival);
	fake_syscall();
	ck_assert_int_eq(task_status(&rival), ERR_CAPABILITY);
}
END_TEST

#define DERIVED 3

/* A CNode with much, and with nothing; in it an object whose own end takes steps, and what others were derived from. */
START_TEST(a_cnode)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);

	target = object_new(OBJECT_CNODE, 10);
	clients_call(endpoint);
	for (uint32_t i = 0; i < 4; i++)
		ck_assert_ok(cnode_mint(ROOT_SLOT_CNODE, endpoint, target, 100 + i, RIGHTS_ALL, i));
	for (uint32_t i = 0; i < DERIVED; i++)
		ck_assert_ok(cnode_copy(target, 100, ROOT_SLOT_CNODE, 3000 + i));
	ck_assert_ok(cnode_move(ROOT_SLOT_CNODE, endpoint, target, 1023));
	machine_between = target_is_sealed;
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, target));
	/* The empty ones, 32 at a time, four copies, those of the first of these, and the endpoint's callers. */
	ck_assert_uint_ge(steps, 31 + 4 + DERIVED + CLIENTS);
	ck_assert_uint_le(steps, 32 + 5 + DERIVED + CLIENTS);
	for (uint32_t i = 0; i < DERIVED; i++)
		ck_assert_int_eq(slot_of(3000 + i)->type, OBJECT_NULL);
	ck_assert_int_eq(slot_of(target)->type, OBJECT_NULL);
	for (unsigned int i = 0; i < CLIENTS; i++)
		ck_assert_int_eq(task_status(&clients[i]), ERR_ABORTED);
}
END_TEST

static cap_t pages[PAGES];
static cap_t table;

/* Its mappings can be taken away while it ends, and are when it has. */
static void unmap_between(void)
{
	cap_t page = pages[PAGES - 1 - steps];

	target_is_sealed();
	expect(RIVAL(page, FRAME_MAP, target, AT, RIGHT_READ, MEMORY_NORMAL, 0, 0) == ERR_TYPE);
	expect(RIVAL(page, FRAME_UNMAP, 0, 0, 0, 0, 0, 0) == OK);
	expect(RIVAL(page, FRAME_UNMAP, 0, 0, 0, 0, 0, 0) == ERR_STATE);
	if (steps == 2)
		expect(RIVAL(ROOT_SLOT_CNODE, CNODE_DELETE, table, 0, 0, 0, 0, 0) == OK);
}

START_TEST(an_address_space)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);

	target = object_new(_i ? OBJECT_GUEST_SPACE : OBJECT_ADDRESS_SPACE, 0);
	for (unsigned int i = 0; i < 2; i++) {
		table = object_new(OBJECT_PAGE_TABLE, 0);
		ck_assert_ok(page_table_map(table, target, AT));
	}
	for (unsigned int i = 0; i < PAGES; i++) {
		pages[i] = copied(frame);
		ck_assert_ok(
			frame_map(pages[i], target, AT + i * PAGE_SIZE, RIGHT_READ, MEMORY_NORMAL));
	}
	machine_between = unmap_between;
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, target));
	ck_assert_uint_ge(steps, PAGES / 17);
	for (unsigned int i = 0; i < PAGES; i++)
		ck_assert_ptr_null(slot_of(pages[i])->space);
}
END_TEST

/* A revoke stops after each capability. */
static void count_step(void)
{
	steps++;
	machine_check();
}

START_TEST(a_revoke)
{
	target = object_new(OBJECT_ENDPOINT, 0);
	for (unsigned int i = 0; i < 20; i++)
		minted(i % 3 ? target + i : target, RIGHTS_ALL, 0);
	machine_between = count_step;
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, target));
	ck_assert_uint_eq(steps, 20);
	ck_assert(!slot_has_descendants(slot_of(target)));
}
END_TEST

/* It goes on in the next period of who asked for it. */
START_TEST(a_revoke_beyond_the_budget)
{
	uint64_t before = 0, after = 0, start;

	target = object_new(OBJECT_ENDPOINT, 0);
	for (unsigned int i = 0; i < 20; i++)
		minted(target, RIGHTS_ALL, 0);
	ck_assert_ok(sched_context_configure(rival.sc, 40000, 1000000));
	ck_assert_ok(sched_context_consumed(rival.sc, &before));
	machine_run_task(&rival);
	fake.work = 4000;
	start = fake.clock;
	rival.thread->registers.x[FAKE_SYSCALL] = SYS_CALL;
	rival.thread->registers.x[FAKE_CAP] = ROOT_SLOT_CNODE;
	rival.thread->registers.x[FAKE_LABEL] = CNODE_REVOKE;
	rival.thread->registers.x[FAKE_WORDS] = target;
	while (slot_has_descendants(slot_of(target))) {
		if (core.current != &rival.thread->context || fake.clock >= fake.timer)
			fake_pass(fake.timer);
		else
			fake_syscall();
		machine_check();
	}
	fake.work = 0;
	ck_assert_uint_gt(fake.clock, start + 1000000);
	after = rival.thread->context.sc->consumed;
	ck_assert_uint_gt(after - before, 40000);
}
END_TEST

/* Several VCpus wait for the server of a window whose endpoint is revoked. */

#define VCPUS 5

static struct guest vcpus[VCPUS];

static enum status set_window(void)
{
	return RIVAL(guest.space, GUEST_SPACE_SET_WINDOW, 0, AT, 1, target, 0, 0);
}

static unsigned int in_window(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < VCPUS; i++)
		count += vcpus[i].vcpu->window != NULL;
	return count;
}

/* It is closed at once; who is answered by the VMM meanwhile, and comes back, does not get in. */
static void window_closes(void)
{
	steps++;
	machine_check();
	expect(in_window() + steps == VCPUS);
	expect(set_window() == ERR_OCCUPIED);
	expect(!window_at(object_of(guest.space), AT));
	if (steps == 3)
		expect(RIVAL(guest.space, GUEST_SPACE_CLEAR_WINDOW, 0, 0, 0, 0, 0, 0) == OK);
}

START_TEST(a_window)
{
	cap_t table;

	guest_setup();
	rival = task_new();
	ck_assert_ok(thread_resume(rival.cap));
	ck_assert(!task_answer(&vmm, endpoint, &guest, DISPOSITION_START | REPLY_REGISTERS, 0));
	for (unsigned int i = 0; i < 2; i++) {
		table = object_new(OBJECT_PAGE_TABLE, 0);
		ck_assert_ok(page_table_map(table, guest.space, AT));
	}
	target = object_new(OBJECT_ENDPOINT, 0);
	ck_assert_ok(set_window());
	for (unsigned int i = 0; i < VCPUS; i++) {
		vcpus[i] = guest_new(endpoint);
		ck_assert_ok(vcpu_configure(vcpus[i].cap, guest.space, endpoint, i));
		guest_start(&vcpus[i], &vmm, endpoint);
		fake_guest_exit(&(struct exit){
			.kind = EXIT_MEMORY, .address = AT, .access = ACCESS_DECODED });
	}
	ck_assert_uint_eq(in_window(), VCPUS);
	machine_between = window_closes;
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, target));
	ck_assert_uint_eq(in_window(), 0);
	/* The last three in one call of the rival's. */
	ck_assert_uint_eq(steps, 3);
	ck_assert_int_eq(RIVAL(guest.space, GUEST_SPACE_CLEAR_WINDOW, 0, 0, 0, 0, 0, 0), ERR_STATE);
	ck_assert_ok(set_window());
}
END_TEST

static bool is_zero(uint64_t address, uint64_t size)
{
	const uint64_t *word = phys_to_virt(address);

	for (uint64_t i = 0; i < size / sizeof(*word); i++)
		if (word[i])
			return false;
	return true;
}

static cap_t memory, first;

/* What another gets meanwhile is zero too, and comes first. */
static void retype_between(void)
{
	if (steps++ != 100)
		return;
	expect(rival_retypes(memory, OBJECT_FRAME, PAGE_BITS, first) == OK);
	expect(is_zero(slot_of(first)->object, PAGE_SIZE));
	memset(phys_to_virt(slot_of(first)->object), 0x77, PAGE_SIZE);
}

START_TEST(zeroing)
{
	cap_t block = slot_new();

	memory = MACHINE_UNTYPED;
	first = 3000;
	machine_between = retype_between;
	ck_assert_ok(
		untyped_retype(memory, OBJECT_FRAME, BLOCK_BITS, ROOT_SLOT_CNODE, block, 1, 0));
	ck_assert(is_zero(slot_of(block)->object, BLOCK_SIZE));
	/* It took the place that was meant for the block, which lies behind it now. */
	ck_assert_uint_lt(slot_of(first)->object, slot_of(block)->object);
	ck_assert_uint_eq(steps, 101 + BLOCK_SIZE / PAGE_SIZE);
}
END_TEST

/* Without anybody else each page costs one step. */
START_TEST(zeroing_goes_on)
{
	cap_t block = slot_new();

	machine_between = count_step;
	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, OBJECT_FRAME, BLOCK_BITS, ROOT_SLOT_CNODE,
				    block, 1, 0));
	ck_assert_uint_eq(steps, BLOCK_SIZE / PAGE_SIZE);
	ck_assert(is_zero(slot_of(block)->object, BLOCK_SIZE));
}
END_TEST

/* A revoke in the middle: what was zero is used, and dirty, before the zeroing goes on. */
static void revoke_between(void)
{
	if (steps++ != 300)
		return;
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_REVOKE, memory, 0, 0, 0, 0, 0) == OK);
	expect(rival_retypes(memory, OBJECT_FRAME, PAGE_BITS, first) == OK);
	memset(phys_to_virt(slot_of(first)->object), 0x77, PAGE_SIZE);
	expect(rival_retypes(memory, OBJECT_UNTYPED, 20, first + 1) == OK);
	expect(rival_retypes(first + 1, OBJECT_FRAME, PAGE_BITS, first + 2) == OK);
	memset(phys_to_virt(slot_of(first + 1)->object), 0x77, BIT(20));
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_REVOKE, memory, 0, 0, 0, 0, 0) == OK);
}

START_TEST(zeroing_after_a_revoke)
{
	cap_t block = slot_new();

	memory = object_new(OBJECT_UNTYPED, BLOCK_BITS);
	first = 3000;
	machine_between = revoke_between;
	ck_assert_ok(
		untyped_retype(memory, OBJECT_FRAME, BLOCK_BITS, ROOT_SLOT_CNODE, block, 1, 0));
	ck_assert_uint_eq(steps, 301 + BLOCK_SIZE / PAGE_SIZE);
	ck_assert(is_zero(slot_of(block)->object, BLOCK_SIZE));
}
END_TEST

/* One that is given up leaves what it has zeroed to the next, whatever that makes. */
START_TEST(zeroing_given_up)
{
	cap_t frame = slot_new();
	uint64_t used = slot_of(MACHINE_UNTYPED)->data;

	machine_between = caller_is_stopped;
	ck_assert(!task_syscall(&rival, SYS_CALL, MACHINE_UNTYPED, UNTYPED_RETYPE,
				(const uint64_t[MESSAGE_WORDS]){ OBJECT_FRAME, BLOCK_BITS,
								 ROOT_SLOT_CNODE, frame, 1, 0 },
				DEADLINE_NEVER));
	ck_assert_int_eq(slot_of(frame)->type, OBJECT_NULL);
	ck_assert_uint_ge(slot_of(MACHINE_UNTYPED)->data, used);
	machine_between = count_step;
	steps = 0;
	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, OBJECT_FRAME, PAGE_BITS, ROOT_SLOT_CNODE,
				    frame, 1, 0));
	ck_assert_uint_eq(steps, 0);
	ck_assert(is_zero(slot_of(frame)->object, PAGE_SIZE));
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

/* One more finds no place; when one has gone there is place again. */
START_TEST(waiters_at_once)
{
	cap_t notification = object_new(OBJECT_NOTIFICATION, 0);
	struct task waiter = rival;

	for (unsigned int i = 0; i < NOTIFICATION_WAITERS_MAX; i++) {
		waiter = task_new();
		ck_assert_ok(thread_resume(waiter.cap));
		ck_assert(!task_wait(&waiter, notification, DEADLINE_NEVER));
	}
	ck_assert(task_wait(&rival, notification, DEADLINE_NEVER));
	ck_assert_int_eq(task_status(&rival), ERR_OCCUPIED);
	ck_assert_ok(thread_suspend(waiter.cap));
	ck_assert(!task_wait(&rival, notification, DEADLINE_NEVER));
}
END_TEST

/* Many deadlines at one time: the timer's interrupt comes until all have been told. */
START_TEST(deadlines_at_once)
{
	struct task sleepers[20];
	uint64_t when = fake.clock + 10000;
	unsigned int awake = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(sleepers); i++) {
		sleepers[i] = task_new();
		ck_assert_ok(thread_resume(sleepers[i].cap));
		ck_assert(!task_wait(&sleepers[i], object_new(OBJECT_NOTIFICATION, 0), when));
	}
	machine_run_task(&rival);
	fake.clock = when;
	fake_interrupt();
	for (unsigned int i = 0; i < ARRAY_SIZE(sleepers); i++)
		awake += sleepers[i].thread->context.state == STATE_READY;
	ck_assert_uint_gt(awake, 0);
	ck_assert_uint_le(awake, 8);
	ck_assert_uint_eq(fake.timer, when);
	fake_pass(when);
	for (unsigned int i = 0; i < ARRAY_SIZE(sleepers); i++) {
		ck_assert_int_eq(sleepers[i].thread->context.state, STATE_READY);
		ck_assert_int_eq(task_status(&sleepers[i]), ERR_DEADLINE);
	}
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("steps");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, an_endpoint);
	tcase_add_test(tcase, the_server_of_an_endpoint);
	tcase_add_test(tcase, another_goes_on);
	tcase_add_test(tcase, nobody_goes_on);
	tcase_add_test(tcase, a_cnode);
	tcase_add_loop_test(tcase, an_address_space, 0, 2);
	tcase_add_test(tcase, a_revoke);
	tcase_add_test(tcase, a_revoke_beyond_the_budget);
	tcase_add_test(tcase, a_window);
	tcase_add_test(tcase, zeroing);
	tcase_add_test(tcase, zeroing_goes_on);
	tcase_add_test(tcase, zeroing_after_a_revoke);
	tcase_add_test(tcase, zeroing_given_up);
	tcase_add_test(tcase, objects_at_once);
	tcase_add_test(tcase, waiters_at_once);
	tcase_add_test(tcase, deadlines_at_once);
	return machine_main("steps", &tcase, 1);
}
