/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker: threads, who waits for whom, whose time it is, signals, windows.
 */
#include "invoker.h"
#include "kernel_check.h"

#include <address_space.h>
#include <endpoint.h>
#include <notification.h>
#include <thread.h>
#include <vcpu.h>

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void invoker_differ(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "kernel and specification differ: ");
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "\n");
	va_end(arguments);
	_exit(1);
}

static void *pointer(const struct spec_object *object)
{
	return object ? invoker_object(object) : NULL;
}

static void compare_registers(const struct spec_object *thread, const struct registers *registers)
{
	for (unsigned int i = 0; i < SPEC_REGISTERS; i++)
		if (((const uint64_t *)registers)[i] != thread->registers[i])
			invoker_differ("thread %u: register %u is %#lx, not %#lx",
				       (unsigned int)(thread - spec.object), i,
				       ((const uint64_t *)registers)[i], thread->registers[i]);
}

static void compare_thread(const struct spec_object *object)
{
	static const enum context_state states[] = {
		[SPEC_STOPPED] = STATE_STOPPED,     [SPEC_READY] = STATE_READY,
		[SPEC_SENDING] = STATE_SENDING,     [SPEC_CALLING] = STATE_CALLING,
		[SPEC_RECEIVING] = STATE_RECEIVING, [SPEC_WAITING] = STATE_WAITING,
		[SPEC_FAULTED] = STATE_FAULTED,
	};
	const struct thread *thread = invoker_object(object);
	const struct context *context = &thread->context;
	unsigned int number = (unsigned int)(object - spec.object);
	bool armed = !list_empty(&context->deadline.link);

	machine_check_context(context);
	if (context->state != states[object->state])
		invoker_differ("thread %u is in state %u, not %u", number, context->state,
			       states[object->state]);
	if (context->caller != pointer(object->caller) ||
	    context->callee != pointer(object->callee))
		invoker_differ("thread %u: who waits for whom", number);
	if (thread->serves != pointer(object->serves) ||
	    thread->notification != pointer(object->signals))
		invoker_differ("thread %u: what it serves, or whose signals it gets", number);
	if (context->priority != object->priority)
		invoker_differ("thread %u: priority", number);
	if (armed != (object->deadline != DEADLINE_NEVER) ||
	    (armed && context->deadline.when != object->deadline))
		invoker_differ("thread %u: deadline", number);
	compare_registers(object, &thread->registers);
}

/* The thread that came next after a time to wait there, or with its fault. */
static const struct spec_object *next_at(const struct spec_object *at, bool faults, uint64_t after)
{
	const struct spec_object *next = NULL;

	for (unsigned int i = 0; i < spec.objects; i++) {
		const struct spec_object *object = &spec.object[i];

		if (object->type == OBJECT_THREAD && object->at == at &&
		    (object->state == SPEC_FAULTED) == faults && object->since > after &&
		    (!next || object->since < next->since))
			next = object;
	}
	return next;
}

/* The threads that wait there, in their order. */
static void compare_queue(const struct spec_object *at, const struct list *queue, bool faults)
{
	const struct spec_object *next = next_at(at, faults, 0);

	for (const struct list *i = queue->next; i != queue; i = i->next) {
		const struct context *context = container_of(i, struct context, queue);

		if (!next || invoker_object(next) != (const void *)context)
			invoker_differ("another thread waits in a queue");
		if (next->state != SPEC_RECEIVING && context->badge != next->badge)
			invoker_differ("a waiting thread's badge");
		next = next_at(at, faults, next->since);
	}
	if (next)
		invoker_differ("a thread does not wait in its queue");
}

static void compare_endpoint(const struct spec_object *object)
{
	const struct endpoint *endpoint = invoker_object(object);

	if (endpoint->server != pointer(object->serves))
		invoker_differ("an endpoint's server");
	compare_queue(object, &endpoint->queue, false);
	compare_queue(object, &endpoint->faults, true);
}

static void compare_notification(const struct spec_object *object)
{
	const struct notification *notification = invoker_object(object);

	if (notification->word != object->word || notification->binding != object->binding ||
	    notification->deadline != object->late)
		invoker_differ("a notification's word %#lx, not %#lx, or binding %u, not %u",
			       notification->word, object->word, notification->binding,
			       object->binding);
	if (object->binding != SPEC_UNBOUND &&
	    (void *)notification->thread != pointer(object->bound))
		invoker_differ("what a notification is bound to");
	if (notification->sc != pointer(spec_time_of(object)))
		invoker_differ("a notification's time");
	compare_queue(object, &notification->waiters, false);
}

static void compare_time(const struct spec_object *object)
{
	const struct sched_context *time = invoker_object(object);
	const struct context *holder = NULL;
	uint64_t amount = 0;

	for (unsigned int i = object->length; i--;) {
		const struct context *context = pointer(object->chain[i]);

		if (!holder && time->holder != context)
			invoker_differ("somebody else runs on a time");
		if (holder && holder->lender != context)
			invoker_differ("somebody else lent a time");
		holder = context;
	}
	if (!object->length && time->holder)
		invoker_differ("somebody runs on a time");
	if (holder && holder->lender)
		invoker_differ("a time has another owner");
	for (unsigned int i = 0; i < time->count; i++)
		amount += time->refill[(time->first + i) % REFILLS_MAX].amount;
	/* A budget that is its period is what is left of a turn. */
	if (!time->budget != !object->configured || amount > time->budget ||
	    (amount < time->budget && time->budget < time->period))
		invoker_differ("the parts of a budget are %#lx, not %#lx", amount, time->budget);
}

static void compare_windows(const struct spec_object *object)
{
	const struct address_space *space = invoker_object(object);
	unsigned int count = 0;

	for (unsigned int i = 0; i < WINDOWS_MAX; i++) {
		count += object->window[i].pages != 0;
		if (space->windows[i].pages != object->window[i].pages ||
		    (space->windows[i].pages &&
		     (space->windows[i].address != object->window[i].address ||
		      space->windows[i].doorbell_offset != object->window[i].doorbell_offset)))
			invoker_differ("window %u", i);
	}
	if (space->window_count != count)
		invoker_differ("the number of windows");
}

static void compare_vcpu(const struct spec_object *object)
{
	const struct vcpu *vcpu = invoker_object(object);

	if (vcpu->context.state != STATE_STOPPED || vcpu->events != object->events ||
	    slots_pending(&vcpu->slots) != object->pending)
		invoker_differ("a VCpu's state, events or interrupts");
}

void invoker_compare_threads(void)
{
	for (unsigned int i = 0; i < spec.objects; i++) {
		const struct spec_object *object = &spec.object[i];

		switch (object->type) {
		case OBJECT_THREAD:
			compare_thread(object);
			break;
		case OBJECT_ENDPOINT:
			compare_endpoint(object);
			break;
		case OBJECT_NOTIFICATION:
			compare_notification(object);
			break;
		case OBJECT_SCHED_CONTEXT:
			compare_time(object);
			break;
		case OBJECT_GUEST_SPACE:
			compare_windows(object);
			break;
		case OBJECT_VCPU:
			compare_vcpu(object);
			break;
		default:
			break;
		}
	}
}

void invoker_compare(bool tables)
{
	const struct spec_cap *first_space = &spec.object[1].cap[ROOT_SLOT_ADDRESS_SPACE];

	invoker_compare_tree();
	invoker_compare_threads();
	/* What is in the root server's first address space was put there by the kernel. */
	if (!tables || (first_space->type == OBJECT_ADDRESS_SPACE && !first_space->parent))
		return;
	invoker_compare_tables();
	machine_check_core();
}
