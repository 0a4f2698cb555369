/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker: one action, of the kernel and of the specification.
 */
#include "kernel_machine.h"

#include "invoker.h"

#include <address_space.h>

/* Of a system call. */
#define INSTRUCTION 4

/* What is free memory of a frame until somebody gets it. */
#define POISON 0x5a5a5a5a5a5a5a5a

void *invoker_object(const struct spec_object *object)
{
	uint64_t offset = object->type == OBJECT_GUEST_SPACE ? GUEST_SPACE_OFFSET : 0;

	return phys_to_virt(object->address + offset);
}

static struct context *context_of(const struct spec_object *thread)
{
	return invoker_object(thread);
}

bool invoker_can_run(const struct spec_object *thread)
{
	const struct context *context;

	if (thread->type != OBJECT_THREAD || thread->state != SPEC_READY)
		return false;
	context = context_of(thread);
	return context->sc && context->sc->count && list_empty(&context->sc->timeout.link);
}

bool invoker_has_all(const struct spec_object *thread)
{
	const struct spec_object *own = thread->cap[THREAD_CNODE].object;

	return own && own->cap_count == INVOKER_SLOTS;
}

/* Interrupts come, and deadlines that have passed. */
static void interrupt(void)
{
	fake_interrupt();
	spec_interrupt(SPEC_IRQS);
	spec_clock(fake.clock);
}

/* The thread runs; priorities below PRIORITY_RUN are what the threads themselves have set. */
static void run(struct spec_object *thread)
{
	struct context *context = context_of(thread);

	sched_set_priority(context, PRIORITY_RUN);
	fake_interrupt();
	expect(!fake.idle && core.current == context);
}

static void ran(const struct spec_object *thread)
{
	if (thread->type == OBJECT_THREAD)
		sched_set_priority(context_of(thread), (uint8_t)thread->priority);
}

static void put_registers(const struct action *action, uint64_t registers[SPEC_REGISTERS])
{
	registers[FAKE_SYSCALL] = action->number;
	registers[FAKE_CAP] = action->cap;
	registers[FAKE_LABEL] = action->label;
	registers[FAKE_DEADLINE] = action->deadline < INVOKER_SOON ? fake.clock + action->deadline :
								     action->deadline;
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		registers[FAKE_WORDS + i] = action->word[i];
}

/* Frames are given out as zeros, and come back as something else. */
static void check_frames(const struct spec_object *cnode, const struct action *action)
{
	for (uint64_t i = 0; i < action->word[4]; i++) {
		const struct spec_cap *cap = &cnode->cap[action->word[3] + i];
		uint64_t *memory = phys_to_virt(cap->address);

		for (uint64_t j = 0; j < BIT(cap->bits) / sizeof(*memory); j++) {
			if (memory[j])
				invoker_differ("a new frame is not zero");
			memory[j] = POISON;
		}
	}
}

static bool is_call(const struct action *action, uint64_t label)
{
	return action->number == SYS_CALL && action->label == label;
}

/* The specification does not know how much time was used. */
static void take_consumed(struct spec_object *thread)
{
	uint64_t ticks = context_of(thread)->registers->x[FAKE_WORDS];

	if (ticks > fake.clock)
		invoker_differ("%lu ticks were consumed by %lu", ticks, fake.clock);
	thread->registers[FAKE_WORDS] = ticks;
}

static void after_call(struct spec_object *thread, const struct action *action,
		       const struct spec_object *cnode)
{
	if (thread->type != OBJECT_THREAD || thread->state != SPEC_READY ||
	    thread->registers[FAKE_CAP] != OK)
		return;
	if (is_call(action, SCHED_CONTEXT_CONSUMED))
		take_consumed(thread);
	if (is_call(action, UNTYPED_RETYPE) && action->word[0] == OBJECT_FRAME && cnode &&
	    !spec_slot(cnode, action->word[3])->memory)
		check_frames(cnode, action);
}

/*
 * A long operation stops after a step when an interrupt waits (`fake.pending`), and the thread makes the call again. Where it ends
 * itself, its time or the capability that it calls by, it would not: it does it in one piece.
 */
static void call_kernel(struct spec_object *thread, uint64_t index)
{
	struct context *context = context_of(thread);
	const struct spec_cap *cap = spec_slot(thread->cap[THREAD_CNODE].object, index);
	bool goes_on = thread->type == OBJECT_THREAD && thread->state == SPEC_READY &&
		       spec_has_time(thread) && cap && cap->type != OBJECT_NULL;
	uint32_t pending = fake.pending;
	uint64_t pc = context->registers->pc;

	if (!goes_on)
		fake.pending = 0;
	fake_syscall();
	while (goes_on && context->registers->pc == pc) {
		run(thread);
		fake_syscall();
	}
	fake.pending = pending;
}

static bool apply_call(struct spec_object *thread, const struct action *action)
{
	const struct spec_object *own = thread->cap[THREAD_CNODE].object;
	const struct spec_cap *cnode = spec_slot(own, action->word[2]);
	const struct spec_object *to = cnode && cnode->type == OBJECT_CNODE ? cnode->object : NULL;

	run(thread);
	put_registers(action, thread->registers);
	put_registers(action, (uint64_t *)context_of(thread)->registers);
	if (!spec_syscall(thread))
		return false;
	thread->registers[SPEC_REGISTER_PC] += INSTRUCTION;
	call_kernel(thread, action->cap);
	after_call(thread, action, to);
	return true;
}

static bool apply_to(struct spec_object *thread, const struct action *action)
{
	bool done = true;

	if (!thread)
		return false;
	/* The most urgent one is who runs now, by run(). */
	if (is_call(action, THREAD_SET_PRIORITY) && action->word[0] == PRIORITY_RUN)
		return false;
	if (action->kind == ACTION_CALL) {
		done = apply_call(thread, action);
	} else {
		run(thread);
		fake_fault(action->word[0], action->word[1]);
		spec_fault(thread, action->word[0], action->word[1]);
	}
	ran(thread);
	return done;
}

/* Whether something in a translation can be different after it. */
static bool concerns_tables(const struct action *action)
{
	switch (action->label >> 8) {
	case OBJECT_CNODE:
	case OBJECT_UNTYPED:
	case OBJECT_FRAME:
	case OBJECT_PAGE_TABLE:
	case OBJECT_ADDRESS_SPACE:
	case OBJECT_GUEST_SPACE:
		return action->kind == ACTION_CALL && action->number == SYS_CALL;
	default:
		return false;
	}
}

bool invoker_apply(const struct action *action)
{
	struct spec_object *thread = action_thread(action);
	bool done = true;

	switch (action->kind) {
	case ACTION_CALL:
	case ACTION_FAULT:
		done = apply_to(thread, action);
		break;
	case ACTION_INTERRUPT:
		fake_irq_line((uint32_t)action->word[0], true);
		fake_interrupt();
		fake_irq_line((uint32_t)action->word[0], false);
		spec_interrupt((uint32_t)action->word[0]);
		break;
	case ACTION_PASS:
		fake_pass(fake.clock + action->word[0]);
		break;
	default:
		return false;
	}
	if (done)
		invoker_plant(thread, action);
	interrupt();
	invoker_compare(done && concerns_tables(action));
	return done;
}
