/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker in QEMU: sequences of calls that each begin with the same objects and have a seed.
 */
#include "random.h"

#define ACTIONS 2500 /* of a sequence */
#define CALLS   20000
/* Nobody can go on any more after so many actions that were none. */
#define STUCK 200
/* Calls between two looks at all that can be read back. */
#define LOOK 500

/* What is done at the moment, for who reads of a failure. */
static struct {
	uint64_t seed;
	unsigned int number;
	struct action action;
	unsigned int calls, succeeded, looks;
} now;

static bool try_action(void)
{
	const struct mailbox *box;

	now.action = invoker_choose();
	now.number++;
	if (!random_apply(&now.action))
		return false;
	now.calls++;
	box = random_box_of(&spec.object[now.action.who]);
	now.succeeded += box && box->state == BOX_DONE && box->result[MAIL_CAP] == OK;
	if (now.calls % LOOK == 0) {
		random_compare();
		now.looks++;
	}
	return true;
}

static void sequence(void)
{
	unsigned int idle = 0;

	now.number = 0;
	random_start(now.seed);
	invoker_habits(now.seed);
	random_start_sequence();
	while (now.number < ACTIONS && idle < STUCK)
		idle = try_action() ? 0 : idle + 1;
	now.action = (struct action){ .kind = ACTION_NONE };
	random_compare();
	now.looks++;
	random_end_sequence();
}

static void report_action(void)
{
	const struct action *action = &now.action;

	report_line("# seed %lu, action %u: thread %u, %s of slot %lu, %s", (unsigned long)now.seed,
		    now.number, action->who, syscall_name(action->number),
		    (unsigned long)action->cap, kernel_method_name(action->label));
	for (unsigned int i = 0; i < MESSAGE_WORDS; i++)
		report_line("# word %u: 0x%lx", i, (unsigned long)action->word[i]);
}

static void sequences(void)
{
	random_open();
	for (now.seed = 1; now.calls < CALLS; now.seed++)
		sequence();
	report_line("# seeds 1 to %lu: %u calls, %u of them OK, all looked at %u times",
		    (unsigned long)now.seed - 1, now.calls, now.succeeded, now.looks);
}

/* If they were not, what was tried last. So many of them must have done something. */
static void all_made(void)
{
	if (now.calls >= CALLS) {
		EXPECT(now.succeeded >= CALLS / 4);
		EXPECT(now.looks >= CALLS / LOOK);
		return;
	}
	report_action();
	test_fail(__FILE__, __LINE__, "%u calls were made", now.calls);
}

static const struct test tests[] = {
	{ "random: in step with the specification", sequences },
	{ "random: all calls were made", all_made },
};

const struct suite random_suite = SUITE(tests);
