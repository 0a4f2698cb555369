/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VCpu as a whole, saved and restored. It goes by the pages that its VMM has mapped, behind what is there: who moves a
 * guest needs no memory of its own in the kernel's hands, and a VMM can show its guest's state to who debugs it.
 */
#include <kernel_dispatch.h>
#include <list_register.h>
#include <vcpu.h>

static struct vcpu *invoked(struct invocation *call)
{
	return (struct vcpu *)call->slot->object;
}

/* Nobody works for it, and nothing is about to change it. */
static bool stands_still(const struct vcpu *vcpu)
{
	return vcpu->context.state == STATE_STOPPED && !vcpu->restart;
}

static const uint8_t states[] = {
	[VCPU_RUNNING] = STATE_READY,
	[VCPU_IDLE] = STATE_IDLE,
	[VCPU_PARKED] = STATE_PARKED,
};

static uint32_t activity_of(uint8_t state)
{
	if (state == STATE_PARKED)
		return VCPU_PARKED;
	return state == STATE_IDLE ? VCPU_IDLE : VCPU_RUNNING;
}

static void save_slots(const struct slots *slots, struct vcpu_common *common)
{
	common->enabled = slots->enabled;
	common->level = slots->level;
	common->line = slots->line;
	/* What a device still asks for comes again by itself. */
	common->pending = slots->latch | (slots->arrived & ~slots->hardware.level);
	common->active = slots->active;
	common->group1 = slots->group1;
	for (unsigned int i = 0; i < VCPU_SLOTS; i++) {
		common->number[i] = slots->number[i];
		common->priority[i] = slots->priority[i];
	}
}

enum status vcpu_save(struct invocation *call)
{
	struct vcpu *vcpu = invoked(call);
	struct vcpu_state *state = &vcpu_page(vcpu)->state;
	struct vcpu_common *common = &state->common;
	const struct timeout *deadline = &vcpu->event_timeout;

	if (!vcpu->stopped || !stands_still(vcpu))
		return ERR_STATE;
	/* It takes the interrupts back from the list registers. */
	vcpu_release(vcpu);
	arch_vcpu_save(vcpu, state);
	save_slots(&vcpu->slots, common);
	common->activity = activity_of(vcpu->stopped_state);
	common->flags = (vcpu->armed ? VCPU_ARMED : 0) |
			(vcpu->event_deadline ? VCPU_DEADLINE_PASSED : 0);
	common->events = vcpu->events;
	common->deadline = list_empty(&deadline->link) ? DEADLINE_NEVER : deadline->when;
	return OK;
}

static bool is_valid(const struct vcpu_common *common)
{
	if (common->activity >= ARRAY_SIZE(states) ||
	    (common->flags & ~(uint32_t)(VCPU_ARMED | VCPU_DEADLINE_PASSED)))
		return false;
	for (uint32_t i = 0; i < VCPU_SLOTS; i++)
		if (common->number[i] >= LIST_REGISTER_NUMBERS)
			return false;
	return true;
}

/*
 * Edges of notifications and of devices, which nobody repeats: those that came while it stood still are not in the state, and
 * not lost.
 */
static uint64_t edges(const struct slots *slots)
{
	return (slots->latch & slots->driven) | (slots->arrived & ~slots->hardware.level);
}

/* They are folded. */
static void restore_slots(struct slots *slots, const struct vcpu_common *common)
{
	uint64_t kept = edges(slots);

	slots_reset(slots);
	slots->enabled = common->enabled;
	slots->level = common->level;
	/* Who drives a line now says how it is. */
	slots->line = (slots->line & slots->driven) | (common->line & ~slots->driven);
	slots->latch = common->pending | kept;
	slots->active = common->active;
	slots->group1 = common->group1;
	for (unsigned int i = 0; i < VCPU_SLOTS; i++) {
		slots->number[i] = common->number[i];
		slots->priority[i] = common->priority[i];
	}
	slots->dirty = true;
}

union image {
	struct vcpu_state state;
	uint64_t word[sizeof(struct vcpu_state) / sizeof(uint64_t)];
};

_Static_assert(sizeof(union image) == sizeof(struct vcpu_state), "all of it are words");

/* The page's owner can write all the while: each word is read once. */
static void take(union image *image, const struct vcpu_state *page)
{
	const union image *from = (const union image *)page;

	for (unsigned int i = 0; i < ARRAY_SIZE(image->word); i++)
		image->word[i] = READ_ONCE(from->word[i]);
}

enum status vcpu_restore(struct invocation *call)
{
	struct vcpu *vcpu = invoked(call);
	const struct vcpu_common *common;
	union image image;

	if (!stands_still(vcpu) || vcpu->endpoint.type == OBJECT_NULL)
		return ERR_STATE;
	take(&image, &vcpu_update(vcpu)->state);
	common = &image.state.common;
	if (!is_valid(common) || !arch_vcpu_state_valid(&image.state))
		return ERR_ARGUMENT;
	vcpu_reset(vcpu);
	restore_slots(&vcpu->slots, common);
	arch_vcpu_restore(vcpu, &image.state);
	vcpu_mirror_timer(vcpu);
	vcpu->stopped = true;
	vcpu->stopped_state = states[common->activity];
	vcpu->armed = common->flags & VCPU_ARMED;
	vcpu->event_deadline = common->flags & VCPU_DEADLINE_PASSED;
	/* Signals that came meanwhile are told too. */
	vcpu->events |= common->events;
	timeout_set(&vcpu->event_timeout, common->deadline);
	return OK;
}
