/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VCpus: life, events and idling. Exits are in exit.c.
 */
#include <address_space.h>
#include <list_register.h>
#include <exit.h>
#include <ipc.h>
#include <kernel_dispatch.h>
#include <notification.h>
#include <sched.h>
#include <vcpu.h>
#include <window.h>

static void init_page_frame(struct slot *slot, void *page)
{
	*slot = (struct slot){
		.type = OBJECT_FRAME,
		.rights = RIGHTS_ALL,
		.size_bits = PAGE_BITS,
		.object = virt_to_phys(page),
	};
	list_init(&slot->mapped);
}

static void renew_serial(struct vcpu *vcpu)
{
	static uint64_t serials;

	vcpu->serial = ++serials;
}

void vcpu_reset(struct vcpu *vcpu)
{
	vcpu_forget(vcpu);
	arch_vcpu_reset(vcpu);
	renew_serial(vcpu);
}

void vcpu_init(struct vcpu *vcpu)
{
	context_init(&vcpu->context, CONTEXT_VCPU, &vcpu_page(vcpu)->registers);
	timeout_init(&vcpu->event_timeout, TIMEOUT_EVENT);
	timeout_init(&vcpu->timer_timeout, TIMEOUT_TIMER);
	vcpu->answer_limit = DEADLINE_NEVER;
	vcpu->armed = true;
	renew_serial(vcpu);
	arch_vcpu_init(vcpu);
}

/* It is off the processor, and nobody works for it. */
static void tell_stopped(struct vcpu *vcpu)
{
	struct notification *notification = (struct notification *)vcpu->stop_signal.object;
	uint64_t bits = vcpu->stop_signal.data ? vcpu->stop_signal.data : 1;

	if (!notification)
		return;
	binding_clear(&vcpu->stop_signal);
	notification_signal(notification, bits);
}

static void vcpu_halt(struct vcpu *vcpu)
{
	ipc_cancel(&vcpu->context);
	window_leave(vcpu);
	sched_stop(&vcpu->context);
	timeout_cancel(&vcpu->event_timeout);
	vcpu_forget(vcpu);
	vcpu->exit.pending = false;
	vcpu->stopped = false;
	vcpu->restart = false;
	/* What its VMM was not told is not for the next, whose models are at power-on. */
	vcpu->events = 0;
	vcpu->event_deadline = false;
	vcpu->armed = true;
	tell_stopped(vcpu);
}

void vcpu_destroy(struct vcpu *vcpu)
{
	vcpu_halt(vcpu);
	sched_forget(&vcpu->context);
	binding_clear(&vcpu->space);
	binding_clear(&vcpu->endpoint);
}

void vcpu_unbound(struct vcpu *vcpu, struct slot *binding)
{
	if (binding == &vcpu->stop_signal)
		return;
	/* Without its address space or VMM a guest cannot go on; the other binding is of no use alone. */
	vcpu_halt(vcpu);
	binding_clear(binding == &vcpu->space ? &vcpu->endpoint : &vcpu->space);
}

void vcpu_enter(struct vcpu *vcpu)
{
	if (vcpu->slots.dirty) {
		slots_fold(&vcpu->slots);
		slots_fill(&vcpu->slots);
	}
}

/* Whether it has what ends a wait. */
static bool is_interrupted(struct vcpu *vcpu)
{
	return arch_vcpu_is_interrupted(vcpu, slots_pending(&vcpu->slots) & vcpu->slots.enabled);
}

static void block(struct vcpu *vcpu, uint8_t state)
{
	sched_block(&vcpu->context, state);
	if (!arch_vcpu_timer_is_heard())
		vcpu_mirror_timer(vcpu);
}

void vcpu_idle(struct vcpu *vcpu)
{
	slots_fold(&vcpu->slots);
	/* A guest that stopped its timer and left the interrupt alone would never wait again. */
	slots_drop_quiet(&vcpu->slots);
	if (is_interrupted(vcpu))
		return;
	vcpu->waits++;
	block(vcpu, STATE_IDLE);
}

void vcpu_kick(struct vcpu *vcpu)
{
	if (vcpu->context.state != STATE_IDLE)
		return;
	slots_fold(&vcpu->slots);
	if (!is_interrupted(vcpu))
		return;
	sched_wake(&vcpu->context);
	if (!arch_vcpu_timer_is_heard())
		vcpu_mirror_timer(vcpu);
}

void vcpu_event(struct vcpu *vcpu, uint64_t bits)
{
	vcpu->events |= bits;
	exit_event(vcpu);
}

