/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects end in steps when interrupts come, and what others can do between two of them.
 */
#include "kernel_guest.h"
#include "kernel_rival.h"

#include <address_space.h>
#include <endpoint.h>
#include <exit.h>

#define CLIENTS 8
#define PAGES   100
#define AT      0x10000000UL

static cap_t target; /* what ends */

static void setup(void)
{
	machine_start();
	rival_make();
}

static void teardown(void)
{
	machine_check();
}

/* What is under way is of no use to anybody. */
static void target_is_sealed(void)
{
	cap_t empty = 4000;
	const enum syscall calls[] = { SYS_RECV, SYS_SEND, SYS_SIGNAL, SYS_WAIT };

	rival_steps++;
	machine_check();
	expect(slot_of(target)->type & OBJECT_ENDING);
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_COPY, target, ROOT_SLOT_CNODE, empty) == ERR_STATE);
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_MINT, target, ROOT_SLOT_CNODE, empty, 1) == ERR_STATE);
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_MOVE, target, ROOT_SLOT_CNODE, empty) == ERR_STATE);
	expect(RIVAL(target, 0, 0, ROOT_SLOT_CNODE, empty) == ERR_TYPE);
	expect(rival_retypes(MACHINE_UNTYPED, OBJECT_ENDPOINT, 0, target) == ERR_OCCUPIED);
	expect(RIVAL(rival.cap, THREAD_CONFIGURE, target) == ERR_TYPE);
	expect(RIVAL(rival.cap, THREAD_CONFIGURE, 0, target) == ERR_TYPE);
	expect(RIVAL(rival.cap, THREAD_CONFIGURE, 0, 0, target) == ERR_TYPE);
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
		expect((clients[i].thread->context.state == STATE_READY) == (i < rival_steps));
		if (i >= rival_steps)
			continue;
		expect(task_status(&clients[i]) == (i + 1 == rival_steps ? ERR_ABORTED : ERR_TYPE));
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
	ck_assert_uint_eq(rival_steps, CLIENTS);
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
	if (rival_steps++ == 0) {
		machine_forget(&server.thread->context);
		expect(RIVAL(ROOT_SLOT_CNODE, CNODE_REVOKE, server.cap) == OK);
		expect(RIVAL(ROOT_SLOT_CNODE, CNODE_DELETE, server.cap) == OK);
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
	ck_assert_uint_eq(rival_steps, CLIENTS - 1);
	for (unsigned int i = 0; i < CLIENTS; i++)
		ck_assert_int_eq(task_status(&clients[i]), ERR_ABORTED);
}
END_TEST

/* Another finishes it, and uses the slot anew: then it is this that is deleted. */
static void rival_finishes(void)
{
	rival_steps++;
	machine_between = NULL;
	expect(RIVAL(ROOT_SLOT_CNODE, CNODE_DELETE, target) == OK);
	expect(slot_of(target)->type == OBJECT_NULL);
	expect(rival_retypes(MACHINE_UNTYPED, OBJECT_NOTIFICATION, 0, target) == OK);
}

START_TEST(another_goes_on)
{
	target = object_new(OBJECT_ENDPOINT, 0);
	clients_call(target);
	machine_between = rival_finishes;
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, target));
	ck_assert_uint_eq(rival_steps, 1);
	ck_assert_int_eq(slot_of(target)->type, OBJECT_NULL);
	for (unsigned int i = 0; i < CLIENTS; i++)
		ck_assert_int_eq(task_status(&clients[i]), ERR_ABORTED);
}
END_TEST

/* The caller ends on the way. What it began is finished by a revoke of the memory that it is in. */
START_TEST(nobody_goes_on)
{
	cap_t memory = object_new(OBJECT_UNTYPED, 12);

	target = slot_new();
	ck_assert_ok(untyped_retype(memory, OBJECT_ENDPOINT, 0, ROOT_SLOT_CNODE, target, 1, 0));
	clients_call(target);
	machine_between = rival_stops;
	ck_assert(!task_syscall(&rival, SYS_CALL, ROOT_SLOT_CNODE, CNODE_DELETE,
				(const uint64_t[MESSAGE_WORDS]){ target }, DEADLINE_NEVER));
	machine_between = NULL;
	ck_assert_uint_eq(rival_steps, 1);
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
	ck_assert_uint_ge(rival_steps, 31 + 4 + DERIVED + CLIENTS);
	ck_assert_uint_le(rival_steps, 32 + 5 + DERIVED + CLIENTS);
	for (uint32_t i = 0; i < DERIVED; i++)
		ck_assert_int_eq(slot_of(3000 + i)->type, OBJECT_NULL);
	ck_assert_int_eq(slot_of(target)->type, OBJECT_NULL);
	for (unsigned int i = 0; i < CLIENTS; i++)
		ck_assert_int_eq(task_status(&clients[i]), ERR_ABORTED);
}
END_TEST

static cap_t pages[PAGES];
static cap_t table;

/*
 * From the beginning of its end on nothing is mapped in it: nobody looks into its tables, which can be other memory before the
 * last mapping is forgotten.
 */
static void unmap_between(void)
{
	cap_t page = pages[PAGES - 1 - rival_steps];

	target_is_sealed();
	expect(RIVAL(page, FRAME_MAP, target, AT, RIGHT_READ, MEMORY_NORMAL) == ERR_TYPE);
	if (rival_steps == 2) {
		uint64_t *entries = object_of(table);

		expect(RIVAL(ROOT_SLOT_CNODE, CNODE_DELETE, table) == OK);
		memset(entries, 0x77, PAGE_SIZE);
	}
	expect(RIVAL(page, FRAME_UNMAP, 0) == ERR_STATE);
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
	ck_assert_uint_ge(rival_steps, PAGES / 17);
	for (unsigned int i = 0; i < PAGES; i++)
		ck_assert_ptr_null(slot_of(pages[i])->space);
}
END_TEST

/* A revoke stops after each capability. */
START_TEST(a_revoke)
{
	target = object_new(OBJECT_ENDPOINT, 0);
	for (unsigned int i = 0; i < 20; i++)
		minted(i % 3 ? target + i : target, RIGHTS_ALL, 0);
	machine_between = rival_watches;
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, target));
	ck_assert_uint_eq(rival_steps, 20);
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
	rival_steps++;
	machine_check();
	expect(in_window() + rival_steps == VCPUS);
	expect(set_window() == ERR_OCCUPIED);
	expect(!window_at(object_of(guest.space), AT));
	if (rival_steps == 3)
		expect(RIVAL(guest.space, GUEST_SPACE_CLEAR_WINDOW, 0) == OK);
}

START_TEST(a_window)
{
	cap_t table;

	guest_setup();
	rival_make();
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
	ck_assert_uint_eq(rival_steps, 3);
	ck_assert_int_eq(RIVAL(guest.space, GUEST_SPACE_CLEAR_WINDOW, 0), ERR_STATE);
	ck_assert_ok(set_window());
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
	return machine_main("steps", &tcase, 1);
}
