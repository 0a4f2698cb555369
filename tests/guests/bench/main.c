/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The benchmark guest's order of things: all operations are measured first, then the console is
 * used, for it would disturb.
 */
#include "bench.h"
#include "figure.h"
#include "machine.h"

#define OPERATIONS_MAX 16

static uint64_t samples[OPERATIONS_MAX][FIGURE_ROUNDS];

static uint64_t least(const uint64_t *values)
{
	uint64_t result = values[0];

	for (size_t i = 1; i < FIGURE_ROUNDS; i++)
		if (values[i] < result)
			result = values[i];
	return result;
}

static void put_line(const char *line)
{
	for (; *line; line++)
		arch_put(*line);
	arch_put('\r');
	arch_put('\n');
}

void guest_main(const uint8_t *tree)
{
	char line[FIGURE_LINE_SIZE];

	(void)tree;
	arch_interrupts_start();
	arch_console_start();
	arch_operations_start();
	for (size_t i = 0; operations[i].name; i++)
		for (size_t round = 0; round < FIGURE_ROUNDS; round++)
			samples[i][round] = operations[i].measure();
	for (size_t i = 1; operations[i].name; i++) {
		figure_line(line, operations[i].name, samples[i], least(samples[0]));
		put_line(line);
	}
	arch_power_off();
}
