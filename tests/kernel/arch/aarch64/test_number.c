/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process that has no capability calls the kernel by every number, with every slot: it is told so, and nobody else is
 * touched.
 */
#include "neighbour.h"
#include "attack.h"

uint64_t raw_call(uint64_t number, uint64_t capability);

#define NUMBERS 65536ULL
#define SLOTS   4096ULL
#define TURN    10 /* microseconds, as the neighbours' */

static volatile uint64_t done, calls, wrong, wrong_number, wrong_capability, wrong_status;

static uint64_t expected(uint64_t number)
{
	if (number == SYS_YIELD)
		return OK;
	return number < SYS_YIELD ? ERR_CAPABILITY : ERR_ARGUMENT;
}

static void try_call(uint64_t number, uint64_t capability)
{
	uint64_t status = raw_call(number, capability);

	calls++;
	if (status == expected(number))
		return;
	wrong++;
	wrong_number = number;
	wrong_capability = capability;
	wrong_status = status;
}

/* Each number with its own slot's; each call that there is with each slot; and what is beyond both. */
static void call_all(uint64_t unused0, uint64_t unused1)
{
	(void)unused0;
	(void)unused1;
	for (uint64_t number = 0; number < NUMBERS; number++)
		try_call(number, number % 32);
	for (uint64_t slot = 0; slot < SLOTS; slot++)
		for (uint64_t number = 0; number < SYS_YIELD; number++)
			try_call(number, slot);
	for (unsigned int n = 0; n < ATTACK_WORDS; n++)
		for (unsigned int slot = 0; slot < ATTACK_WORDS; slot++)
			try_call(attack_word(n), attack_word(slot));
	done = 1;
	for (;;)
		thread_yield();
}

static void every_number(void)
{
	static struct process process;
	struct worker worker;

	done = calls = wrong = 0;
	neighbours_new();
	process_new(&process);
	worker = worker_new(&process, call_all, 0, 0, PRIORITY_LOW);
	EXPECT_OK(sched_context_configure(worker.time, ticks(TURN), ticks(TURN)));
	EXPECT_OK(thread_resume(worker.thread));
	while (!done)
		neighbours_check();
	if (wrong)
		test_fail(__FILE__, __LINE__, "call 0x%lx with 0x%lx: %s, and %lu others",
			  (unsigned long)wrong_number, (unsigned long)wrong_capability,
			  status_name((enum status)wrong_status), (unsigned long)wrong - 1);
	report_line("# %lu calls by numbers and slots", (unsigned long)calls);
	EXPECT_EQUAL(calls, NUMBERS + SYS_YIELD * SLOTS + ATTACK_WORDS * ATTACK_WORDS);
}

static const struct test tests[] = {
	{ "number: each call, without a capability", every_number },
};

const struct suite number_suite = SUITE(tests);
