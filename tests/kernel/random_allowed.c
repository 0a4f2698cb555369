/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker in QEMU: what hostile threads leave alone. Here they share a CNode with the referee, and run for real.
 */
#include "random.h"

/* Of a SchedContext: no turn ends, so none does within a call. */
#define FOR_EVER (1ULL << 40)

static bool is_referees(const struct spec_object *cnode, uint64_t slot)
{
	return cnode == random_cnode && slot != 0 &&
	       (slot < RANDOM_FIRST || (slot >= RANDOM_SLOTS && slot < cnode->cap_count));
}

/* A parameter that names a capability: of the referee's only its CNode. */
static bool names_referees(const struct spec_object *own, const struct action *action)
{
	const char *at = kernel_method_parameters(action->label);

	for (unsigned int i = 0; *at; i++) {
		bool is_cap = at[0] == 'c' && at[1] == 'a' && at[2] == 'p';

		if (is_cap && action->word[i] != ROOT_SLOT_CNODE &&
		    is_referees(own, action->word[i]))
			return true;
		while (*at && *at != ',')
			at++;
		while (*at == ',' || *at == ' ')
			at++;
	}
	return false;
}

/* The CNode that a slot holds; NULL: none. */
static const struct spec_object *cnode_in(const struct spec_object *own, uint64_t slot)
{
	const struct spec_cap *cap = spec_slot(own, slot);

	return cap && cap->type == OBJECT_CNODE ? cap->object : NULL;
}

struct random_slots random_filled(const struct spec_object *own, const struct action *action)
{
	const uint64_t *word = action->word;

	switch (action->label) {
	case UNTYPED_RETYPE:
		return (struct random_slots){ cnode_in(own, word[2]), word[3],
					      word[4] <= RETYPE_COUNT_MAX ? word[4] : 0 };
	case IRQ_CONTROL_GET:
		return (struct random_slots){ cnode_in(own, word[2]), word[3], 1 };
	case CNODE_COPY:
	case CNODE_MINT:
	case CNODE_MOVE:
		return (struct random_slots){ cnode_in(own, word[1]), word[2], 1 };
	default:
		return (struct random_slots){ 0 };
	}
}

static bool fills_referees(const struct spec_object *own, const struct action *action)
{
	struct random_slots filled = random_filled(own, action);

	for (uint64_t i = 0; filled.cnode && i < filled.count; i++)
		if (is_referees(filled.cnode, filled.first + i))
			return true;
	return false;
}

static bool is_still(const struct spec_object *thread)
{
	return thread->state == SPEC_STOPPED || thread->state == SPEC_FAULTED;
}

/* It runs what it should, where that is, and has a mailbox. */
static bool can_go_on(const struct spec_object *thread)
{
	const struct spec_cap *space = &thread->cap[THREAD_SPACE];
	const struct mailbox *box = random_box_of(thread);

	if (!is_still(thread) || space->type == OBJECT_NULL)
		return true;
	return box && random_is_space(space->object) &&
	       thread->registers[SPEC_REGISTER_PC] == RANDOM_PROGRAM &&
	       thread->registers[SPEC_REGISTER_SP] == random_box_address(box);
}

static bool start_at(const struct spec_object *target, struct action *action)
{
	struct mailbox *box = random_box_new(target);

	if (!box)
		return false;
	action->word[0] = RANDOM_PROGRAM;
	action->word[1] = random_box_address(box);
	return true;
}

static bool thread_allowed(const struct spec_cap *cap, struct action *action)
{
	if (cap->type != OBJECT_THREAD)
		return true;
	switch (action->label) {
	case THREAD_START_AT:
		return !is_still(cap->object) || start_at(cap->object, action);
	case THREAD_RESUME:
	case THREAD_SERVE:
		return can_go_on(cap->object);
	case THREAD_SET_PRIORITY:
		if (action->word[0] < PRIORITIES)
			action->word[0] = RANDOM_PRIORITY;
		return true;
	default:
		return true;
	}
}

static bool cnode_allowed(const struct spec_object *cnode, const struct action *action)
{
	uint64_t slot = action->word[0];

	switch (action->label) {
	case CNODE_COPY:
	case CNODE_MINT:
		return slot == ROOT_SLOT_CNODE || !is_referees(cnode, slot);
	case CNODE_MOVE:
	case CNODE_DELETE:
	case CNODE_REVOKE:
		return !is_referees(cnode, slot);
	case CNODE_COUNT:
		return cnode != random_cnode || slot == 0 || slot >= cnode->cap_count;
	default:
		return true;
	}
}

static bool invocation_allowed(const struct spec_cap *cap, struct action *action)
{
	switch (action->label) {
	case IRQ_CONTROL_GET:
		/* The specification has fewer than the machine. */
		return action->word[0] < SPEC_IRQS || action->word[0] > 4096;
	case SCHED_CONTEXT_CONFIGURE:
		if (action->word[0] >= spec.layout.budget_min &&
		    action->word[0] <= action->word[1] && action->word[1] <= FOR_EVER) {
			action->word[0] = FOR_EVER;
			action->word[1] = FOR_EVER;
		}
		return true;
	default:
		return thread_allowed(cap, action) &&
		       (cap->type != OBJECT_CNODE || cnode_allowed(cap->object, action));
	}
}

bool random_allowed(const struct spec_object *thread, struct action *action)
{
	const struct spec_object *own = thread->cap[THREAD_CNODE].object;
	const struct spec_cap *cap = spec_slot(own, action->cap);

	if (is_referees(own, action->cap) &&
	    (action->cap != ROOT_SLOT_CNODE || action->number != SYS_CALL))
		return false;
	if (action->number != SYS_CALL || !cap || cap->type == OBJECT_NULL)
		return true;
	return !names_referees(own, action) && !fills_referees(own, action) &&
	       invocation_allowed(cap, action);
}
