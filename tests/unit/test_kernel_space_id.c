/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Identifiers of address spaces, when there are few: nobody sees what another's tables say, and nothing is flushed that need
 * not be. Every access goes through the TLB of the fake architecture, which stops the test where it remembers something wrong.
 */
#include "kernel_machine.h"

#include <address_space.h>

#define AT     0x40000000UL
#define COUNT  4 /* of processes, and of guests */
#define LENGTH 5 /* of sequences */
#define PLENTY 64

static struct task processes[COUNT], vmms[COUNT];
static struct guest guests[COUNT];
static cap_t endpoints[COUNT], frames[2][COUNT], process_spaces[COUNT];

/* A page of its own at AT. */
static cap_t map_page(cap_t space)
{
	cap_t frame = object_new(OBJECT_FRAME, PAGE_BITS);

	for (unsigned int i = 0; i < 2; i++)
		ck_assert_ok(page_table_map(object_new(OBJECT_PAGE_TABLE, 0), space, AT));
	ck_assert_ok(frame_map(frame, space, AT, RIGHT_READ, MEMORY_NORMAL));
	return frame;
}

static void new_process(unsigned int i)
{
	processes[i] = task_new();
	process_spaces[i] = object_new(OBJECT_ADDRESS_SPACE, 0);
	ck_assert_ok(thread_configure(processes[i].cap, 0, process_spaces[i], 0));
	frames[false][i] = map_page(process_spaces[i]);
	ck_assert_ok(thread_resume(processes[i].cap));
}

static void start_guest(unsigned int i)
{
	if (vmms[i].thread->context.state == STATE_STOPPED)
		task_serve(&vmms[i], endpoints[i]);
	guest_start(&guests[i], &vmms[i], endpoints[i]);
}

static void new_guest(unsigned int i)
{
	endpoints[i] = object_new(OBJECT_ENDPOINT, 0);
	vmms[i] = task_new_passive();
	guests[i] = guest_new(endpoints[i]);
	frames[true][i] = map_page(guests[i].space);
	start_guest(i);
}

static void begin(uint32_t ids)
{
	fake.space_ids = ids;
	machine_start();
	for (unsigned int i = 0; i < COUNT; i++) {
		new_process(i);
		new_guest(i);
	}
}

static void teardown(void)
{
	machine_check();
}

static struct context *context_of(bool guest, unsigned int i)
{
	return guest ? &guests[i].vcpu->context : &processes[i].thread->context;
}

/* It runs, and reads its page. */
static void runs(bool guest, unsigned int i)
{
	struct context *context = context_of(guest, i);
	paddr_t found = 0;

	machine_run(context);
	expect(fake_access(context, AT, RIGHT_READ, &found));
	expect(found == slot_of(frames[guest][i])->object);
	expect(!fake_access(context, AT + PAGE_SIZE, RIGHT_READ, &found));
	expect(fake_tlb_stale() == 0);
}

static unsigned int power(unsigned int base, unsigned int exponent)
{
	return exponent ? base * power(base, exponent - 1) : 1;
}

/* Every sequence of four that run, with two identifiers to more than enough. */
START_TEST(every_sequence)
{
	begin(3 + (uint32_t)_i / 2);
	for (unsigned int sequence = 0; sequence < power(COUNT, LENGTH); sequence++)
		for (unsigned int step = 0; step < LENGTH; step++)
			runs(_i % 2, sequence / power(COUNT, step) % COUNT);
}
END_TEST

/* The page goes, and comes back at once: whoever it belongs to, loaded or not, sees it go. */
static void page_goes(bool guest, unsigned int i)
{
	struct context *context = context_of(guest, i);
	paddr_t found;

	ck_assert_ok(frame_unmap(frames[guest][i]));
	expect(!fake_access(context, AT, RIGHT_READ, &found));
	ck_assert_ok(frame_map(frames[guest][i], guest ? guests[i].space : process_spaces[i], AT,
			       RIGHT_READ, MEMORY_NORMAL));
}

/* The space ends, and another is there in its stead. */
static void space_ends(bool guest, unsigned int i)
{
	cap_t *space = guest ? &guests[i].space : &process_spaces[i];

	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, *space));
	ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, *space));
	expect(fake_tlb_stale() == 0);
	*space = object_new(guest ? OBJECT_GUEST_SPACE : OBJECT_ADDRESS_SPACE, 0);
	frames[guest][i] = map_page(*space);
	if (guest) {
		ck_assert_ok(vcpu_configure(guests[i].cap, *space, endpoints[i], 0));
		start_guest(i);
	} else {
		ck_assert_ok(thread_configure(processes[i].cap, 0, *space, 0));
		ck_assert_ok(thread_resume(processes[i].cap));
	}
}

