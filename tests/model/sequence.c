/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invokers: what is needed of a sequence after which kernel and specification differ. Some of it is left out and the rest
 * done again from the beginning: first all that was refused, then pieces, from halves down to single actions.
 */
#include "action.h"

/* To begin costs as much as some actions. */
#define BEGINNING 20

/* Actions that may still be done again. */
static unsigned int left;

static bool fails(const struct sequence *sequence)
{
	unsigned int cost = BEGINNING + sequence->chosen.count;

	left -= cost < left ? cost : left;
	return invoker_fails(sequence);
}

struct action *sequence_add(struct sequence *sequence, const struct action *action)
{
	unsigned int place = sequence->chosen.count++;

	sequence->chosen.place[place] = (uint16_t)place;
	sequence->action[place] = *action;
	return &sequence->action[place];
}

/* Without so many from one on, unless that does not fail. */
static void leave_out(struct sequence *sequence, unsigned int first, unsigned int count)
{
	static struct choice before;
	struct choice *chosen = &sequence->chosen;

	before = *chosen;
	chosen->count -= count;
	for (unsigned int i = first; i < chosen->count; i++)
		chosen->place[i] = before.place[i + count];
	if (!fails(sequence))
		*chosen = before;
}

static void leave_out_refused(struct sequence *sequence)
{
	static struct choice before;
	struct choice *chosen = &sequence->chosen;

	before = *chosen;
	chosen->count = 0;
	for (unsigned int i = 0; i < before.count; i++)
		if (!sequence->action[before.place[i]].refused)
			chosen->place[chosen->count++] = before.place[i];
	if (!fails(sequence))
		*chosen = before;
}

/* Backwards: what nothing needs any more is then seen after what needed it. True: something was left out. */
static bool leave_out_pieces(struct sequence *sequence, unsigned int size)
{
	unsigned int before = sequence->chosen.count;

	for (unsigned int first = before - before % size; first > 0 && left;) {
		first -= size;
		leave_out(sequence, first, size);
	}
	return sequence->chosen.count < before;
}

bool sequence_shorten(struct sequence *sequence, unsigned int actions)
{
	left = actions;
	if (!fails(sequence))
		return false;
	leave_out_refused(sequence);
	for (unsigned int size = sequence->chosen.count / 2; size > 1; size /= 2)
		leave_out_pieces(sequence, size);
	while (leave_out_pieces(sequence, 1))
		continue;
	return true;
}
