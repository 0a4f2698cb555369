/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest with work to do: rounds of one computation over a mebibyte of its memory, each of the
 * same instructions and with the same result, whatever else runs on the machine. What a round took
 * and came to is in the guest's record, and a line on its console.
 */
#include <cloister/print.h>

#include <machine.h>
#include <record.h>
#include <distinct_values.h>

#define WORDS     (1U << 17)
#define PASSES    32
#define LINE_SIZE 80

static uint64_t words[WORDS];

/* Each pass stirs all words, each of them with another that the sum so far chooses. */
static uint64_t work(void)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < WORDS; i++)
		words[i] = mix(i);
	for (uint32_t pass = 0; pass < PASSES; pass++)
		for (uint32_t i = 0; i < WORDS; i++) {
			sum = mix(sum + words[i] + words[sum % WORDS]);
			words[i] = sum;
		}
	return sum;
}

static void note(uint64_t begin, uint64_t result, uint64_t end)
{
	if (record.count == 0) {
		record.begin = begin;
		record.result = result;
	}
	if (result != record.result)
		record.different++;
	record.end = end;
	record.count++;
}

static void put_line(uint64_t result, uint64_t ticks)
{
	char line[LINE_SIZE];

	print_format(line, sizeof(line), "work %016lx %lu\r\n", (unsigned long)result,
		     (unsigned long)ticks);
	for (const char *c = line; *c; c++)
		arch_put(*c);
}

void guest_main(const uint8_t *tree)
{
	(void)tree;
	arch_console_start();
	record_start("work");
	for (;;) {
		uint64_t begin = arch_counter();
		uint64_t result = work();
		uint64_t end = arch_counter();

		note(begin, result, end);
		put_line(result, end - begin);
	}
}
