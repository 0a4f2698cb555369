/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker: an action in words.
 */
#include "invoker.h"

#include <idl/kernel_names.h>

#include <inttypes.h>
#include <stdio.h>

static void print_call(const struct action *action)
{
	unsigned int words = MESSAGE_WORDS;

	fprintf(stderr, "thread %u: %s", action->who, syscall_name(action->number));
	if (action->number != SYS_YIELD)
		fprintf(stderr, " slot %" PRIu64, action->cap);
	if (action->number == SYS_CALL) {
		fprintf(stderr, " %s %#" PRIx64 " (", kernel_method_name(action->label),
			action->label);
		while (words > 1 && !action->word[words - 1])
			words--;
		for (unsigned int i = 0; i < words; i++)
			fprintf(stderr, "%s%#" PRIx64, i ? ", " : "", action->word[i]);
		fprintf(stderr, ")");
	}
	if (action->deadline != DEADLINE_NEVER)
		fprintf(stderr, " until %" PRIu64, action->deadline);
}

void invoker_print(unsigned int number, const struct action *action)
{
	fprintf(stderr, "%4u  ", number);
	switch (action->kind) {
	case ACTION_CALL:
		print_call(action);
		break;
	case ACTION_FAULT:
		fprintf(stderr, "thread %u: fault %" PRIu64 " at %#" PRIx64, action->who,
			action->word[0], action->word[1]);
		break;
	case ACTION_INTERRUPT:
		fprintf(stderr, "interrupt %" PRIu64, action->word[0]);
		break;
	case ACTION_PASS:
		fprintf(stderr, "%" PRIu64 " ticks pass", action->word[0]);
		break;
	default:
		break;
	}
	fprintf(stderr, "\n");
}
