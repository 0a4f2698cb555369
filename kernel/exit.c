/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exits. A reply is checked as a whole and then committed as a whole: until then all is as at the exit.
 */
#include <address_space.h>
#include <exit.h>
#include <ipc.h>
#include <notification.h>
#include <sched.h>
#include <window.h>

/* What a server asks for, copied from its memory, each field once. */
struct reply {
	enum disposition disposition;
	uint64_t flags;
	struct registers registers;
	struct slot_changes slots;
};

static void call_server(struct vcpu *vcpu)
{
	struct slot *endpoint = vcpu->window ? &vcpu->window->endpoint : &vcpu->endpoint;

	BUG_ON(endpoint->type != OBJECT_ENDPOINT);
	ipc_call(&vcpu->context, (struct endpoint *)endpoint->object, endpoint->data);
}

void exit_raise(struct vcpu *vcpu)
{
	vcpu->exit.pending = true;
	vcpu->exit.sequence++;
	call_server(vcpu);
}

/* Whether it is a store at the window's doorbell. */
static bool is_doorbell(const struct window *window, const struct exit *exit)
{
	return (exit->access & ACCESS_WRITE) && window->doorbell.type != OBJECT_NULL &&
	       exit->address - window->address == window->doorbell_offset;
}

static void ring(struct vcpu *vcpu, const struct window *window)
{
	const struct slot *doorbell = &window->doorbell;

	/* A store has no result. */
	arch_vcpu_step(vcpu, NULL);
	notification_signal((struct notification *)doorbell->object,
			    doorbell->data ? doorbell->data : 1);
}

void exit_access(struct vcpu *vcpu)
{
	struct address_space *space = (struct address_space *)vcpu->space.object;
	struct exit *exit = &vcpu->exit;
	struct window *window = window_at(space, exit->address);
	uint64_t end;

	if (!window) {
		exit_raise(vcpu);
		return;
	}
	end = exit->address + BIT(ACCESS_SIZE_OF(exit->access));
	/* The VMM decodes what the hardware did not, and splits what reaches beyond the window. */
	if ((exit->access & ACCESS_DECODED) && end <= window_end(window)) {
		if (is_doorbell(window, exit)) {
			ring(vcpu, window);
			return;
		}
		if (window->endpoint.type != OBJECT_NULL)
			window_enter(window, vcpu);
	}
	if (!vcpu->window)
		exit->access |= ACCESS_WINDOW(1 + (uint64_t)(window - space->windows));
	exit_raise(vcpu);
}

void exit_redeliver(struct vcpu *vcpu)
{
	vcpu->exit.access |= EXIT_REDELIVERED;
	call_server(vcpu);
}

bool exit_event(struct vcpu *vcpu)
{
	uint8_t state = vcpu->context.state;

	if (!vcpu->armed || vcpu->exit.pending || vcpu->stopped ||
	    !(vcpu->events || vcpu->event_deadline))
		return false;
	if (state != STATE_READY && state != STATE_IDLE && state != STATE_PARKED)
		return false;
	vcpu->exit = (struct exit){ .kind = EXIT_EVENT,
				    .was = state,
				    .address = vcpu->events,
				    .access = vcpu->event_deadline ? EXIT_EVENT_DEADLINE : 0,
				    .sequence = vcpu->exit.sequence };
	vcpu->events = 0;
	vcpu->event_deadline = false;
	vcpu->armed = false;
	exit_raise(vcpu);
	return true;
}

void exit_message(const struct vcpu *vcpu, uint64_t *label, uint64_t words[MESSAGE_WORDS])
{
	const struct exit *exit = &vcpu->exit;

	*label = LABEL_EXIT + exit->kind;
	words[0] = exit->sequence;
	words[1] = exit->address;
	words[2] = exit->access;
	words[3] = exit->value;
	if (vcpu->window) {
		*label = LABEL_EXIT + EXIT_WINDOW;
		words[1] -= vcpu->window->address;
		words[4] = 0;
		words[5] = 0;
		return;
	}
	words[4] = exit->syndrome;
	words[5] = exit->fault_address;
}

