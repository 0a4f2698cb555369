/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invokers: what is needed of a sequence at whose end kernel and specification differ. A piece is left out and the rest
 * done again from the beginning: first halves, at last single actions.
 */
#include "action.h"

/* So many actions are done again at most; to begin costs as much as some. */
#define ACTIONS   100000
#define BEGINNING 20

static void reverse(struct action *first, struct action *end)
{
	while (first < end) {
		struct action action = *first;

		end--;
		*first++ = *end;
		*end = action;
	}
}

/* What is before `middle` and what is behind it change places, each in its order. */
static void exchange(struct action *first, struct action *middle, struct action *end)
{
	reverse(first, middle);
	reverse(middle, end);
	reverse(first, end);
}

static void leave_out(struct sequence *sequence, unsigned int at, unsigned int size)
{
	struct action *first = &sequence->action[at];
	struct action *end = &sequence->action[sequence->count];

	exchange(first, first + size, end);
	sequence->count -= size;
	if (invoker_fails(sequence))
		return;
	sequence->count += size;
	exchange(first, end - size, end);
}

/* Backwards: what nothing needs any more is then seen after what needed it. True: something was left out. */
static bool leave_out_all(struct sequence *sequence, unsigned int size, unsigned int *done)
{
	unsigned int before = sequence->count;

	for (unsigned int at = before - before % size; at > 0 && *done < ACTIONS;) {
		at -= size;
		leave_out(sequence, at, size);
		*done += BEGINNING + sequence->count;
	}
	return sequence->count < before;
}

bool sequence_shorten(struct sequence *sequence)
{
	unsigned int done = 0;

	if (!invoker_fails(sequence))
		return false;
	for (unsigned int size = sequence->count / 2; size > 1; size /= 2)
		leave_out_all(sequence, size, &done);
	while (leave_out_all(sequence, 1, &done))
		continue;
	return true;
}
