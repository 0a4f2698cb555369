/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker in QEMU: a sequence's beginning and end. What the hostile threads find was made by calls, as all that follows.
 */
#include "random.h"
#include "random_registers.h"

#include <cloister/string.h>

#define ROOT ROOT_SLOT_CNODE
/* The hostile threads' memory. */
#define MEMORY      RANDOM_FIRST
#define MEMORY_BITS 20

#define THREADS  8
#define PASSIVE  3 /* the last of them have no time of their own */
#define APART    2 /* the first and the last of them have CNodes of their own */
#define SPACES   3
#define FOR_EVER (1ULL << 40)

struct spec_object *random_referee, *random_cnode;
uint64_t random_result[MESSAGE_WORDS];
uint32_t invoker_first_free;

static cap_t next_free;
static uint64_t space_address[SPACES];

bool random_is_space(const struct spec_object *space)
{
	for (unsigned int i = 0; i < SPACES; i++)
		if (space->address == space_address[i])
			return true;
	return false;
}

enum status random_both(cap_t cap, uint64_t label, const uint64_t word[MESSAGE_WORDS])
{
	uint64_t *registers = random_referee->registers;
	struct message m = { .label = label };
	enum status status;

	memcpy(m.word, word, sizeof(m.word));
	registers[spec.layout.syscall] = SYS_CALL;
	registers[spec.layout.capability] = cap;
	registers[spec.layout.label] = label;
	memcpy(&registers[spec.layout.words], word, sizeof(m.word));
	status = message_call(cap, &m);
	if (!spec_syscall(random_referee))
		test_fail(__FILE__, __LINE__, "%s is not specified", kernel_method_name(label));
	if (status != registers[spec.layout.capability])
		test_fail(__FILE__, __LINE__, "slot %u, %s of 0x%lx: %s, not %s", cap,
			  kernel_method_name(label), (unsigned long)word[0], status_name(status),
			  status_name((uint32_t)registers[spec.layout.capability]));
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		if (m.word[i] != registers[spec.layout.words + i])
			test_fail(__FILE__, __LINE__,
				  "slot %u, %s of 0x%lx: %u is 0x%lx, not 0x%lx", cap,
				  kernel_method_name(label), (unsigned long)word[0], i,
				  (unsigned long)m.word[i],
				  (unsigned long)registers[spec.layout.words + i]);
	memcpy(random_result, m.word, sizeof(m.word));
	return status;
}

static void both(cap_t cap, uint64_t label, const uint64_t word[MESSAGE_WORDS])
{
	EXPECT_OK(random_both(cap, label, word));
}

#define BOTH(cap, label, ...) both(cap, label, (const uint64_t[MESSAGE_WORDS]){ __VA_ARGS__ })

/* The referee's own, of which the specification knows only what others can come to. */
static void boot(void)
{
	uint64_t address = 0, used = 0;
	uint32_t bits = 0, flags = 0;
	struct spec_cap *slot;

	random_referee = spec_new(OBJECT_THREAD, 1, THREAD_FAULT + 1);
	random_cnode = spec_new(OBJECT_CNODE, 1, 1U << 12);
	slot = random_cnode->cap;
	slot[ROOT] = (struct spec_cap){ .type = OBJECT_CNODE,
					.rights = RIGHTS_ALL,
					.bits = 12,
					.original = true,
					.object = random_cnode };
	slot[ROOT_SLOT_THREAD] = (struct spec_cap){ .type = OBJECT_THREAD,
						    .rights = RIGHTS_ALL,
						    .original = true,
						    .object = random_referee };
	spec_boot(&slot[ROOT_SLOT_ADDRESS_SPACE], OBJECT_ADDRESS_SPACE, 1, 0, 0);
	spec_boot(&slot[ROOT_SLOT_SCHED_CONTEXT], OBJECT_SCHED_CONTEXT, 1, 0, 0);
	spec_boot(&slot[ROOT_SLOT_IRQ_CONTROL], OBJECT_IRQ_CONTROL, 1, 0, 0);
	spec_boot(&slot[ROOT_SLOT_FIRMWARE], OBJECT_FIRMWARE, 1, 0, 0);
	EXPECT_OK(untyped_describe(ARENA, &address, &bits, &flags, &used));
	spec_boot(&slot[RANDOM_BOOT], OBJECT_UNTYPED, address, bits + 1, 0);
	slot[ARENA].parent = &slot[RANDOM_BOOT];
	spec_boot(&slot[ARENA], OBJECT_UNTYPED, address, bits, flags);
	slot[ARENA].used = used;
	spec_hold(&slot[ROOT], random_referee, THREAD_CNODE);
	spec_hold(&slot[ROOT_SLOT_ADDRESS_SPACE], random_referee, THREAD_SPACE);
	random_referee->state = SPEC_READY;
}

