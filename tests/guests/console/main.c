/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest that writes, for who counts what a byte costs. It has one console, a UART or a virtio-console. Its
 * command line says how much it writes:
 *
 *	write=N		bytes in each of its rounds, at most 4096, in lines of 64;
 *	buffer=N	to the virtio-console, so many at a time; 0: to the UART, one at a time.
 *
 * After each round it sleeps until all of it is on the terminal, and all are asleep. It says nothing else, so that
 * two runs that differ by what a round writes differ by nothing but that.
 */
#include <cloister/string.h>

#include "bench_board.h"
#include "console.h"
#include "machine.h"

#define ROUNDS    16 /* As tests/bench/output.py knows. */
#define WRITE_MAX 4096
#define LINE      64

/* Ticks of a round: many budgets of the servers between guest and terminal. */
#define ROUND_TICKS (COUNTER_FREQUENCY / 10)

static uint8_t text[WRITE_MAX];

/* The size of a tree in the format of version 17 (Devicetree Specification 0.4, 5.2: totalsize). */
static uint32_t tree_size(const uint8_t *tree)
{
	return (uint32_t)tree[4] << 24 | (uint32_t)tree[5] << 16 | (uint32_t)tree[6] << 8 | tree[7];
}

/* The number behind `key`, which stands nowhere but in the command line; 0 if it is not there. */
static uint32_t argument(const uint8_t *tree, const char *key)
{
	size_t length = strlen(key);
	uint32_t value = 0;

	for (const uint8_t *end = tree + tree_size(tree) - length; tree < end; tree++) {
		if (memcmp(tree, key, length) != 0)
			continue;
		for (tree += length; *tree >= '0' && *tree <= '9'; tree++)
			value = value * 10 + (*tree - '0');
		return value;
	}
	return value;
}

static void fill(void)
{
	for (uint32_t i = 0; i < WRITE_MAX; i++)
		text[i] = 'a' + i % 26;
	for (uint32_t i = LINE; i <= WRITE_MAX; i += LINE) {
		text[i - 2] = '\r';
		text[i - 1] = '\n';
	}
}

/* One round. */
static void write(uint32_t size, uint32_t buffer)
{
	for (uint32_t i = 0; i < size && !buffer; i++)
		arch_put((char)text[i]);
	for (uint32_t i = 0; i < size && buffer; i += buffer)
		virtio_console_write(text + i, buffer);
}

void guest_main(const uint8_t *tree)
{
	uint32_t size = argument(tree, "write=");
	uint32_t buffer = argument(tree, "buffer=");
	uint64_t next = arch_counter();

	fill();
	arch_interrupts_start();
	if (buffer)
		virtio_console_start();
	else
		arch_console_start();
	for (uint32_t round = 0; round < ROUNDS; round++) {
		arch_sleep_until(next += ROUND_TICKS);
		write(size, buffer);
	}
	arch_sleep_until(next + ROUND_TICKS);
	arch_power_off();
}
