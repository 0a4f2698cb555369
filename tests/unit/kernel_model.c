/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model of who runs: see kernel_model.h.
 */
#include "kernel_machine.h"
#include "kernel_model.h"

struct model model;

static int64_t first_turn, last_turn;

void model_start(uint64_t now)
{
	model = (struct model){ .now = now, .charged = MODEL_NONE, .current = MODEL_NONE };
	first_turn = 0;
	last_turn = 0;
	for (unsigned int i = 0; i < MODEL_MAX; i++)
		model.agent[i] = (struct model_agent){ .state = STATE_STOPPED,
						       .endpoint = MODEL_NONE,
						       .caller = MODEL_NONE,
						       .callee = MODEL_NONE,
						       .at = MODEL_NONE };
}

/* Times. */

static bool is_limited(const struct model_time *time)
{
	return time->budget != time->period;
}

/* In the chain of which time an agent is; `place` is where. */
unsigned int model_chain_of(unsigned int agent, unsigned int *place)
{
	for (unsigned int i = 0; i < MODEL_MAX; i++)
		for (*place = 0; *place < model.time[i].length; (*place)++)
			if (model.time[i].chain[*place] == agent)
				return i;
	return MODEL_NONE;
}

unsigned int model_holder_of(const struct model_time *time)
{
	return time->chain[time->length - 1];
}

unsigned int model_time_of(unsigned int agent)
{
	unsigned int place;
	unsigned int time = model_chain_of(agent, &place);

	return time != MODEL_NONE && model_holder_of(&model.time[time]) == agent ? time :
										   MODEL_NONE;
}

/* Nobody used it before `earliest`: what could have been used then can be used from then on. */
static void begin(struct model_time *time, uint64_t earliest)
{
	for (unsigned int i = 0; is_limited(time) && i < time->budget; i++) {
		if (time->from[i] < earliest)
			time->from[i] = earliest;
		earliest = time->from[i] + 1;
	}
}

/* Somebody wants it again. Only what was not wanted for long is lost. */
static void end_unwanted(struct model_time *time)
{
	time->unwanted = false;
	if (8 * time->from[0] + time->period < 8 * model.now)
		begin(time, model.now);
}

/* How much there is in one piece. */
static unsigned int piece(const struct model_time *time)
{
	unsigned int units = 1;

	if (!is_limited(time))
		return time->left;
	while (units < time->budget && time->from[units] == time->from[0] + units)
		units++;
	return units;
}

static void use(struct model_time *time)
{
	uint64_t back = time->from[0] + time->period;

	for (unsigned int i = 0; i + 1 < time->budget; i++)
		time->from[i] = time->from[i + 1];
	time->from[time->budget - 1] = back;
}

/* Who waits for the core. */

static bool can_run(unsigned int agent)
{
	unsigned int time = model_time_of(agent);

	return model.agent[agent].state == STATE_READY && time != MODEL_NONE &&
	       !model.time[time].refill;
}

static void wait_for_core(unsigned int agent, bool first)
{
	struct model_time *time = &model.time[model_time_of(agent)];

	model.agent[agent].waits = true;
	model.agent[agent].turn = first ? --first_turn : ++last_turn;
	if (time->unwanted)
		end_unwanted(time);
}

void model_note_change(void)
{
	for (unsigned int i = 0; i < MODEL_MAX; i++) {
		if (!can_run(i))
			model.agent[i].waits = false;
		else if (!model.agent[i].waits && i != model.current)
			wait_for_core(i, false);
	}
}

void model_set_state(unsigned int agent, enum context_state state)
{
	model.agent[agent].state = state;
	model_note_change();
}

/* Who goes on. */

void model_yield(void)
{
	wait_for_core(model.current, false);
}

void model_set_priority(unsigned int agent, unsigned int priority)
{
	model.agent[agent].priority = priority;
	if (model.agent[agent].waits)
		wait_for_core(agent, false);
}

static unsigned int most_urgent(void)
{
	unsigned int best = MODEL_NONE;

	for (unsigned int i = 0; i < MODEL_MAX; i++) {
		const struct model_agent *agent = &model.agent[i];

		if (!agent->waits)
			continue;
		if (best == MODEL_NONE || agent->priority > model.agent[best].priority ||
		    (agent->priority == model.agent[best].priority &&
		     agent->turn < model.agent[best].turn))
			best = i;
	}
	return best;
}

static void charge_other(unsigned int time)
{
	struct model_time *next = &model.time[time];

	if (model.charged != MODEL_NONE) {
		struct model_time *last = &model.time[model.charged];

		last->unwanted = is_limited(last) &&
				 model.agent[model_holder_of(last)].state != STATE_READY;
	}
	model.charged = time;
	if (time == MODEL_NONE)
		return;
	if (next->unwanted)
		end_unwanted(next);
	else
		begin(next, model.now - next->period);
}

void model_leave(void)
{
	unsigned int current = model.current;
	unsigned int next = most_urgent();

	if (current != MODEL_NONE && can_run(current) && !model.agent[current].waits) {
		if (next == MODEL_NONE ||
		    model.agent[next].priority <= model.agent[current].priority)
			next = current;
		else
			wait_for_core(current, true);
	}
	if (next != MODEL_NONE) {
		model.agent[next].waits = false;
		model.current = next;
	}
	if (next == MODEL_NONE || model_time_of(next) != model.charged)
		charge_other(next == MODEL_NONE ? MODEL_NONE : model_time_of(next));
}

/* Time. */

/* One unit is used. True: a piece of the time is used up, so that whoever runs goes behind the others. */
static bool tick(void)
{
	struct model_time *time;
	bool over;

	model.now++;
	if (model.charged == MODEL_NONE)
		return false;
	time = &model.time[model.charged];
	over = piece(time) == 1;
	if (!is_limited(time)) {
		time->left = over ? time->budget : time->left - 1;
		return over;
	}
	use(time);
	if (over && time->from[0] > model.now) {
		time->refill = time->from[0];
		time->armed = ++model.events;
		model_note_change();
	}
	return over;
}

static void refilled(struct model_time *time)
{
	time->refill = 0;
	model_note_change();
}

static void expired(unsigned int agent)
{
	unsigned int place;

	/* Who serves without time is there for its callers, and nobody else. */
	if (model.agent[agent].state == STATE_RECEIVING &&
	    model_chain_of(agent, &place) == MODEL_NONE) {
		model.agent[agent].deadline = 0;
		return;
	}
	model_forget_call(agent);
	model_wake(agent);
}

/* What is due now, in the order in which it was set: deadlines, and times that come back. */
static bool first_due(void)
{
	uint64_t first = ~0ULL;
	unsigned int agent = MODEL_NONE, time = MODEL_NONE;

	for (unsigned int i = 0; i < MODEL_MAX; i++) {
		if (model.agent[i].deadline == model.now && model.agent[i].armed < first) {
			first = model.agent[i].armed;
			agent = i;
		}
		if (model.time[i].refill == model.now && model.time[i].armed < first) {
			first = model.time[i].armed;
			time = i;
		}
	}
	if (first == ~0ULL)
		return false;
	if (time != MODEL_NONE && model.time[time].armed == first)
		refilled(&model.time[time]);
	else
		expired(agent);
	return true;
}

void model_pass(uint64_t until)
{
	while (model.now < until) {
		bool over = tick();

		while (first_due())
			continue;
		if (over && can_run(model.current))
			wait_for_core(model.current, false);
		model_leave();
	}
}
