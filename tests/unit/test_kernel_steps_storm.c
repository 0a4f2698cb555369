/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Revokes, deletes and retypes of two callers that interrupts stop after each
 * step, so that each finds the other's half done; and of a third thread that
 * waits and is waited for in what they end. After each step the tree is one, no
 * memory is given out twice, and what is new is zero. And servers that are
 * destroyed and built again, a thousand times, with nothing lost.
 */
#include "kernel_machine.h"

#include <address_space.h>
#include <object.h>
#include <string.h>

#define ROUNDS 20000

/* The slots that all is done in, of the root server's CNode: Untypeds first. */
#define SLOTS    40U
#define UNTYPEDS 4U

static struct task rival, client;
static const struct task *caller;
static cap_t first; /* of the slots */
static cap_t memory;
static unsigned int stopped, nested, ending;

static cap_t some_slot(void)
{
	return first + random_below(SLOTS);
}

/* A call like any other, with whatever is in the slots. */
struct call {
	cap_t cap;
	uint64_t label;
	uint64_t words[MESSAGE_WORDS];
};

static struct call some_retype(void)
{
	static const struct {
		enum object_type type;
		uint32_t bits;
	} kinds[] = {
		{ OBJECT_ENDPOINT, 0 },      { OBJECT_NOTIFICATION, 0 },
		{ OBJECT_FRAME, PAGE_BITS }, { OBJECT_UNTYPED, 14 },
		{ OBJECT_PAGE_TABLE, 0 },    { OBJECT_CNODE, 7 },
		{ OBJECT_ADDRESS_SPACE, 0 }, { OBJECT_SCHED_CONTEXT, 0 },
		{ OBJECT_GUEST_SPACE, 0 },   { OBJECT_THREAD, 0 },
		{ OBJECT_CNODE, 3 },         { OBJECT_UNTYPED, 16 },
	};
	unsigned int i = random_below(ARRAY_SIZE(kinds));

	return (struct call){ random_below(3) ? memory : some_slot(),
			      UNTYPED_RETYPE,
			      { kinds[i].type, kinds[i].bits, ROOT_SLOT_CNODE, some_slot(),
				1 + random_below(3), 0 } };
}

/* From or to the slots, or one of the CNodes that are in them. */
static struct call some_copy(void)
{
	cap_t cnode = random_below(2) ? ROOT_SLOT_CNODE : some_slot();
	cap_t to = random_below(2) ? ROOT_SLOT_CNODE : some_slot();
	uint64_t from = cnode == ROOT_SLOT_CNODE ? some_slot() : random_below(16);
	uint64_t place = to == ROOT_SLOT_CNODE ? some_slot() : random_below(16);

	return (struct call){ cnode,
			      random_below(3) ? CNODE_COPY : CNODE_MOVE,
			      { from, to, place } };
}

static struct call some_mapping(void)
{
	uint64_t address = random_below(64) * PAGE_SIZE;

	switch (random_below(4)) {
	case 0:
		return (struct call){ some_slot(), PAGE_TABLE_MAP, { some_slot(), address } };
	case 1:
		return (struct call){ some_slot(), FRAME_UNMAP, { 0 } };
	default:
		return (struct call){ some_slot(),
				      FRAME_MAP,
				      { some_slot(), address, RIGHT_READ, MEMORY_NORMAL } };
	}
}

static struct call some_call(void)
{
	switch (random_below(16)) {
	case 0:
		return (struct call){ ROOT_SLOT_CNODE, CNODE_REVOKE, { some_slot() } };
	case 1:
		return (struct call){ ROOT_SLOT_CNODE,
				      CNODE_REVOKE,
				      { random_below(8) ? some_slot() : memory } };
	case 2:
	case 3:
		return (struct call){ ROOT_SLOT_CNODE, CNODE_DELETE, { some_slot() } };
	case 4:
		return (struct call){ some_slot(),
				      random_below(2),
				      { some_slot(), 0, some_slot() } };
	case 5:
	case 6:
	case 7:
	case 8:
		return some_copy();
	case 9:
	case 10:
	case 11:
		return some_mapping();
	default:
		return some_retype();
	}
}

/* Invariants. */

static bool is_untyped_of_memory(const struct slot *slot)
{
	return slot->type == OBJECT_UNTYPED;
}

/* Of what an original is: its place in memory. */
static uint64_t size_of(const struct slot *slot)
{
	return BIT(object_bits(slot->type & ~OBJECT_ENDING,
			       slot->type == OBJECT_UNTYPED || slot->type == OBJECT_FRAME ||
					       (slot->type & ~OBJECT_ENDING) == OBJECT_CNODE ?
				       slot->size_bits :
				       0));
}

static uint64_t place_of(const struct slot *slot)
{
	if (slot->type == OBJECT_UNTYPED || slot->type == OBJECT_FRAME)
		return slot->object;
	return virt_to_phys((void *)slot->object) -
	       ((slot->type & ~OBJECT_ENDING) == OBJECT_GUEST_SPACE ? GUEST_SPACE_OFFSET : 0);
}