static cap_t make(enum object_type type, uint32_t size_bits, uint32_t count)
{
	cap_t first = next_free;

	BOTH(MEMORY, UNTYPED_RETYPE, type, size_bits, ROOT, first, count);
	next_free += count;
	return first;
}

/* The threads' program and mailboxes, at addresses that nobody else uses, from capabilities that nobody else knows. */
static void map_program(cap_t space, cap_t hidden)
{
	const char *boxes = (const char *)random_boxes;

	for (uint32_t i = 0; i < 2; i++)
		EXPECT_OK(page_table_map(hidden + i, space, RANDOM_PROGRAM));
	EXPECT_OK(cnode_copy(ROOT, program_frame(random_thread), ROOT, hidden + 2));
	EXPECT_OK(frame_map(hidden + 2, space, RANDOM_PROGRAM & ~(PAGE_SIZE - 1),
			    RIGHT_READ | RIGHT_EXECUTE, MEMORY_NORMAL));
	for (uint32_t i = 0; i < sizeof(random_boxes) / PAGE_SIZE; i++) {
		EXPECT_OK(cnode_copy(ROOT, program_frame(boxes + i * PAGE_SIZE), ROOT,
				     hidden + 3 + i));
		EXPECT_OK(frame_map(hidden + 3 + i, space, RANDOM_BOXES + i * PAGE_SIZE,
				    RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL));
	}
}

#define HIDDEN_SLOTS 8

static void build_spaces(cap_t spaces)
{
	for (uint32_t i = 0; i < SPACES; i++) {
		space_address[i] = random_cnode->cap[spaces + i].object->address;
		map_program(spaces + i, RANDOM_HIDDEN + i * HIDDEN_SLOTS);
	}
}

static void give_time(cap_t to)
{
	cap_t time = make(OBJECT_SCHED_CONTEXT, 0, 1);

	BOTH(time, SCHED_CONTEXT_CONFIGURE, FOR_EVER, FOR_EVER);
	BOTH(time, SCHED_CONTEXT_BIND, to);
}

static void build_thread(cap_t cnode, cap_t space, cap_t fault, bool passive)
{
	cap_t thread = make(OBJECT_THREAD, 0, 1);
	struct mailbox *box = random_box_new(random_cnode->cap[thread].object);

	BOTH(thread, THREAD_CONFIGURE, cnode, space, fault);
	BOTH(thread, THREAD_SET_PRIORITY, RANDOM_PRIORITY);
	BOTH(thread, THREAD_START_AT, RANDOM_PROGRAM, random_box_address(box));
	if (passive)
		return;
	give_time(thread);
	BOTH(thread, THREAD_RESUME, 0);
}

/* Some capabilities of the others' for who has a CNode of its own. */
static void fill(cap_t cnode, cap_t endpoints, cap_t signals, cap_t frames)
{
	for (cap_t i = 0; i < 4; i++) {
		BOTH(ROOT, CNODE_MINT, endpoints + i, cnode, 1 + i,
		     i % 2 ? RIGHTS_ALL : RIGHT_READ | RIGHT_WRITE, 0x100 + i);
		BOTH(ROOT, CNODE_MINT, signals + i, cnode, 5 + i, i % 2 ? RIGHTS_ALL : RIGHT_WRITE,
		     (uint64_t)i << 1);
	}
	BOTH(ROOT, CNODE_COPY, frames, cnode, 9);
}

/* Tables for the first pages, and something there. */
static void build_tables(cap_t space, cap_t frame)
{
	cap_t tables = make(OBJECT_PAGE_TABLE, 0, 2);

	BOTH(tables, PAGE_TABLE_MAP, space, 0);
	BOTH(tables + 1, PAGE_TABLE_MAP, space, 0);
	BOTH(frame, FRAME_MAP, space, PAGE_SIZE, RIGHT_READ, MEMORY_NORMAL);
}

