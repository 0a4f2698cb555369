/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of threads.
 */
#include "spec.h"

static enum status optional(const struct spec_call *call, uint64_t index, enum object_type type,
			    uint32_t rights, struct spec_cap **cap)
{
	enum status status;

	*cap = NULL;
	if (!index)
		return OK;
	status = spec_find(call, index, type, rights, cap);
	return status == OK ? spec_can_derive(*cap) : status;
}

static bool stands_still(const struct spec_object *thread)
{
	return thread->state == SPEC_STOPPED || thread->state == SPEC_FAULTED;
}

static bool is_configured(const struct spec_object *thread)
{
	return thread->cap[THREAD_CNODE].type != OBJECT_NULL &&
	       thread->cap[THREAD_SPACE].type != OBJECT_NULL;
}

static void rebind(struct spec_object *thread, enum spec_place place, struct spec_cap *cap)
{
	if (!cap)
		return;
	spec_let_go(&thread->cap[place]);
	spec_hold(cap, thread, place);
}

enum status spec_thread_configure(struct spec_call *call)
{
	struct spec_object *thread = call->cap->object;
	struct spec_cap *cnode, *space = NULL, *fault = NULL;
	enum status status = optional(call, call->word[0], OBJECT_CNODE, RIGHT_CONTROL, &cnode);

	if (status == OK)
		status = optional(call, call->word[1], OBJECT_ADDRESS_SPACE, RIGHT_CONTROL, &space);
	if (status == OK)
		status = optional(call, call->word[2], OBJECT_ENDPOINT, RIGHT_WRITE, &fault);
	if (status != OK)
		return status;
	if (!stands_still(thread))
		return ERR_STATE;
	rebind(thread, THREAD_CNODE, cnode);
	rebind(thread, THREAD_SPACE, space);
	rebind(thread, THREAD_FAULT, fault);
	return OK;
}

enum status spec_thread_set_priority(struct spec_call *call)
{
	if (call->word[0] >= PRIORITIES)
		return ERR_ARGUMENT;
	call->cap->object->priority = (uint32_t)call->word[0];
	return OK;
}

enum status spec_start_at(struct spec_call *call)
{
	struct spec_object *thread = call->cap->object;

	if (!stands_still(thread))
		return ERR_STATE;
	for (unsigned int i = 0; i < SPEC_REGISTERS; i++)
		thread->registers[i] = 0;
	thread->registers[SPEC_REGISTER_PC] = call->word[0];
	thread->registers[SPEC_REGISTER_SP] = call->word[1];
	thread->registers[0] = call->word[2];
	thread->registers[1] = call->word[3];
	return OK;
}

/* It goes on with the registers that it has. */
enum status spec_resume(struct spec_call *call)
{
	struct spec_object *thread = call->cap->object;

	if (!stands_still(thread) || !is_configured(thread))
		return ERR_STATE;
	thread->state = SPEC_READY;
	thread->at = NULL;
	spec_woken(thread);
	return OK;
}

enum status spec_serve(struct spec_call *call)
{
	struct spec_object *thread = call->cap->object;
	struct spec_cap *endpoint;
	enum status status = spec_find(call, call->word[0], OBJECT_ENDPOINT, RIGHT_READ, &endpoint);

	if (status != OK)
		return status;
	if (!stands_still(thread) || !is_configured(thread))
		return ERR_STATE;
	thread->at = NULL;
	spec_receive(thread, endpoint->object, DEADLINE_NEVER);
	return OK;
}

enum status spec_suspend(struct spec_call *call)
{
	spec_stop(call->cap->object);
	return OK;
}

enum status spec_read_registers(struct spec_call *call)
{
	const struct spec_object *thread = call->cap->object;
	uint64_t first = call->word[0];

	if (first >= spec.layout.registers)
		return ERR_ARGUMENT;
	if (thread->state == SPEC_READY)
		return ERR_STATE;
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		call->word[i] = first + i < spec.layout.registers ? thread->registers[first + i] :
								    0;
	return OK;
}