/* Which dispositions an exit of each kind allows. */
static bool is_allowed(const struct vcpu *vcpu, enum disposition disposition, uint64_t flags)
{
	const uint32_t instruction = BIT(DISPOSITION_RESUME) | BIT(DISPOSITION_STEP) |
				     BIT(DISPOSITION_PARK) | BIT(DISPOSITION_ABORT) |
				     BIT(DISPOSITION_UNDEFINED);
	const uint32_t allowed[] = {
		[EXIT_START] = BIT(DISPOSITION_PARK) | BIT(DISPOSITION_START),
		[EXIT_EVENT] = BIT(DISPOSITION_RESUME) | BIT(DISPOSITION_PARK) |
			       BIT(DISPOSITION_START),
		[EXIT_MEMORY] = instruction,
		[EXIT_FETCH] = instruction & ~BIT(DISPOSITION_STEP),
		[EXIT_HYPERCALL] = instruction,
		[EXIT_FIRMWARE] = instruction,
		[EXIT_REGISTER] = instruction,
		[EXIT_OTHER] = instruction,
	};

	if (disposition > DISPOSITION_START || !(allowed[vcpu->exit.kind] & BIT(disposition)))
		return false;
	return disposition != DISPOSITION_START || (flags & REPLY_REGISTERS);
}

/* Copy and check all that the server says. */
static enum status take_reply(struct vcpu *vcpu, uint64_t label,
			      const uint64_t words[MESSAGE_WORDS], struct reply *reply)
{
	reply->disposition = REPLY_DISPOSITION_OF(label);
	reply->flags = label & ~(uint64_t)REPLY_DISPOSITION_MASK;
	if (words[4] != vcpu->exit.sequence)
		return ERR_REPLY;
	/* A window's server has no say in the guest but for this access. */
	if (vcpu->window && (reply->flags || (reply->disposition != DISPOSITION_STEP &&
					      reply->disposition != DISPOSITION_ABORT)))
		return ERR_REPLY;
	if (reply->flags & ~(uint64_t)(REPLY_REGISTERS | REPLY_SLOTS | REPLY_REARM | REPLY_FENCE))
		return ERR_REPLY;
	if (!is_allowed(vcpu, reply->disposition, reply->flags))
		return ERR_REPLY;
	if ((reply->flags & REPLY_REGISTERS) &&
	    !arch_vcpu_registers_take(vcpu, &vcpu_update(vcpu)->registers, &reply->registers))
		return ERR_REPLY;
	if ((reply->flags & REPLY_SLOTS) && !slots_read(&reply->slots, &vcpu_update(vcpu)->slots))
		return ERR_REPLY;
	return OK;
}

/* The state that the disposition leaves the VCpu in. */
static uint8_t next_state(const struct vcpu *vcpu, enum disposition disposition)
{
	if (disposition == DISPOSITION_PARK)
		return STATE_PARKED;
	if (disposition == DISPOSITION_RESUME && vcpu->exit.kind == EXIT_EVENT)
		return vcpu->exit.was;
	return STATE_READY;
}

static void take_flags(struct vcpu *vcpu, const struct reply *reply)
{
	if (reply->flags & REPLY_REGISTERS)
		arch_vcpu_registers_put(vcpu, &reply->registers);
	if (reply->flags & REPLY_SLOTS) {
		slots_take(&vcpu->slots, &reply->slots);
		vcpu_mirror_timer(vcpu);
	}
	if (reply->flags & REPLY_REARM)
		vcpu->armed = true;
	if (reply->flags & REPLY_FENCE)
		space_fence((struct address_space *)vcpu->space.object);
}

enum status exit_commit(struct vcpu *vcpu, uint64_t label, const uint64_t words[MESSAGE_WORDS],
			uint64_t deadline)
{
	struct reply reply;
	enum status status = take_reply(vcpu, label, words, &reply);

	if (status != OK)
		return status;
	/* Who was off begins as at power-on (its slots are the interrupt controller's); after EXIT_START it is so already. */
	if (reply.disposition == DISPOSITION_START && vcpu->exit.kind == EXIT_EVENT)
		vcpu_reset(vcpu);
	if (reply.flags)
		take_flags(vcpu, &reply);
	if (vcpu->window)
		window_leave(vcpu);
	else
		timeout_set(&vcpu->event_timeout, deadline);
	if (reply.disposition == DISPOSITION_STEP)
		arch_vcpu_step(vcpu, words);
	else if (reply.disposition == DISPOSITION_ABORT)
		arch_vcpu_abort(vcpu);
	else if (reply.disposition == DISPOSITION_UNDEFINED)
		arch_vcpu_undefined(vcpu);
	vcpu->exit.pending = false;
	vcpu_set_state(vcpu, next_state(vcpu, reply.disposition));
	return OK;
}