static void build(void)
{
	cap_t endpoints, signals, spaces, guests, cnodes, frames;

	BOTH(ARENA, UNTYPED_RETYPE, OBJECT_UNTYPED, MEMORY_BITS, ROOT, MEMORY, 1);
	BOTH(ARENA, UNTYPED_RETYPE, OBJECT_FRAME, PAGE_BITS, ROOT, RANDOM_PROBE, 1);
	next_free = MEMORY + 1;
	endpoints = make(OBJECT_ENDPOINT, 0, 5);
	signals = make(OBJECT_NOTIFICATION, 0, 5);
	spaces = make(OBJECT_ADDRESS_SPACE, 0, SPACES);
	build_spaces(spaces);
	cnodes = make(OBJECT_CNODE, 4, APART);
	for (uint32_t i = 0; i < THREADS; i++)
		build_thread(i == 0           ? cnodes :
			     i == THREADS - 1 ? cnodes + 1 :
						ROOT,
			     spaces + i % SPACES, i % 2 ? endpoints + 4 : 0,
			     i >= THREADS - PASSIVE);
	give_time(signals + 4);
	make(OBJECT_PAGE_TABLE, 0, 4);
	frames = make(OBJECT_FRAME, PAGE_BITS, 6);
	guests = make(OBJECT_GUEST_SPACE, 0, 2);
	build_tables(spaces, frames + 4);
	build_tables(guests, frames + 5);
	make(OBJECT_VCPU, 0, 2);
	make(OBJECT_UNTYPED, 16, 2);
	BOTH(ROOT, CNODE_COPY, ROOT_SLOT_IRQ_CONTROL, ROOT, next_free++);
	BOTH(ROOT, CNODE_COPY, ROOT_SLOT_FIRMWARE, ROOT, next_free++);
	fill(cnodes, endpoints, signals, frames);
	fill(cnodes + 1, endpoints, signals, frames);
	invoker_first_free = next_free;
}

void random_open(void)
{
	const struct boot_info *boot_info = (const struct boot_info *)(uintptr_t)ROOT_BOOT_INFO;

	for (uint32_t i = 0; i < boot_info->untyped_count; i++)
		EXPECT_OK(cnode_move(ROOT, ROOT_SLOT_UNTYPED + i, ROOT, RANDOM_BOOT + 1 + i));
}

void random_start_sequence(void)
{
	EXPECT_OK(thread_set_priority(ROOT_SLOT_THREAD, RANDOM_PRIORITY));
	for (uint32_t i = 0; i < SPACES; i++)
		for (uint32_t j = 0; j < 2; j++)
			EXPECT_OK(untyped_retype(ARENA, OBJECT_PAGE_TABLE, 0, ROOT,
						 RANDOM_HIDDEN + i * HIDDEN_SLOTS + j, 1, 0));
	random_boxes_clear();
	spec_start(&(struct spec_layout){
		.syscall = REGISTER_SYSCALL,
		.capability = REGISTER_CAPABILITY,
		.label = REGISTER_LABEL,
		.words = REGISTER_WORDS,
		.deadline = REGISTER_DEADLINE,
		.first_irq = IRQ_FIRST,
		.registers = sizeof(struct registers) / sizeof(uint64_t),
		.process_bits = PROCESS_BITS,
		.budget_min = ticks(10),
	});
	boot();
	build();
}

void random_end_sequence(void)
{
	uint32_t slots = 0, empty = 0;

	cnode_revoke(ROOT, ARENA);
	cnode_revoke(ROOT, ROOT_SLOT_IRQ_CONTROL);
	cnode_revoke(ROOT, ROOT_SLOT_FIRMWARE);
	cnode_revoke(ROOT, program_frame(random_thread));
	for (size_t at = 0; at < sizeof(random_boxes); at += PAGE_SIZE)
		cnode_revoke(ROOT, program_frame((const char *)random_boxes + at));
	/* Copies of the CNode's capability are left, and of these, too. */
	for (uint32_t slot = RANDOM_EMPTY; slot < RANDOM_SLOTS; slot++) {
		cnode_revoke(ROOT, slot);
		cnode_delete(ROOT, slot);
	}
	EXPECT_OK(cnode_count(ROOT, 0, &slots, &empty));
	/* Slot 0, and the task's first capabilities. */
	EXPECT_EQUAL(empty, RANDOM_SLOTS - ROOT_SLOT_FIRMWARE);
}
