/* SPDX-License-Identifier: BSD-2-Clause */
/* A PL031 real-time clock (Arm DDI 0224) for its driver. */
#include <cloister/counter.h>

#include "device.h"

#define RTCDR 0x00
#define RTCCR 0x0c

#define CR_START (1U << 0)

static volatile uint32_t *registers;

/* A clock that stands still is started. */
void device_start(uint64_t address)
{
	registers = (volatile uint32_t *)address;
	registers[RTCCR / sizeof(uint32_t)] = CR_START;
}

enum second_change device_look(struct second *s)
{
	uint64_t before = counter_read();
	uint32_t seconds = registers[RTCDR / sizeof(uint32_t)];

	return second_look(s, seconds, before, counter_read());
}
