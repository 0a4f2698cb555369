/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invokers: a specification that is wrong on purpose. Nobody can write by the copy of an object's first capability, if
 * that is in a slot that was free at the start: it takes two calls, of which the first makes the object, or moves one.
 */
#include "action.h"

/* The capability that was copied. */
static const struct spec_cap *source_of(const struct spec_object *thread,
					const struct action *action)
{
	if (action->kind != ACTION_CALL || action->number != SYS_CALL ||
	    action->label != CNODE_COPY || action->cap != ROOT_SLOT_CNODE)
		return NULL;
	if (thread->type != OBJECT_THREAD || thread->registers[spec.layout.capability] != OK ||
	    !invoker_has_all(thread))
		return NULL;
	/* 0: what is there at the start is being made. */
	if (!invoker_first_free || action->word[0] < invoker_first_free)
		return NULL;
	return spec_slot(thread->cap[THREAD_CNODE].object, action->word[0]);
}

void invoker_plant(const struct spec_object *thread, const struct action *action)
{
	const struct spec_cap *source = source_of(thread, action);

	for (unsigned int i = 0; source && source->original && i < spec.caps; i++)
		if (spec.cap[i].parent == source)
			spec.cap[i].rights &= ~RIGHT_WRITE;
}
