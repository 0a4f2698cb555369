/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker: the machine at the beginning of a sequence, made by calls as all that follows.
 */
#include "kernel_machine.h"

#include "invoker.h"

#include <arch/cpu.h>

#include <string.h>

#define THREADS 8
#define PASSIVE 3 /* the last of them have no time of their own */
#define APART   2 /* the first and the last of them have CNodes of their own */

uint32_t invoker_first_free;

static cap_t next_free;
static uint16_t caller;

static void must(cap_t cap, uint64_t label, const uint64_t words[MESSAGE_WORDS])
{
	struct action action = {
		.kind = ACTION_CALL,
		.who = caller,
		.number = SYS_CALL,
		.cap = cap,
		.label = label,
		.deadline = DEADLINE_NEVER,
	};

	memcpy(action.word, words, sizeof(action.word));
	if (!invoker_apply(&action) || spec.object[caller].registers[FAKE_CAP] != OK) {
		invoker_print(0, &action);
		invoker_differ("this should be possible at the beginning");
	}
}

#define MUST(cap, label, ...) must(cap, label, (const uint64_t[MESSAGE_WORDS]){ __VA_ARGS__ })

static cap_t make(cap_t untyped, enum object_type type, uint32_t size_bits, uint32_t count)
{
	cap_t first = next_free;

	MUST(untyped, UNTYPED_RETYPE, type, size_bits, ROOT_SLOT_CNODE, first, count);
	next_free += count;
	return first;
}

static struct spec_cap *root_slot(cap_t cap)
{
	return &spec.object[1].cap[cap];
}

/* A capability of the root server's, as it is when that runs. */
static void boot_cap(struct spec_object *thread, struct spec_object *cnode, unsigned int index)
{
	const struct slot *slot = slot_of(index);
	bool is_object = slot->type != OBJECT_UNTYPED && slot->object;
	struct spec_cap *cap = &cnode->cap[index];

	if (slot->type == OBJECT_CNODE || slot->type == OBJECT_THREAD)
		*cap = (struct spec_cap){ .type = slot->type,
					  .rights = RIGHTS_ALL,
					  .bits = slot->size_bits,
					  .original = true,
					  .object = slot->type == OBJECT_CNODE ? cnode : thread };
	else if (slot->type != OBJECT_NULL)
		spec_boot(cap, slot->type,
			  is_object ? virt_to_phys((void *)slot->object) : slot->object,
			  slot->size_bits, slot->flags & SLOT_MEMORY_FLAGS);
}

static void boot(void)
{
	struct spec_object *thread = spec_new(OBJECT_THREAD, virt_to_phys(root.thread), 3);
	struct spec_object *cnode = spec_new(OBJECT_CNODE, virt_to_phys(slot_of(0)), INVOKER_SLOTS);
	struct spec_object *time;

	for (unsigned int i = 0; i < INVOKER_SLOTS; i++)
		boot_cap(thread, cnode, i);
	spec_hold(&cnode->cap[ROOT_SLOT_CNODE], thread, THREAD_CNODE);
	spec_hold(&cnode->cap[ROOT_SLOT_ADDRESS_SPACE], thread, THREAD_SPACE);
	time = cnode->cap[ROOT_SLOT_SCHED_CONTEXT].object;
	spec_hold(&cnode->cap[ROOT_SLOT_THREAD], time, TIME_BOUND);
	time->configured = true;
	time->chain[0] = thread;
	time->length = 1;
	thread->priority = root.thread->context.priority;
	thread->state = SPEC_READY;
	memcpy(thread->registers, &root.thread->registers, sizeof(thread->registers));
}

static cap_t make_thread(cap_t cnode, cap_t space, cap_t fault)
{
	cap_t thread = make(MACHINE_UNTYPED, OBJECT_THREAD, 0, 1);

	MUST(thread, THREAD_CONFIGURE, cnode, space, fault);
	MUST(thread, THREAD_SET_PRIORITY, PRIORITY_BASE + thread % 3);
	return thread;
}

static void give_time(cap_t to, uint64_t budget)
{
	cap_t time = make(MACHINE_UNTYPED, OBJECT_SCHED_CONTEXT, 0, 1);

	MUST(time, SCHED_CONTEXT_CONFIGURE, budget, 1000000);
	MUST(time, SCHED_CONTEXT_BIND, to);
}