/* The originals below an Untyped are within what is used of it, and one behind
 * the other. */
static void check_memory(const struct slot *untyped)
{
	uint64_t used = untyped->object + untyped->data;

	expect(untyped->data <= BIT(untyped->size_bits));
	for (const struct slot *i = untyped->next; i && i->depth > untyped->depth; i = i->next) {
		if (i->depth != untyped->depth + 1 || !(i->flags & SLOT_ORIGINAL))
			continue;
		expect(place_of(i) >= untyped->object && place_of(i) + size_of(i) <= used);
		for (const struct slot *j = untyped->next; j != i; j = j->next)
			expect(j->depth != i->depth || !(j->flags & SLOT_ORIGINAL) ||
			       place_of(j) + size_of(j) <= place_of(i) ||
			       place_of(i) + size_of(i) <= place_of(j));
	}
	for (uint64_t at = untyped->data; at < untyped->zeroed; at++)
		expect(!*((const char *)phys_to_virt(untyped->object) + at));
}

static void check_all(void)
{
	const struct slot *root_untyped = slot_of(memory);

	for (const struct slot *i = root_untyped;
	     i && (i == root_untyped || i->depth > root_untyped->depth); i = i->next) {
		expect(i->type != OBJECT_NULL);
		expect(!i->next || (i->next->prev == i && i->next->depth <= i->depth + 1));
		ending += !!(i->type & OBJECT_ENDING);
		/* What ends has nothing below it, and is an object's own capability. */
		expect(!(i->type & OBJECT_ENDING) ||
		       ((i->flags & SLOT_ORIGINAL) && !slot_has_descendants(i)));
		if (is_untyped_of_memory(i))
			check_memory(i);
	}
	machine_check();
}

/* The rubbish that an owner leaves in its memory: a frame that was mapped
 * nowhere is written by hand. */
static void soil(void)
{
	const struct slot *slot = slot_of(some_slot());

	if (slot->type == OBJECT_FRAME && slot->size_bits == PAGE_BITS)
		memset(phys_to_virt(slot->object), 0x77, PAGE_SIZE);
}

/* What was meant for an Untyped can come to an endpoint that has taken its
 * place: that is a call, which nobody answers. */
static void carry_out(const struct task *task, struct call call)
{
	if (task->thread->context.state != STATE_READY)
		return;
	task_syscall(task, SYS_CALL, call.cap, call.label, call.words, fake.clock + 1000);
	if (!nested && task->thread->context.state != STATE_READY)
		fake_pass(fake.clock + 2000);
}

/* Waits or calls in whatever there is: ends of it find it there. */
static void client_acts(void)
{
	static const enum syscall calls[] = { SYS_CALL, SYS_RECV, SYS_WAIT, SYS_SIGNAL };
	const struct slot *slot;
	cap_t cap = some_slot();

	if (client.thread->context.state != STATE_READY)
		return;
	/* An invocation is not what it is for. */
	slot = slot_of(cap);
	if (slot->type == OBJECT_ENDPOINT || slot->type == OBJECT_NOTIFICATION)
		task_syscall(&client, calls[random_below(ARRAY_SIZE(calls))], cap, 0,
			     (const uint64_t[MESSAGE_WORDS]){ 0 }, fake.clock + 1000);
}

/* Between two steps of one caller another makes a call of its own, which is
 * stopped too, and then the third one acts. */
static void others(void)
{
	stopped++;
	check_all();
	if (nested == 1)
		return;
	nested++;
	if (random_below(2))
		carry_out(caller == &rival ? &root : &rival, some_call());
	if (random_below(4) == 0)
		client_acts();
	if (random_below(8) == 0)
		fake_pass(fake.clock + 500);
	soil();
	nested--;
}

START_TEST(each_finds_the_others_work_half_done)
{
	random_start((uint64_t)_i);
	memory = object_new(OBJECT_UNTYPED, 18);
	first = slot_new();
	for (unsigned int i = 1; i < SLOTS; i++)
		slot_new();
	rival = task_new();
	client = task_new();
	ck_assert_ok(thread_resume(rival.cap));
	ck_assert_ok(thread_resume(client.cap));
	machine_between = others;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		fake.pending = 1 + random_below(3);
		caller = random_below(2) ? &root : &rival;
		carry_out(caller, some_call());
		client_acts();
		soil();
		check_all();
	}
	/* Whatever was left half done, the memory comes back as a whole. */
	machine_between = check_all;
	ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, memory));
	ck_assert(!slot_has_descendants(slot_of(memory)));
	ck_assert_uint_gt(stopped, 1000);
	ck_assert_uint_gt(ending, 100);
	for (cap_t i = first; i < first + SLOTS; i++)
		ck_assert_int_eq(slot_of(i)->type, OBJECT_NULL);
}
END_TEST

