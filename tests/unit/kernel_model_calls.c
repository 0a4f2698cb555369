/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model of who runs: what contexts do to each other, and what becomes of their time.
 */
#include "kernel_model.h"

void model_wake(unsigned int agent)
{
	model.agent[agent].deadline = 0;
	model.agent[agent].at = MODEL_NONE;
	model_set_state(agent, model.agent[agent].stopped ? STATE_STOPPED : STATE_READY);
}

static void block(unsigned int agent, enum context_state state, unsigned int at)
{
	model.agent[agent].at = at;
	model.agent[agent].since = ++model.events;
	model_set_state(agent, state);
}

static void set_deadline(unsigned int agent, uint64_t deadline)
{
	model.agent[agent].deadline = deadline;
	model.agent[agent].armed = ++model.events;
}

/* Who came first to an endpoint or a notification, and is in this state. */
static unsigned int first_at(unsigned int at, enum context_state state)
{
	unsigned int first = MODEL_NONE;

	for (unsigned int i = 0; i < MODEL_MAX; i++)
		if (model.agent[i].state == state && model.agent[i].at == at &&
		    (first == MODEL_NONE || model.agent[i].since < model.agent[first].since))
			first = i;
	return first;
}

/* Lending. */

static void lend(unsigned int client, unsigned int server)
{
	unsigned int place;
	unsigned int time = model_time_of(client);

	if (time == MODEL_NONE || model_chain_of(server, &place) != MODEL_NONE)
		return;
	model.time[time].chain[model.time[time].length++] = server;
	model_note_change();
}

/* Who does not own the time that it has, or has lent on, leaves the chain. */
static void give_back(unsigned int server)
{
	unsigned int place, last;
	struct model_time *time;
	unsigned int i = model_chain_of(server, &place);

	if (i == MODEL_NONE || !place)
		return;
	time = &model.time[i];
	for (time->length--; place < time->length; place++)
		time->chain[place] = time->chain[place + 1];
	model_note_change();
	last = model_holder_of(time);
	if (model.agent[last].callee != MODEL_NONE)
		lend(last, model.agent[last].callee);
}

/* Calls. */

static void take_call(unsigned int client, unsigned int server)
{
	model.agent[client].callee = server;
	model.agent[server].caller = client;
	model.agent[client].at = MODEL_NONE;
	model_set_state(client, STATE_CALLING);
	lend(client, server);
	model_wake(server);
}

/* Who waits for an agent's answer, or lent its time and has given up. */
static unsigned int above(unsigned int agent)
{
	unsigned int place;
	unsigned int time = model_chain_of(agent, &place);

	if (model.agent[agent].caller != MODEL_NONE)
		return model.agent[agent].caller;
	return time == MODEL_NONE || place == 0 ? MODEL_NONE : model.time[time].chain[place - 1];
}

static unsigned int server_of(unsigned int endpoint)
{
	for (unsigned int i = 0; i < MODEL_MAX; i++)
		if (model.agent[i].serves && model.agent[i].endpoint == endpoint)
			return i;
	return MODEL_NONE;
}

/* Who got the time that an agent, or who waits for its answer, has lent. */
static unsigned int has_time_of(unsigned int agent)
{
	unsigned int place;
	unsigned int time = model_chain_of(agent, &place);

	if (time != MODEL_NONE)
		return place + 1 < model.time[time].length ? model.time[time].chain[place + 1] :
							     MODEL_NONE;
	return model.agent[agent].caller == MODEL_NONE ? MODEL_NONE :
							 has_time_of(model.agent[agent].caller);
}

/* Whom an agent needs to go on. */
static unsigned int needs(unsigned int agent)
{
	if (model.agent[agent].callee != MODEL_NONE)
		return model.agent[agent].callee;
	if (model.agent[agent].state == STATE_SENDING)
		return server_of(model.agent[agent].at);
	return has_time_of(agent);
}

static bool is_refused(unsigned int client, unsigned int endpoint)
{
	unsigned int looked = 0, depth = 0;

	for (unsigned int at = server_of(endpoint); at != MODEL_NONE; at = needs(at))
		if (at == client || looked++ == CALL_WAITS_MAX)
			return true;
	for (unsigned int at = client; at != MODEL_NONE; at = above(at))
		depth++;
	return depth > CALL_DEPTH_MAX;
}

enum status model_call(unsigned int client, unsigned int endpoint, uint64_t deadline)
{
	unsigned int server = first_at(endpoint, STATE_RECEIVING);

	if (!model.agent[client].guest && is_refused(client, endpoint))
		return ERR_DEPTH;
	model.agent[client].pending = model.agent[client].guest;
	if (server == MODEL_NONE)
		block(client, STATE_SENDING, endpoint);
	else
		take_call(client, server);
	set_deadline(client, deadline);
	return OK;
}

static unsigned int part_from_caller(unsigned int server)
{
	unsigned int caller = model.agent[server].caller;

	model.agent[server].caller = MODEL_NONE;
	if (caller != MODEL_NONE)
		model.agent[caller].callee = MODEL_NONE;
	return caller;
}

static void abort_caller(unsigned int server)
{
	unsigned int caller = part_from_caller(server);

	if (caller == MODEL_NONE)
		return;
	if (model.agent[caller].guest)
		model_call(caller, model.agent[caller].endpoint, 0);
	else
		model_wake(caller);
}

void model_reply(unsigned int server)
{
	unsigned int caller = part_from_caller(server);

	if (caller == MODEL_NONE)
		return;
	model.agent[caller].pending = false;
	model_wake(caller);
	give_back(server);
}

void model_receive(unsigned int server, uint64_t deadline)
{
	unsigned int endpoint = model.agent[server].endpoint;
	unsigned int sender;

	abort_caller(server);
	give_back(server);
	model.agent[server].serves = true;
	sender = first_at(endpoint, STATE_SENDING);
	block(server, STATE_RECEIVING, endpoint);
	if (sender == MODEL_NONE)
		set_deadline(server, deadline);
	else
		take_call(sender, server);
}

void model_forget_call(unsigned int agent)
{
	unsigned int callee = model.agent[agent].callee;

	if (callee != MODEL_NONE)
		part_from_caller(callee);
}

void model_stop(unsigned int thread)
{
	abort_caller(thread);
	model_forget_call(thread);
	model.agent[thread].deadline = 0;
	block(thread, STATE_STOPPED, MODEL_NONE);
	give_back(thread);
}

/* Signals, and a guest's stop. */

void model_wait(unsigned int agent, unsigned int notification, uint64_t deadline)
{
	if (!model.signal[notification]) {
		block(agent, STATE_WAITING, notification);
		set_deadline(agent, deadline);
	}
	model.signal[notification] = false;
}

void model_signal(unsigned int notification)
{
	unsigned int waiter = first_at(notification, STATE_WAITING);

	model.signal[notification] = waiter == MODEL_NONE;
	if (waiter != MODEL_NONE)
		model_wake(waiter);
}

void model_stop_guest(unsigned int guest)
{
	model.agent[guest].stopped = true;
	if (!model.agent[guest].pending)
		model_set_state(guest, STATE_STOPPED);
}

void model_resume_guest(unsigned int guest)
{
	model.agent[guest].stopped = false;
	if (!model.agent[guest].pending)
		model_wake(guest);
}