/* The same for pages that go, and for spaces that end, in the midst of it. */
START_TEST(every_change)
{
	bool guest = _i % 2;

	begin(3 + (uint32_t)_i / 2);
	for (unsigned int first = 0; first < COUNT; first++)
		for (unsigned int second = 0; second < COUNT; second++)
			for (unsigned int third = 0; third < COUNT; third++)
				for (unsigned int what = 0; what < 2; what++) {
					runs(guest, first);
					runs(guest, second);
					if (what)
						space_ends(guest, third);
					else
						page_goes(guest, third);
					runs(guest, first);
					runs(guest, third);
				}
}
END_TEST

static struct address_space *space_of(bool guest, unsigned int i)
{
	return object_of(guest ? guests[i].space : process_spaces[i]);
}

/* What is loaded when identifiers run out keeps its own: it goes on with what is remembered, and nobody else gets that one. */
START_TEST(who_runs_keeps_its_identifier)
{
	unsigned int generations = 0;

	begin(4);
	for (unsigned int round = 0; round < 1000; round++) {
		unsigned int who = random_below(COUNT);
		unsigned int next = (who + 1 + random_below(COUNT - 1)) % COUNT;
		uint64_t generation;
		uint32_t id;

		runs(_i, who);
		id = space_of(_i, who)->id;
		generation = space_ids[_i].generation;
		runs(_i, next);
		expect(space_of(_i, next)->id != id);
		generations += space_ids[_i].generation != generation;
		generation = fake.flushes;
		runs(_i, who);
		expect(space_of(_i, who)->id == id);
		expect(fake.flushes == generation);
	}
	ck_assert_uint_gt(generations, 100);
}
END_TEST

/* Exits to a VMM and back, calls, and switches between all: with identifiers for all of them, and nothing unmapped. */
START_TEST(no_flush)
{
	uint64_t flushes;

	begin(PLENTY);
	flushes = fake.flushes;
	for (unsigned int i = 0; i < 10000; i++) {
		unsigned int who = random_below(COUNT);

		runs(false, random_below(COUNT));
		runs(true, who);
		fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
		task_answer(&vmms[who], endpoints[who], &guests[who], DISPOSITION_STEP, 0);
		machine_run_guest(&guests[who]);
	}
	ck_assert_uint_eq(fake.flushes, flushes);
}
END_TEST

/* Flushes for what a function does. */
static uint64_t flushes_of(void (*what)(void))
{
	uint64_t before = fake.flushes;

	what();
	return fake.flushes - before;
}

static void run_first(void)
{
	runs(true, 0);
}

static void run_sibling(void)
{
	runs(true, 1);
}

static void run_other(void)
{
	runs(true, 2);
}

/* Guest 1 is a second VCpu of guest 0. */
static void make_sibling(void)
{
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guests[1].space));
	guests[1].space = guests[0].space;
	frames[true][1] = frames[true][0];
	ck_assert_ok(vcpu_configure(guests[1].cap, guests[0].space, endpoints[1], 1));
	start_guest(1);
}

/* What is remembered of a guest goes when its other VCpu follows on this core, whoever was between; and only then. */
START_TEST(siblings)
{
	begin(PLENTY);
	make_sibling();
	run_sibling();
	for (unsigned int i = 0; i < 10; i++) {
		ck_assert_uint_eq(flushes_of(run_first), 1);
		ck_assert_uint_eq(flushes_of(run_first), 0);
		ck_assert_uint_eq(flushes_of(run_other), 0);
		ck_assert_uint_eq(flushes_of(run_first), 0);
		ck_assert_uint_eq(flushes_of(run_other), 0);
		ck_assert_uint_eq(flushes_of(run_sibling), 1);
	}
	/* Under a new identifier nothing of either is remembered. */
	run_other();
	ck_assert_ok(frame_unmap(frames[true][0]));
	ck_assert_ok(frame_map(frames[true][0], guests[0].space, AT, RIGHT_READ, MEMORY_NORMAL));
	ck_assert_uint_eq(flushes_of(run_first), 0);
}
END_TEST

static void start_again(void)
{
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	task_answer(&vmms[0], endpoints[0], &guests[0], DISPOSITION_PARK, 0);
	start_guest(0);
}

/* A VCpu that is started anew has made none of the tables that its former life used. */
START_TEST(a_new_life)
{
	begin(PLENTY);
	runs(true, 0);
	for (unsigned int i = 0; i < 3; i++) {
		ck_assert_uint_eq(flushes_of(start_again), 1);
		ck_assert_uint_eq(flushes_of(run_first), 0);
	}
}
END_TEST

static void answer_with_fence(void)
{
	task_answer(&vmms[0], endpoints[0], &guests[0], DISPOSITION_STEP | REPLY_FENCE, 0);
}

/* A fence that the guest asks its VMM for is one flush: when it comes back, if another was on the core, or at once. */
START_TEST(a_fence)
{
	begin(PLENTY);
	runs(true, 0);
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	run_other();
	ck_assert_uint_eq(flushes_of(answer_with_fence), 0);
	ck_assert_uint_eq(flushes_of(run_first), 1);
	ck_assert_uint_eq(flushes_of(run_first), 0);
	ck_assert_ok(thread_set_priority(vmms[0].cap, PRIORITIES - 1));
	run_first();
	fake_guest_exit(&(struct exit){ .kind = EXIT_HYPERCALL });
	ck_assert_uint_eq(flushes_of(answer_with_fence), 1);
	ck_assert_uint_eq(flushes_of(run_first), 0);
}
END_TEST

