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
	sequence->count = 0;
	while (sequence->count < SEQUENCE_MAX && idle < STUCK) {
		struct action *action = &sequence->action[sequence->count];

		*action = invoker_choose();
		sequence->count++;
		if (action->kind == ACTION_PASS) {
			idle++;
			shared->passes++;
		}
		if (!invoker_apply(action) || action->kind != ACTION_CALL)
			continue;
		idle = 0;
		shared->calls++;
		shared->succeeded += spec.object[action->who].registers[FAKE_CAP] == OK;
	}
}

static void repeat_sequence(void)
{
	begin();
	if (shared->quiet && !freopen("/dev/null", "w", stderr))
		_exit(2);
	for (unsigned int i = 0; i < shared->sequence.count; i++) {
		invoker_print(i + 1, &shared->sequence.action[i]);
		invoker_apply(&shared->sequence.action[i]);
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
		sequence->count);
	shared->quiet = true;
	if (!sequence_shorten(sequence))
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
