/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker in QEMU: one call, by the kernel and by the specification; and who can make one.
 */
#include "random.h"

#include <cloister/string.h>

/* No deadline is so near when a call is made that it could pass meanwhile: nearly all take less than half of it. */
#define MARGIN ticks(125)
/* The generator's deadlines are in ticks of its own: the nearest have passed. */
#define PASSED 1000

/* So many of them are a microsecond. */
static uint64_t from_generator(uint64_t its_ticks)
{
	return ticks(its_ticks) / 4;
}

bool invoker_can_run(const struct spec_object *thread)
{
	unsigned int place;
	const struct spec_object *time;

	if (thread->type != OBJECT_THREAD || thread->state != SPEC_READY ||
	    thread == random_referee || thread->priority != RANDOM_PRIORITY)
		return false;
	time = spec_chain_of(thread, &place);
	return time && time->configured && place + 1 == time->length;
}

bool invoker_has_all(const struct spec_object *thread)
{
	return thread->cap[THREAD_CNODE].object == random_cnode;
}

static void put_call(struct mailbox *box, const struct action *action)
{
	uint64_t deadline = action->deadline;

	if (deadline < PASSED)
		deadline = counter_read();
	else if (deadline < INVOKER_SOON)
		deadline = counter_read() + from_generator(deadline);
	box->call[MAIL_CAP] = action->cap;
	box->call[MAIL_LABEL] = action->label;
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		box->call[MAIL_WORDS + i] = action->word[i];
	box->call[MAIL_NUMBER] = action->number;
	box->call[MAIL_DEADLINE] = deadline;
}

static void put_registers(struct spec_object *thread, const uint64_t mail[MAIL_COUNT])
{
	thread->registers[spec.layout.capability] = mail[MAIL_CAP];
	thread->registers[spec.layout.label] = mail[MAIL_LABEL];
	thread->registers[spec.layout.syscall] = mail[MAIL_NUMBER];
	thread->registers[spec.layout.deadline] = mail[MAIL_DEADLINE];
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		thread->registers[spec.layout.words + i] = mail[MAIL_WORDS + i];
}

/* Registers that the thread's own program changes: all but what a message has; of one that is in a call not its number either. */
static bool is_known(const struct spec_object *thread, uint64_t index)
{
	const struct mailbox *box = random_box_of(thread);
	const struct spec_layout *layout = &spec.layout;

	if (index == layout->capability || index == layout->syscall)
		return box && box->state == BOX_TAKEN;
	return index == layout->label || index == layout->deadline ||
	       (index >= layout->words && index < layout->words + MESSAGE_WORDS);
}

/* Results that the specification does not know, a bit each. */
static uint32_t unknown_results(const struct action *action, const struct spec_object *target)
{
	uint32_t unknown = 0;

	if (action->number != SYS_CALL)
		return 0;
	if (action->label == SCHED_CONTEXT_CONSUMED)
		return 1;
	if (action->label == THREAD_READ_REGISTERS && target)
		for (uint32_t i = 0; i < MESSAGE_WORDS; i++)
			if (!is_known(target, action->word[0] + i) &&
			    action->word[0] + i < spec.layout.registers)
				unknown |= 1U << i;
	return unknown;
}

static void compare_before(const struct spec_object *thread, const struct mailbox *box,
			   const uint64_t registers[SPEC_REGISTERS])
{
	const struct spec_layout *layout = &spec.layout;
	bool same = box->before[MAIL_LABEL] == registers[layout->label] &&
		    box->before[MAIL_DEADLINE] == registers[layout->deadline];

	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		same &= box->before[MAIL_WORDS + i] == registers[layout->words + i];
	if (!same)
		test_fail(__FILE__, __LINE__, "thread %u has another message in its registers",
			  (unsigned int)(thread - spec.object));
}

static struct spec_object *target_of(const struct spec_object *thread, const struct action *action)
{
	const struct spec_cap *cap = spec_slot(thread->cap[THREAD_CNODE].object, action->cap);

	return cap && cap->type == OBJECT_THREAD ? cap->object : NULL;
}

static bool apply_call(struct spec_object *thread, struct action *action)
{
	struct mailbox *box = random_box_of(thread);
	struct spec_object *target = target_of(thread, action);
	uint64_t before[SPEC_REGISTERS];
	uint32_t unknown;

	if (!box)
		test_fail(__FILE__, __LINE__, "a thread without a mailbox can run");
	memcpy(before, thread->registers, sizeof(before));
	put_call(box, action);
	put_registers(thread, box->call);
	unknown = unknown_results(action, target);
	if (!spec_syscall(thread)) {
		memcpy(thread->registers, before, sizeof(before));
		return false;
	}
	/* One that begins anew is not in a call any more. */
	if (action->number == SYS_CALL && action->label == THREAD_START_AT && target &&
	    thread->registers[spec.layout.capability] == OK)
		random_box_of(target)->state = BOX_IDLE;
	if (thread->registers[spec.layout.capability] != OK)
		unknown = 0;
	random_make(box, unknown);
	compare_before(thread, box, before);
	random_settle();
	return true;
}

bool random_apply(struct action *action)
{
	struct spec_object *thread;

	random_pass(action->kind == ACTION_PASS ? from_generator(action->word[0] / 10) : MARGIN);
	thread = action_thread(action);
	if (action->kind != ACTION_CALL || !thread || !random_allowed(thread, action) ||
	    !apply_call(thread, action))
		return false;
	action->who = (uint16_t)(thread - spec.object);
	random_compare_slots(thread, action);
	invoker_plant(thread, action);
	return true;
}
