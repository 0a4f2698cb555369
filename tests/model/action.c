/* SPDX-License-Identifier: BSD-2-Clause */
/* The random invokers: who does an action, and what it is in words. */
#include "action.h"

#include <cloister/print.h>
#include <idl/kernel_names.h>

struct spec_object *action_thread(const struct action *action)
{
	for (unsigned int i = 0; i < spec.objects; i++) {
		struct spec_object *thread = &spec.object[(action->who + i) % spec.objects];

		if (invoker_can_run(thread))
			return thread;
	}
	return NULL;
}

bool action_refused(const struct spec_object *thread)
{
	return thread->type == OBJECT_THREAD && thread->state == SPEC_READY &&
	       thread->registers[spec.layout.capability] != OK;
}

static unsigned int number_of(const struct action *action)
{
	const struct spec_object *thread = action_thread(action);

	return thread ? (unsigned int)(thread - spec.object) : action->who;
}

struct text {
	char *at;
	size_t room;
};

static void __attribute__((format(printf, 2, 3))) add(struct text *text, const char *format, ...)
{
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	length = print_format_list(text->at, text->room, format, arguments);
	va_end(arguments);
	text->at += length;
	text->room -= length;
}

static void add_words(struct text *text, const struct action *action)
{
	unsigned int words = MESSAGE_WORDS;

	while (words > 1 && !action->word[words - 1])
		words--;
	add(text, " (");
	for (unsigned int i = 0; i < words; i++)
		add(text, "%s0x%lx", i ? ", " : "", (unsigned long)action->word[i]);
	add(text, ")");
}

static void add_call(struct text *text, const struct action *action)
{
	add(text, "thread %u: %s", number_of(action), syscall_name(action->number));
	if (action->number != SYS_YIELD)
		add(text, " slot %lu", (unsigned long)action->cap);
	if (action->number == SYS_CALL) {
		add(text, " %s 0x%lx", kernel_method_name(action->label),
		    (unsigned long)action->label);
		add_words(text, action);
	}
	if (action->deadline != DEADLINE_NEVER)
		add(text, " until %lu", (unsigned long)action->deadline);
}

void action_describe(const struct action *action, char text[ACTION_TEXT])
{
	struct text out = { .at = text, .room = ACTION_TEXT };

	switch (action->kind) {
	case ACTION_CALL:
		add_call(&out, action);
		break;
	case ACTION_FAULT:
		add(&out, "thread %u: fault %lu at 0x%lx", number_of(action),
		    (unsigned long)action->word[0], (unsigned long)action->word[1]);
		break;
	case ACTION_INTERRUPT:
		add(&out, "interrupt %lu", (unsigned long)action->word[0]);
		break;
	case ACTION_PASS:
		add(&out, "%lu ticks pass", (unsigned long)action->word[0]);
		break;
	case ACTION_LOOK:
		add(&out, "a look at all that can be read back");
		break;
	default:
		break;
	}
}
