/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Invocations of VCpus, as far as these can be used without being started.
 */
#include "spec.h"

static bool is_configured(const struct spec_object *vcpu)
{
	return vcpu->cap[VCPU_ENDPOINT].type != OBJECT_NULL;
}

enum status spec_vcpu_configure(struct spec_call *call)
{
	struct spec_object *vcpu = call->cap->object;
	struct spec_cap *space, *endpoint = NULL;
	enum status status =
		spec_find(call, call->word[0], OBJECT_GUEST_SPACE, RIGHT_CONTROL, &space);

	if (status == OK)
		status = spec_find(call, call->word[1], OBJECT_ENDPOINT, RIGHT_WRITE, &endpoint);
	if (status == OK)
		status = spec_can_derive(space);
	if (status == OK)
		status = spec_can_derive(endpoint);
	if (status != OK)
		return status;
	spec_let_go(&vcpu->cap[VCPU_SPACE]);
	spec_let_go(&vcpu->cap[VCPU_ENDPOINT]);
	spec_hold(space, vcpu, VCPU_SPACE);
	spec_hold(endpoint, vcpu, VCPU_ENDPOINT);
	return OK;
}

enum status spec_vcpu_set_priority(struct spec_call *call)
{
	return call->word[0] < PRIORITIES ? OK : ERR_ARGUMENT;
}

enum status spec_vcpu_start(struct spec_call *call)
{
	call->outside = is_configured(call->cap->object);
	return ERR_STATE;
}

enum status spec_vcpu_stop(struct spec_call *call)
{
	struct spec_cap *notification;
	enum status status = OK;

	if (call->word[0]) {
		status = spec_find(call, call->word[0], OBJECT_NOTIFICATION, RIGHT_WRITE,
				   &notification);
		if (status == OK)
			status = spec_can_derive(notification);
	}
	return status == OK ? ERR_STATE : status;
}

/* `resume`, `save`: nothing was stopped. `restore`. */
enum status spec_vcpu_idle(struct spec_call *call)
{
	call->outside = is_configured(call->cap->object);
	return ERR_STATE;
}

enum status spec_set_slot(struct spec_call *call)
{
	call->outside = call->word[0] < VCPU_SLOTS;
	return ERR_ARGUMENT;
}

enum status spec_query_slots(struct spec_call *call)
{
	call->word[0] = call->cap->object->pending;
	call->word[1] = 0;
	return OK;
}

enum status spec_translate(struct spec_call *call)
{
	if (call->word[1] > 1)
		return ERR_ARGUMENT;
	call->outside = is_configured(call->cap->object);
	return ERR_STATE;
}

enum status spec_set_answer_limit(struct spec_call *call)
{
	return call->word[0] ? OK : ERR_ARGUMENT;
}

enum status spec_statistics(struct spec_call *call)
{
	call->word[0] = 0;
	call->word[1] = 0;
	return OK;
}
