/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker in QEMU: sequences of calls that each begin with the same objects and have a seed. When kernel and specification
 * differ, what was done is done again without parts of it, until no more can be left out, and that is told.
 */
#include "random.h"

#define CALLS 20000
/* Nobody can go on any more after so many actions that were none. */
#define STUCK 200
/* Actions that are done again at most to shorten a list: about as long as the test itself takes twice. */
#define AGAIN 40000
/* Calls between two looks at all that can be read back. */
#define LOOK 50

/* The one that is made or repeated. */
static struct sequence sequence;

static struct {
	uint64_t seed;
	unsigned int calls, succeeded, looks;
	bool stuck; /* a sequence could not begin, or left something behind: none can be repeated */
} now;

static const struct action look = { .kind = ACTION_LOOK };

static bool apply(struct action *action)
{
	if (action->kind != ACTION_LOOK)
		return random_apply(action);
	random_compare();
	now.looks++;
	return true;
}

static void try_look(void)
{
	apply(sequence_add(&sequence, &look));
}

static bool try_call(void)
{
	const struct action chosen = invoker_choose();
	struct action *action = sequence_add(&sequence, &chosen);
	const struct mailbox *box;

	if (!apply(action)) {
		action->refused = action->kind != ACTION_PASS;
		return false;
	}
	action->refused = action_refused(&spec.object[action->who]);
	now.calls++;
	box = random_box_of(&spec.object[action->who]);
	now.succeeded += box && box->state == BOX_DONE && box->result[MAIL_CAP] == OK;
	return true;
}

static void make_sequence(void)
{
	unsigned int idle = 0, calls = 0;

	random_start(now.seed);
	invoker_habits(now.seed);
	/* There is room for a call and two looks. */
	while (sequence.chosen.count + 3 <= SEQUENCE_MAX && idle < STUCK) {
		if (!try_call()) {
			idle++;
			continue;
		}
		idle = 0;
		if (++calls % LOOK == 0)
			try_look();
	}
	try_look();
}

static void tell(unsigned int number, const struct action *action)
{
	char text[ACTION_TEXT];

	action_describe(action, text);
	report_line("# %4u  %s", number, text);
}

/* With a look at its end, so that a difference is seen as soon as it is there. */
static void repeat_sequence(void)
{
	const struct choice *chosen = &sequence.chosen;

	for (unsigned int i = 0; i <= chosen->count; i++) {
		struct action action = i < chosen->count ? sequence.action[chosen->place[i]] : look;

		tell(i + 1, &action);
		apply(&action);
	}
}

/* True: all is well. */
static bool try(void (*function)(void))
{
	bool started = test_run(random_start_sequence);
	bool passed = started && test_run(function);

	now.stuck = !test_run(random_end_sequence) || !started;
	return passed && !now.stuck;
}

bool invoker_fails(const struct sequence *which)
{
	(void)which; /* the only one */
	return !now.stuck && !try(repeat_sequence);
}

/* What there is of it, which cannot be done again: who does it is as it was chosen. */
static void list_sequence(void)
{
	const struct choice *chosen = &sequence.chosen;

	for (unsigned int i = 0; i < chosen->count; i++)
		tell(i + 1, &sequence.action[chosen->place[i]]);
}

static void report(void)
{
	bool again;

	report_line("# seed %lu, after %u actions; what of them is needed:",
		    (unsigned long)now.seed, sequence.chosen.count);
	report_quiet(true);
	again = sequence_shorten(&sequence, AGAIN);
	report_quiet(false);
	if (again && !now.stuck) {
		invoker_fails(&sequence);
		return;
	}
	report_line("# not tried further: %s", now.stuck ? "no sequence can begin any more" :
							   "done again they make no difference");
	list_sequence();
}

static void sequences(void)
{
	random_open();
	for (now.seed = 1; now.calls < CALLS; now.seed++) {
		report_line("# seed %lu", (unsigned long)now.seed);
		sequence.chosen.count = 0;
		if (try(make_sequence))
			continue;
		report();
		test_fail(__FILE__, __LINE__, "kernel and specification differ");
	}
	report_line("# seeds 1 to %lu: %u calls, %u of them OK, all looked at %u times",
		    (unsigned long)now.seed - 1, now.calls, now.succeeded, now.looks);
}

/* So many of them must have done something. */
static void all_made(void)
{
	EXPECT(now.calls >= CALLS);
	EXPECT(now.succeeded >= CALLS / 4);
	EXPECT(now.looks >= CALLS / LOOK);
}

static const struct test tests[] = {
	{ "random: in step with the specification", sequences },
	{ "random: all calls were made", all_made },
};

const struct suite random_suite = SUITE(tests);