/* A server of its own Untyped, and what connects it with its client, which is
 * not. */
#define SERVER_CNODE  (first + 1)
#define SERVER_SPACE  (first + 2)
#define SERVER_THREAD (first + 3)
#define SERVER_TIME   (first + 4)
#define SERVER_BELL   (first + 5)
#define SERVER_TABLES (first + 6)
#define SERVER_PAGES  (first + 8)
#define PAGES         8U

static void make(enum object_type type, uint32_t bits, cap_t slot, uint32_t count)
{
	ck_assert_ok(untyped_retype(first, type, bits, ROOT_SLOT_CNODE, slot, count, 0));
}

static void build_server(cap_t endpoint)
{
	make(OBJECT_CNODE, 8, SERVER_CNODE, 1);
	make(OBJECT_ADDRESS_SPACE, 0, SERVER_SPACE, 1);
	make(OBJECT_THREAD, 0, SERVER_THREAD, 1);
	make(OBJECT_SCHED_CONTEXT, 0, SERVER_TIME, 1);
	make(OBJECT_NOTIFICATION, 0, SERVER_BELL, 1);
	make(OBJECT_PAGE_TABLE, 0, SERVER_TABLES, 2);
	make(OBJECT_FRAME, PAGE_BITS, SERVER_PAGES, PAGES);
	for (unsigned int i = 0; i < 2; i++)
		ck_assert_ok(page_table_map(SERVER_TABLES + i, SERVER_SPACE, 0x200000));
	for (unsigned int i = 0; i < PAGES; i++)
		ck_assert_ok(frame_map(SERVER_PAGES + i, SERVER_SPACE, 0x200000 + i * PAGE_SIZE,
				       RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL));
	ck_assert_ok(cnode_mint(ROOT_SLOT_CNODE, endpoint, SERVER_CNODE, 1, RIGHT_READ, 0));
	ck_assert_ok(cnode_copy(ROOT_SLOT_CNODE, SERVER_BELL, SERVER_CNODE, 2));
	ck_assert_ok(thread_configure(SERVER_THREAD, SERVER_CNODE, SERVER_SPACE, endpoint));
	ck_assert_ok(sched_context_configure(SERVER_TIME, 1000000, 1000000));
	ck_assert_ok(sched_context_bind(SERVER_TIME, SERVER_THREAD));
	ck_assert_ok(notification_bind_thread(SERVER_BELL, SERVER_THREAD));
	ck_assert_ok(thread_serve(SERVER_THREAD, endpoint));
}

static uint32_t empty_slots(void)
{
	uint32_t slots, empty = 0, all = 0;

	for (uint32_t i = 0; i < 1U << MACHINE_CNODE_BITS; i += CNODE_COUNT_MAX) {
		ck_assert_ok(cnode_count(ROOT_SLOT_CNODE, i, &slots, &empty));
		all += empty;
	}
	return all;
}

static uint64_t used_of(cap_t untyped)
{
	uint64_t address, used = 0;
	uint32_t bits, flags;

	ck_assert_ok(untyped_describe(untyped, &address, &bits, &flags, &used));
	return used;
}

START_TEST(a_server_a_thousand_times)
{
	cap_t endpoint = object_new(OBJECT_ENDPOINT, 0);
	uint64_t own = 0, all;
	uint32_t empty;

	first = slot_new();
	while (slot_new() < SERVER_PAGES + PAGES)
		continue;
	ck_assert_ok(
		untyped_retype(MACHINE_UNTYPED, OBJECT_UNTYPED, 17, ROOT_SLOT_CNODE, first, 1, 0));
	client = task_new();
	ck_assert_ok(thread_resume(client.cap));
	empty = empty_slots();
	all = used_of(MACHINE_UNTYPED);
	for (unsigned int round = 0; round < 1000; round++) {
		fake.pending = random_below(4);
		build_server(endpoint);
		ck_assert(!round || used_of(first) == own);
		own = used_of(first);
		/* It dies with a call in its hands. */
		ck_assert(!task_call(&client, endpoint, 1, round));
		memset(phys_to_virt(slot_of(SERVER_PAGES)->object), 0x77, PAGES * PAGE_SIZE);
		ck_assert_ok(cnode_revoke(ROOT_SLOT_CNODE, first));
		ck_assert_int_eq(task_status(&client), ERR_ABORTED);
		ck_assert_uint_eq(used_of(first), 0);
		ck_assert_uint_eq(empty_slots(), empty);
		machine_check();
	}
	ck_assert_uint_eq(used_of(MACHINE_UNTYPED), all);
}
END_TEST

int main(void)
{
	TCase *tcase = machine_case("steps_storm");

	tcase_set_timeout(tcase, 100);
	tcase_add_loop_test(tcase, each_finds_the_others_work_half_done, 0, 8);
	tcase_add_test(tcase, a_server_a_thousand_times);
	return machine_main("steps_storm", &tcase, 1);
}
