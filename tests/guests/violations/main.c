/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of things: accesses that must work, then the same violations round by round, then as
 * many that are all different. The console is used for what is wrong and for the end.
 */
#include "violations.h"

#include <cloister/print.h>

#define ROUNDS   25000
#define STRAYS   500000
#define EMULATED 1000

#define LINE_SIZE 200

/* What is wrong is said so many times. */
#define WRONG_MAX 10

static uint32_t wrong;
static uint64_t last_result;

volatile struct trap trap;

static void put_line(const char *line)
{
	for (; *line; line++)
		arch_put(*line);
	arch_put('\r');
	arch_put('\n');
}

static void judge(bool good, const char *what, uint64_t number)
{
	char line[LINE_SIZE];
	uint32_t length;

	if (good || ++wrong > WRONG_MAX)
		return;
	length = print_format(line, sizeof(line), "wrong: %s %lu: ", what, (unsigned long)number);
	print_format(line + length, sizeof(line) - length,
		     "result 0x%lx, exception %lu: cause 0x%lx, address 0x%lx",
		     (unsigned long)last_result, (unsigned long)trap.count,
		     (unsigned long)trap.cause, (unsigned long)trap.address);
	put_line(line);
}

static _Noreturn void end(void)
{
	char line[LINE_SIZE];

	print_format(line, sizeof(line), "%s: %u violations, %u emulated, %u wrong",
		     wrong ? "FAIL" : "PASS", ROUNDS * SITES + STRAYS, EMULATED, wrong);
	put_line(line);
	arch_power_off();
}

static bool is_emulated(void)
{
	uint64_t count = trap.count;

	last_result = arch_emulated();
	return last_result == 0 && trap.count == count;
}

static bool violate(const struct site *site)
{
	uint64_t count = trap.count;

	last_result = site->attempt(site->operand);
	if (last_result != site->result)
		return false;
	if (site->cause == NO_TRAP)
		return trap.count == count;
	return trap.count == count + 1 && trap.cause == site->cause &&
	       (!arch_tells_address(site->cause) || trap.address == site->operand);
}

static bool stray(uint64_t number)
{
	struct site site = arch_stray(number);

	return violate(&site);
}

void violations_main(void)
{
	arch_start();
	for (uint32_t i = 0; i < EMULATED; i++)
		judge(is_emulated(), "emulated access", i);
	for (uint32_t round = 0; round < ROUNDS; round++)
		for (uint32_t site = 0; site < SITES; site++)
			judge(violate(&arch_sites[site]), "site", site);
	for (uint64_t i = 0; i < STRAYS; i++)
		judge(stray(i), "stray", i);
	end();
}

void violations_unexpected(void)
{
	judge(false, "exception", 0);
	end();
}