void vcpu_event_deadline(struct vcpu *vcpu)
{
	vcpu->event_deadline = true;
	exit_event(vcpu);
}

void vcpu_timer(struct vcpu *vcpu)
{
	/*
	 * Once its state is on the core the hardware timer speaks for itself: it only must not wait on. That holds for a
	 * wait that it goes back to after an event, or after it was stopped, too.
	 */
	if (vcpu->context.state == STATE_IDLE)
		sched_wake(&vcpu->context);
	else if (vcpu->exit.pending && vcpu->exit.was == STATE_IDLE)
		vcpu->exit.was = STATE_READY;
	else if (vcpu->stopped && vcpu->stopped_state == STATE_IDLE)
		vcpu->stopped_state = STATE_READY;
}

static struct vcpu *invoked(struct invocation *call)
{
	return (struct vcpu *)call->slot->object;
}

enum status vcpu_configure(struct invocation *call, cap_t address_space, cap_t endpoint,
			   uint64_t id)
{
	struct vcpu *vcpu = invoked(call);
	struct slot *space = NULL;
	struct slot *handler = NULL;
	enum status status = invocation_slot(call, address_space, OBJECT_GUEST_SPACE, &space);

	if (status == OK)
		status = invocation_slot_with(call, endpoint, OBJECT_ENDPOINT, RIGHT_WRITE,
					      &handler);
	if (status == OK)
		status = slot_can_derive(space);
	if (status == OK)
		status = slot_can_derive(handler);
	if (status != OK)
		return status;
	if ((vcpu->context.state != STATE_STOPPED && vcpu->context.state != STATE_PARKED) ||
	    vcpu->stopped)
		return ERR_STATE;
	vcpu_forget(vcpu);
	binding_clear(&vcpu->space);
	binding_clear(&vcpu->endpoint);
	binding_set(&vcpu->space, space, OBJECT_VCPU, vcpu);
	binding_set(&vcpu->endpoint, handler, OBJECT_VCPU, vcpu);
	vcpu->id = id;
	return OK;
}

enum status vcpu_set_priority(struct invocation *call, uint32_t priority)
{
	if (priority >= PRIORITIES)
		return ERR_ARGUMENT;
	sched_set_priority(&invoked(call)->context, (uint8_t)priority);
	return OK;
}

static void begin(struct vcpu *vcpu)
{
	vcpu->restart = false;
	vcpu_reset(vcpu);
	slots_reset(&vcpu->slots);
	vcpu->exit = (struct exit){ .kind = EXIT_START,
				    .was = STATE_PARKED,
				    .sequence = vcpu->exit.sequence,
				    .value = vcpu->starts++ };
	exit_raise(vcpu);
}

enum status vcpu_start(struct invocation *call)
{
	struct vcpu *vcpu = invoked(call);
	uint8_t state = vcpu->context.state;

	if (vcpu->endpoint.type == OBJECT_NULL)
		return ERR_STATE;
	if (!vcpu->exit.pending && state != STATE_STOPPED && state != STATE_PARKED)
		return ERR_STATE;
	vcpu->stopped = false;
	binding_clear(&vcpu->stop_signal);
	/* The VMM that is told of a start has answered for what was before: no answer is lost or misplaced. */
	vcpu->restart = vcpu->exit.pending;
	if (!vcpu->restart)
		begin(vcpu);
	return OK;
}

void vcpu_answered(struct vcpu *vcpu)
{
	if (vcpu->stopped)
		tell_stopped(vcpu);
	else if (vcpu->restart)
		begin(vcpu);
	else
		exit_event(vcpu);
}

/*
 * While it is stopped, `stopped_state` is what it would be; an exit under way is still answered, and a start that waits for
 * that waits for `resume` as well.
 */
enum status vcpu_stop(struct invocation *call, cap_t notification)
{
	struct vcpu *vcpu = invoked(call);
	struct slot *slot = NULL;
	enum status status = OK;

	if (notification)
		status = invocation_slot_with(call, notification, OBJECT_NOTIFICATION, RIGHT_WRITE,
					      &slot);
	if (status == OK && slot)
		status = slot_can_derive(slot);
	if (status != OK)
		return status;
	if (vcpu->stopped || vcpu->context.state == STATE_STOPPED)
		return ERR_STATE;
	vcpu->stopped = true;
	if (slot)
		binding_set(&vcpu->stop_signal, slot, OBJECT_VCPU, vcpu);
	if (!vcpu->exit.pending) {
		vcpu->stopped_state = vcpu->context.state;
		sched_block(&vcpu->context, STATE_STOPPED);
		tell_stopped(vcpu);
	}
	return OK;
}

