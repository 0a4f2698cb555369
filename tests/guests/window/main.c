/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest whose real-time clock is a process of its own, behind a window. Plain accesses go straight there; those that the
 * processor does not decode go by the VMM, and do the same, or what they do on hardware at a device that takes none of their
 * kind. Each is checked by the other way.
 */
#include <cloister/print.h>

#include "machine.h"
#include "window.h"

#define ROUNDS    1000
#define LINE_SIZE 80

static unsigned int tests;

static void put_line(const char *line)
{
	for (; *line; line++)
		arch_put(*line);
	arch_put('\r');
	arch_put('\n');
}

static void judge(bool good, const char *what)
{
	char line[LINE_SIZE];

	print_format(line, sizeof(line), "%s %u - %s", good ? "ok" : "not ok", ++tests, what);
	put_line(line);
}

static bool all_repeated(uint32_t round)
{
	bool good = true;

	for (unsigned int i = arch_repeated; arch_tests[i].name; i++)
		good = arch_tests[i].is_good(round) && good;
	return good;
}

_Noreturn void guest_main(const uint8_t *tree)
{
	char line[LINE_SIZE];
	unsigned int count = 0;
	bool good = true;

	(void)tree;
	while (arch_tests[count].name)
		count++;
	arch_console_start();
	print_format(line, sizeof(line), "1..%u", count + 1);
	put_line(line);
	arch_wait_for_time();
	for (unsigned int i = 0; i < count; i++)
		judge(arch_tests[i].is_good(ROUNDS), arch_tests[i].name);
	for (uint32_t i = 0; i < ROUNDS; i++)
		good = all_repeated(i) && good;
	judge(good, "again and again");
	arch_power_off();
}
