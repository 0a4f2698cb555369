/* SPDX-License-Identifier: BSD-2-Clause */
/* The random invokers: the specification as it is. */
#include "action.h"

void invoker_plant(const struct spec_object *thread, const struct action *action)
{
	(void)thread;
	(void)action;
}