/* Of what is not loaded, and of a guest whose only VCpu has stopped, mappings go without a flush; and the end of spaces, too. */
START_TEST(nothing_to_flush)
{
	uint64_t flushes;

	begin(PLENTY);
	runs(true, 0);
	runs(true, 1);
	runs(false, 1);
	flushes = fake.flushes;
	ck_assert_ok(frame_unmap(frames[true][0]));
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guests[1].endpoint));
	ck_assert_ok(frame_unmap(frames[true][1]));
	for (unsigned int i = 0; i < COUNT; i++) {
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, process_spaces[i]));
		ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, process_spaces[i]));
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, guests[i].space));
		ck_assert_ok(cnode_delete(ROOT_SLOT_CNODE, guests[i].space));
	}
	ck_assert_uint_eq(fake.flushes, flushes);
}
END_TEST

/* What is loaded loses a mapping by one flush, and nothing else that is remembered of processes goes with it. */
START_TEST(one_flush)
{
	uint64_t flushes;

	begin(PLENTY);
	runs(_i, 0);
	flushes = fake.flushes;
	page_goes(_i, 0);
	ck_assert_uint_eq(fake.flushes, flushes + 1);
}
END_TEST

/* A space in the memory of another, which was loaded when it ended. */
START_TEST(in_the_place_of_another)
{
	enum object_type type = _i ? OBJECT_GUEST_SPACE : OBJECT_ADDRESS_SPACE;
	const void *old = NULL;
	cap_t untyped;
	cap_t space;

	begin(PLENTY);
	untyped = slot_new();
	space = slot_new();
	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, OBJECT_UNTYPED, 16, ROOT_SLOT_CNODE, untyped,
				    1, 0));
	for (unsigned int i = 0; i < 5; i++) {
		ck_assert_ok(untyped_retype(untyped, type, 0, ROOT_SLOT_CNODE, space, 1, 0));
		ck_assert(!old || old == object_of(space));
		old = object_of(space);
		frames[_i][0] = map_page(space);
		if (_i) {
			guests[0].space = space;
			ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, endpoints[0]));
			ck_assert_ok(vcpu_configure(guests[0].cap, space, endpoints[0], 0));
			start_guest(0);
		} else {
			ck_assert_ok(thread_suspend(processes[0].cap));
			ck_assert_ok(thread_configure(processes[0].cap, 0, space, 0));
			ck_assert_ok(thread_resume(processes[0].cap));
		}
		runs(_i, 0);
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, untyped));
	}
}
END_TEST

/* The memory of the very space that a process runs in goes to another. */
START_TEST(under_ones_own_feet)
{
	cap_t untyped;
	cap_t space;

	begin(PLENTY);
	untyped = slot_new();
	space = slot_new();
	ck_assert_ok(untyped_retype(MACHINE_UNTYPED, OBJECT_UNTYPED, 14, ROOT_SLOT_CNODE, untyped,
				    1, 0));
	ck_assert_ok(
		untyped_retype(untyped, OBJECT_ADDRESS_SPACE, 0, ROOT_SLOT_CNODE, space, 1, 0));
	ck_assert_ok(thread_suspend(processes[0].cap));
	ck_assert_ok(thread_configure(processes[0].cap, 0, space, 0));
	ck_assert_ok(thread_resume(processes[0].cap));
	frames[false][0] = map_page(space);
	runs(false, 0);
	/* In one step: who ends on the way is not there to go on. */
	fake.pending = 0;
	ck_assert(!task_call(&processes[0], ROOT_SLOT_CNODE, CNODE_REVOKE, untyped));
	ck_assert_int_eq(processes[0].thread->context.state, STATE_STOPPED);
	ck_assert_ok(
		untyped_retype(untyped, OBJECT_ADDRESS_SPACE, 0, ROOT_SLOT_CNODE, space, 1, 0));
	ck_assert_ok(thread_configure(processes[0].cap, 0, space, 0));
	frames[false][0] = map_page(space);
	ck_assert_ok(thread_resume(processes[0].cap));
	runs(false, 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("space-id");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_loop_test(tcase, every_sequence, 0, 8);
	tcase_add_loop_test(tcase, every_change, 0, 8);
	tcase_add_loop_test(tcase, who_runs_keeps_its_identifier, 0, 2);
	tcase_add_test(tcase, no_flush);
	tcase_add_test(tcase, siblings);
	tcase_add_test(tcase, a_new_life);
	tcase_add_test(tcase, a_fence);
	tcase_add_test(tcase, nothing_to_flush);
	tcase_add_loop_test(tcase, one_flush, 0, 2);
	tcase_add_loop_test(tcase, in_the_place_of_another, 0, 2);
	tcase_add_test(tcase, under_ones_own_feet);
	return machine_main("space-id", &tcase, 1);
}