/* Another thread takes the root server's first address space from it: what the kernel put there no call tells of. */
static void leave_first_space(cap_t helper, cap_t space)
{
	MUST(helper, THREAD_RESUME, 0);
	caller = (uint16_t)(root_slot(helper)->object - spec.object);
	MUST(ROOT_SLOT_CNODE, CNODE_REVOKE, ROOT_SLOT_ADDRESS_SPACE);
	MUST(ROOT_SLOT_CNODE, CNODE_DELETE, ROOT_SLOT_ADDRESS_SPACE);
	MUST(ROOT_SLOT_THREAD, THREAD_CONFIGURE, 0, space);
	MUST(ROOT_SLOT_THREAD, THREAD_RESUME, 0);
	caller = 0;
}

/* Some capabilities of the others' for who has a CNode of its own. */
static void fill(cap_t cnode, cap_t endpoints, cap_t signals, cap_t frames)
{
	for (cap_t i = 0; i < 4; i++) {
		MUST(ROOT_SLOT_CNODE, CNODE_MINT, endpoints + i, cnode, 1 + i,
		     i % 2 ? RIGHTS_ALL : RIGHT_READ | RIGHT_WRITE, 0x100 + i);
		MUST(ROOT_SLOT_CNODE, CNODE_MINT, signals + i, cnode, 5 + i,
		     i % 2 ? RIGHTS_ALL : RIGHT_WRITE, i << 1);
	}
	MUST(ROOT_SLOT_CNODE, CNODE_COPY, frames, cnode, 9);
}

void invoker_start(void)
{
	cap_t endpoints, signals, spaces, cnodes, frames, first = 0;

	spec_start(&(struct spec_layout){
		.syscall = FAKE_SYSCALL,
		.capability = FAKE_CAP,
		.label = FAKE_LABEL,
		.words = FAKE_WORDS,
		.deadline = FAKE_DEADLINE,
		.first_irq = FAKE_IRQ_FIRST,
		.registers = sizeof(struct registers) / sizeof(uint64_t),
		.process_bits = PROCESS_BITS,
		.budget_min = FAKE_FREQUENCY / 100000,
	});
	machine_boot(INVOKER_CNODE_BITS);
	boot();
	next_free = ROOT_SLOT_UNTYPED + MACHINE_UNTYPEDS;
	endpoints = make(MACHINE_UNTYPED, OBJECT_ENDPOINT, 0, 5);
	signals = make(MACHINE_UNTYPED, OBJECT_NOTIFICATION, 0, 5);
	spaces = make(MACHINE_UNTYPED, OBJECT_ADDRESS_SPACE, 0, 3);
	cnodes = make(MACHINE_UNTYPED, OBJECT_CNODE, 4, APART);
	for (unsigned int i = 0; i < THREADS; i++) {
		bool apart = i == 0 || i == THREADS - 1;
		cap_t thread = make_thread(apart ? cnodes + (i != 0) : ROOT_SLOT_CNODE,
					   spaces + i % 3, i % 2 ? endpoints + 4 : 0);

		first = i == 1 ? thread : first;
		if (i < THREADS - PASSIVE)
			give_time(thread, i % 2 ? 1000000 : 300000);
	}
	give_time(signals + 4, 1000000);
	leave_first_space(first, spaces);
	make(MACHINE_UNTYPED, OBJECT_PAGE_TABLE, 0, 6);
	frames = make(MACHINE_UNTYPED, OBJECT_FRAME, 12, 4);
	make(MACHINE_UNTYPED, OBJECT_GUEST_SPACE, 0, 2);
	make(MACHINE_UNTYPED, OBJECT_VCPU, 0, 2);
	make(MACHINE_UNTYPED, OBJECT_UNTYPED, 16, 2);
	make(ROOT_SLOT_UNTYPED + MACHINE_UNTYPEDS - 1, OBJECT_FRAME, 21, 2);
	make(ROOT_SLOT_UNTYPED + MACHINE_UNTYPEDS - 1, OBJECT_FRAME, 30, 1);
	fill(cnodes, endpoints, signals, frames);
	fill(cnodes + 1, endpoints, signals, frames);
	invoker_first_free = next_free;
}
