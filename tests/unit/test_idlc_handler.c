/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The called side of test_idlc_door.idl: a kernel with two objects, a server, and a server that
 * answers nonsense, each behind a capability of test_idlc_caller.c.
 */
#include <idl/door.h>

struct invocation {
	uint64_t label;
	uint64_t word[MESSAGE_WORDS];
};

#include <idl/door_dispatch.h>

enum status lock_turn(struct invocation *call, uint32_t times, enum way way, cap_t key,
		      uint64_t *angle, uint32_t *left)
{
	(void)call;
	*angle = 0x100000000ULL * times + way;
	*left = key;
	return times == 0 ? ERR_ARGUMENT : OK;
}

enum status lock_free(struct invocation *call)
{
	return call->label == LOCK_FREE ? OK : ERR_TYPE;
}

enum status gate_serve_open(void *context, uint64_t badge, enum way way, uint64_t force,
			    enum way *back, uint32_t *count)
{
	*back = way == WAY_PUSH ? WAY_PULL : WAY_PUSH;
	*count = *(uint32_t *)context + (uint32_t)badge;
	return force == 0 ? ERR_ARGUMENT : OK;
}

enum status gate_serve_shut(void *context, uint64_t badge)
{
	(void)context;
	return badge == 5 ? OK : ERR_ARGUMENT;
}

static enum status invoke(uint32_t type, struct message *m)
{
	struct invocation call = { .label = m->label };
	enum status status;

	for (int i = 0; i < MESSAGE_WORDS; i++)
		call.word[i] = m->word[i];
	status = object_dispatch(type, &call);
	for (int i = 0; i < MESSAGE_WORDS; i++)
		m->word[i] = call.word[i];
	return status;
}

enum status message_call(cap_t cap, struct message *m)
{
	uint32_t context = 7;

	switch (cap) {
	case 1:
		return invoke(OBJECT_LOCK, m);
	case 2:
		return invoke(OBJECT_WALL, m);
	case 3:
		return invoke(OBJECT_TYPES, m);
	case 4:
		m->badge = 5;
		gate_dispatch(&context, m);
		return OK;
	case 5:
		fence_dispatch(&context, m);
		return OK;
	case 6:
		/* A status that is OK in its lower half only. */
		m->label = 1ULL << 32;
		return OK;
	case 7:
		m->label = OK;
		m->word[0] = 1ULL << 32 | WAY_PULL;
		return OK;
	default:
		return ERR_TYPE;
	}
}
