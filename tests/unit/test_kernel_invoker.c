/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random invoker: usage: unit-kernel-invoker SEED [CALLS]. Each sequence begins at power on, in a process of its own, and has a
 * seed of its own, from SEED on, until there were so many calls; 0: only one.
 * When kernel and specification differ, it prints the seed, and the shortest list of actions that it finds after which they do.
 */
#include "kernel_machine.h"

#include "invoker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLS 250000
/* Seconds that a sequence may take: one takes a fifth. */
#define LIMIT 20
/* Actions that are done again at most to shorten a list. */
#define AGAIN 200000
/* Nobody can go on any more after so many actions that were none. */
#define STUCK 100

/* What the processes share. */
static struct shared {
	struct sequence sequence;
	uint64_t seed;
	bool quiet;
	unsigned int passes, calls, succeeded;
} * shared;

static void failed(const char *what)
{
	invoker_differ("the kernel's structures: %s", what);
}

void invoker_print(unsigned int number, const struct action *action)
{
	char text[ACTION_TEXT];

	action_describe(action, text);
	fprintf(stderr, "%4u  %s\n", number, text);
}

/* What is of the seed besides the actions: long operations are stopped, never, or after so many steps. */
static void begin(void)
{
	fake.pending = shared->seed % 3;
}

static void make_sequence(void)
{
	struct sequence *sequence = &shared->sequence;
	unsigned int idle = 0;

	random_start(shared->seed);
	invoker_habits(shared->seed);
	begin();
	sequence->chosen.count = 0;
	while (sequence->chosen.count < SEQUENCE_MAX && idle < STUCK) {
		const struct action chosen = invoker_choose();
		struct action *action = sequence_add(sequence, &chosen);

		if (action->kind == ACTION_PASS) {
			idle++;
			shared->passes++;
		}
		action->refused = !invoker_apply(action);
		if (action->refused || action->kind != ACTION_CALL)
			continue;
		idle = 0;
		shared->calls++;
		action->refused = action_refused(&spec.object[action->who]);
		shared->succeeded += spec.object[action->who].registers[FAKE_CAP] == OK;
	}
}

static void repeat_sequence(void)
{
	const struct choice *chosen = &shared->sequence.chosen;

	begin();
	if (shared->quiet && !freopen("/dev/null", "w", stderr))
		_exit(2);
	for (unsigned int i = 0; i < chosen->count; i++) {
		const struct action *action = &shared->sequence.action[chosen->place[i]];

		invoker_print(i + 1, action);
		invoker_apply(action);
	}
}

/* In a process of its own. True: all is well. */
static bool try(void (*function)(void))
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		/* A kernel that goes on for ever differs too. */
		alarm(LIMIT);
		function();
		exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

bool invoker_fails(const struct sequence *sequence)
{
	(void)sequence; /* the shared one */
	return !try(repeat_sequence);
}

static int report(void)
{
	struct sequence *sequence = &shared->sequence;

	fprintf(stderr, "seed %lu, after %u actions; what of them is needed:\n", shared->seed,
		sequence->chosen.count);
	shared->quiet = true;
	if (!sequence_shorten(sequence, AGAIN))
		fprintf(stderr, "none: done again they make no difference\n");
	shared->quiet = false;
	try(repeat_sequence);
	return 1;
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	uint64_t calls = argc > 2 ? strtoul(argv[2], NULL, 0) : CALLS;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return 2;
	machine_failed = failed;
	shared->seed = first;
	invoker_start();
	do {
		if (!try(make_sequence))
			return report();
		shared->seed++;
	} while (shared->calls < calls);
	printf("%lu sequences, %u calls (%u of them OK), %u pauses\n", shared->seed - first,
	       shared->calls, shared->succeeded, shared->passes);
	return 0;
}
