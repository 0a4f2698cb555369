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
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ACTIONS 2500 /* of a sequence */
#define CALLS   250000
/* Nobody can go on any more after so many actions that were none. */
#define STUCK 100
/* Seconds to look for a shorter list. */
#define SHORTEN 60

/* What the processes share. */
static struct shared {
	struct action action[ACTIONS];
	bool quiet;
	unsigned int count, passes, calls, succeeded;
} * shared;

static void failed(const char *what)
{
	invoker_differ("the kernel's structures: %s", what);
}

/* What is of the seed besides the actions. */
static void begin(uint64_t seed)
{
	invoker_habits(seed);
	/* Long operations are stopped: never, or after so many steps. */
	fake.pending = seed % 3;
}

static void make_sequence(uint64_t seed)
{
	unsigned int idle = 0;

	random_start(seed);
	begin(seed);
	shared->count = 0;
	while (shared->count < ACTIONS && idle < STUCK) {
		struct action *action = &shared->action[shared->count];

		*action = invoker_choose();
		shared->count++;
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

static void repeat_sequence(uint64_t seed)
{
	begin(seed);
	if (shared->quiet && !freopen("/dev/null", "w", stderr))
		_exit(2);
	for (unsigned int i = 0; i < shared->count; i++)
		invoker_apply(&shared->action[i]);
}

/* In a process of its own. True: all is well. */
static bool try(void (*function)(uint64_t seed), uint64_t seed)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		function(seed);
		exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static void take_out(unsigned int first, unsigned int count)
{
	shared->count -= count;
	for (unsigned int i = first; i < shared->count; i++)
		shared->action[i] = shared->action[i + count];
}

/* Leave out what is not needed: many at once, then fewer. True: something was left out. */
static bool shorten(uint64_t seed, unsigned int size, time_t end)
{
	static struct action kept[ACTIONS];
	unsigned int before = shared->count, at = 0;

	while (at + size <= shared->count && time(NULL) < end) {
		unsigned int count = shared->count;

		memcpy(kept, shared->action, sizeof(kept));
		take_out(at, size);
		if (try(repeat_sequence, seed)) {
			memcpy(shared->action, kept, sizeof(kept));
			shared->count = count;
			at += size;
		}
	}
	return shared->count < before;
}

static int report(uint64_t seed)
{
	time_t end = time(NULL) + SHORTEN;

	fprintf(stderr, "seed %lu, after %u actions; what of them is needed:\n", seed,
		shared->count);
	shared->quiet = true;
	for (unsigned int size = shared->count / 2; size; size /= 2)
		while (shorten(seed, size, end) && time(NULL) < end)
			continue;
	shared->quiet = false;
	for (unsigned int i = 0; i < shared->count; i++)
		invoker_print(i + 1, &shared->action[i]);
	try(repeat_sequence, seed);
	return 1;
}

int main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	uint64_t calls = argc > 2 ? strtoul(argv[2], NULL, 0) : CALLS;
	uint64_t seed = first;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return 2;
	machine_failed = failed;
	invoker_start();
	do {
		if (!try(make_sequence, seed))
			return report(seed);
		seed++;
	} while (shared->calls < calls);
	printf("%lu sequences, %u calls (%u of them OK), %u pauses\n", seed - first, shared->calls,
	       shared->succeeded, shared->passes);
	return 0;
}
