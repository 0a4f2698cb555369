/* SPDX-License-Identifier: BSD-2-Clause */
/* Goldfish's real-time clock ("Goldfish virtual hardware", Real-Time Clock) for its driver: it tells nanoseconds. */
#include <cloister/counter.h>

#include "device.h"

/* Reading the lower half keeps the upper one of the same moment. */
#define TIME_LOW  0x00
#define TIME_HIGH 0x04

#define SECOND 1000000000ULL

static volatile uint32_t *registers;

void device_start(uint64_t address)
{
	registers = (volatile uint32_t *)address;
}

enum second_change device_look(struct second *s)
{
	uint64_t before = counter_read();
	uint64_t low = registers[TIME_LOW / sizeof(uint32_t)];
	uint64_t time = (uint64_t)registers[TIME_HIGH / sizeof(uint32_t)] << 32 | low;
	uint64_t passed = time % SECOND * counter_frequency() / SECOND;

	return second_look_closely(s, (uint32_t)(time / SECOND), passed, before, counter_read());
}
