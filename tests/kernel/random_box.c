/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker in QEMU: mailboxes of hostile threads, what came of their calls, and time.
 */
#include "random.h"

/* Rounds in which every thread that can run does. */
#define ROUNDS 1000
/* What a call might still do when its thread was seen to make it. */
#define MORE_ROUNDS 3
/* Ticks behind a deadline in which it surely is told. */
#define SLACK 1000

struct mailbox random_boxes[RANDOM_BOX_COUNT] __attribute__((aligned(4096)));

/* Whose it is, by its physical address, as the specification puts others in its place; and of its last call. */
static struct owner {
	uint64_t thread;
	uint32_t unknown;
	bool compared;
} owners[RANDOM_BOX_COUNT];

_Static_assert(sizeof(struct mailbox) == 256, "none crosses a page's end");

static struct spec_object *thread_at(uint64_t address)
{
	for (unsigned int i = 0; i < spec.objects; i++)
		if (spec.object[i].type == OBJECT_THREAD && spec.object[i].address == address)
			return &spec.object[i];
	return NULL;
}

struct mailbox *random_box_of(const struct spec_object *thread)
{
	for (unsigned int i = 0; i < RANDOM_BOX_COUNT; i++)
		if (owners[i].thread && owners[i].thread == thread->address)
			return &random_boxes[i];
	return NULL;
}

struct mailbox *random_box_new(const struct spec_object *thread)
{
	struct mailbox *box = random_box_of(thread);

	if (box)
		return box;
	for (unsigned int i = 0; i < RANDOM_BOX_COUNT; i++) {
		if (owners[i].thread && thread_at(owners[i].thread))
			continue;
		owners[i] = (struct owner){ .thread = thread->address, .compared = true };
		random_boxes[i].state = BOX_IDLE;
		return &random_boxes[i];
	}
	return NULL;
}

uint64_t random_box_address(const struct mailbox *box)
{
	return RANDOM_BOXES + (uint64_t)(box - random_boxes) * sizeof(*box);
}

void random_boxes_clear(void)
{
	for (unsigned int i = 0; i < RANDOM_BOX_COUNT; i++)
		owners[i].thread = 0;
}

static uint64_t expected(const struct spec_object *thread, unsigned int mail)
{
	switch (mail) {
	case MAIL_CAP:
		return thread->registers[spec.layout.capability];
	case MAIL_LABEL:
		return thread->registers[spec.layout.label];
	case MAIL_NUMBER:
		return thread->registers[spec.layout.syscall];
	case MAIL_DEADLINE:
		return thread->registers[spec.layout.deadline];
	default:
		return thread->registers[spec.layout.words + mail - MAIL_WORDS];
	}
}

static void compare_mail(const struct spec_object *thread, const char *when, unsigned int mail,
			 uint64_t got)
{
	if (got != expected(thread, mail))
		test_fail(__FILE__, __LINE__, "thread %u, %s: %u is 0x%lx, not 0x%lx",
			  (unsigned int)(thread - spec.object), when, mail, (unsigned long)got,
			  (unsigned long)expected(thread, mail));
}

/* What came of a call. */
static void compare_result(struct spec_object *thread, const struct mailbox *box,
			   struct owner *owner)
{
	owner->compared = true;
	if (thread->state != SPEC_READY && thread->state != SPEC_STOPPED)
		test_fail(__FILE__, __LINE__, "thread %u goes on, in state %u",
			  (unsigned int)(thread - spec.object), thread->state);
	for (unsigned int i = 0; i < MAIL_COUNT; i++) {
		uint32_t word = i - MAIL_WORDS;

		if (word < MESSAGE_WORDS && (owner->unknown >> word & 1))
			thread->registers[spec.layout.words + word] = box->result[i];
		compare_mail(thread, "after its call", i, box->result[i]);
	}
}

/* True: there is one that has not gone on yet. */
static bool look(void)
{
	bool waits = false;

	spec_clock(counter_read());
	for (unsigned int i = 0; i < spec.objects; i++) {
		struct spec_object *thread = &spec.object[i];
		const struct mailbox *box = thread->type == OBJECT_THREAD ? random_box_of(thread) :
									    NULL;

		if (!box)
			continue;
		if (box->state == BOX_DONE && !owners[box - random_boxes].compared)
			compare_result(thread, box, &owners[box - random_boxes]);
		if (box->state == BOX_TAKEN && invoker_can_run(thread))
			waits = true;
	}
	return waits;
}

void random_settle(void)
{
	for (unsigned int i = 0; look(); i++) {
		if (i == ROUNDS)
			test_fail(__FILE__, __LINE__, "a thread that could does not go on");
		thread_yield();
	}
}

static uint64_t next_deadline(void)
{
	uint64_t next = DEADLINE_NEVER;

	for (unsigned int i = 0; i < spec.objects; i++)
		if (spec.object[i].type == OBJECT_THREAD && spec.object[i].deadline < next)
			next = spec.object[i].deadline;
	return next;
}

void random_pass(uint64_t ticks)
{
	uint64_t end = counter_read() + ticks;
	uint64_t next = next_deadline();

	for (; next != DEADLINE_NEVER && next <= end; next = next_deadline()) {
		while (counter_read() < next + SLACK)
			continue;
		random_settle();
	}
}

void random_make(struct mailbox *box, uint32_t unknown)
{
	owners[box - random_boxes].unknown = unknown;
	owners[box - random_boxes].compared = false;
	box->state = BOX_ASKED;
	for (unsigned int i = 0; box->state == BOX_ASKED; i++) {
		if (i == ROUNDS)
			test_fail(__FILE__, __LINE__, "a thread that could does not run");
		thread_yield();
	}
	for (unsigned int i = 0; box->state == BOX_TAKEN && i < MORE_ROUNDS; i++)
		thread_yield();
}