enum status vcpu_resume(struct invocation *call)
{
	struct vcpu *vcpu = invoked(call);

	if (!vcpu->stopped)
		return ERR_STATE;
	vcpu->stopped = false;
	binding_clear(&vcpu->stop_signal);
	if (vcpu->exit.pending)
		return OK;
	if (vcpu->restart) {
		begin(vcpu);
		return OK;
	}
	vcpu_set_state(vcpu, vcpu->stopped_state);
	exit_event(vcpu);
	return OK;
}

void vcpu_set_state(struct vcpu *vcpu, uint8_t state)
{
	if (vcpu->stopped) {
		vcpu->stopped_state = state;
		sched_block(&vcpu->context, STATE_STOPPED);
	} else if (state == STATE_READY) {
		sched_wake(&vcpu->context);
	} else {
		block(vcpu, state);
		vcpu_kick(vcpu);
	}
}

enum status vcpu_set_slot(struct invocation *call, uint32_t slot, uint64_t change)
{
	struct vcpu *vcpu = invoked(call);
	enum status status = slots_change(&vcpu->slots, slot, change);

	if (status != OK)
		return status;
	vcpu_mirror_timer(vcpu);
	vcpu_kick(vcpu);
	return OK;
}

enum status vcpu_query_slots(struct invocation *call, uint64_t *pending, uint64_t *active)
{
	struct vcpu *vcpu = invoked(call);

	slots_fold(&vcpu->slots);
	*pending = slots_pending(&vcpu->slots);
	*active = vcpu->slots.active;
	return OK;
}

enum status vcpu_translate(struct invocation *call, uint64_t address, uint32_t write,
			   uint64_t *physical)
{
	struct vcpu *vcpu = invoked(call);

	if (write > 1)
		return ERR_ARGUMENT;
	if (vcpu->space.type == OBJECT_NULL)
		return ERR_STATE;
	return arch_vcpu_translate(vcpu, address, write, physical) ? OK : ERR_ARGUMENT;
}

enum status vcpu_set_answer_limit(struct invocation *call, uint64_t ticks)
{
	if (!ticks)
		return ERR_ARGUMENT;
	invoked(call)->answer_limit = sched_limit(ticks);
	return OK;
}

enum status vcpu_statistics(struct invocation *call, uint64_t *exits, uint64_t *waits)
{
	*exits = invoked(call)->exit.sequence;
	*waits = invoked(call)->waits;
	return OK;
}

/* The address space that the pages were mapped in is gone, or the tables are. */
static void forget_page_frames(struct vcpu *vcpu)
{
	if (vcpu->page_frame.type == OBJECT_NULL || space_maps(&vcpu->page_frame) ||
	    space_maps(&vcpu->update_frame))
		return;
	slot_delete(&vcpu->update_frame);
	slot_delete(&vcpu->page_frame);
}

enum status address_space_map_vcpu(struct invocation *call, cap_t cap, uint64_t address)
{
	struct address_space *space = (struct address_space *)call->slot->object;
	struct slot *slot = NULL;
	enum status status = invocation_slot(call, cap, OBJECT_VCPU, &slot);
	struct vcpu *vcpu;

	if (status == OK)
		status = slot_can_derive(slot);
	if (status != OK)
		return status;
	vcpu = (struct vcpu *)slot->object;
	forget_page_frames(vcpu);
	if (vcpu->page_frame.type != OBJECT_NULL)
		return ERR_OCCUPIED;
	/* Both frames are descendants of this capability: revoking it takes the pages from the VMM. */
	init_page_frame(&vcpu->page_frame, vcpu_page(vcpu));
	init_page_frame(&vcpu->update_frame, vcpu_update(vcpu));
	slot_derive(slot, &vcpu->page_frame);
	slot_derive(slot, &vcpu->update_frame);
	status = space_map(space, &vcpu->page_frame, address, RIGHT_READ, MEMORY_NORMAL);
	if (status == OK)
		status = space_map(space, &vcpu->update_frame, address + PAGE_SIZE,
				   RIGHT_READ | RIGHT_WRITE, MEMORY_NORMAL);
	if (status != OK) {
		slot_delete(&vcpu->update_frame);
		slot_delete(&vcpu->page_frame);
	}
	return status;
}
