/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's PL031 (Arm DDI 0224, 3.2), by plain accesses, pairs and writeback. */
#include "accesses.h"
#include "window.h"

#include <stddef.h>

#define RTC           0x09010000UL
#define RTCMR         (RTC + 0x04)
#define RTCLR         (RTC + 0x08)
#define RTCPeriphID0  (RTC + 0xfe0)
#define RTCPeriphID1  (RTC + 0xfe4)
#define PERIPHERAL_ID 0x31 /* and 0x10 behind it */

static uint32_t load(uintptr_t address)
{
	return *(volatile uint32_t *)address;
}

static void store(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

void arch_wait_for_time(void)
{
	while (load(RTC) < 1000000000)
		continue;
}

/* The clock goes on from what is loaded: by a few seconds at most. */
static bool is_time(uint32_t now, uint32_t set)
{
	return now - set < 60;
}

static bool plain_loads(uint32_t round)
{
	(void)round;
	return load(RTCPeriphID0) == PERIPHERAL_ID && load(RTCPeriphID1) == 0x10;
}

static bool pair_of_loads(uint32_t round)
{
	uint32_t id[2];

	(void)round;
	load_pair(RTCPeriphID0, id);
	return id[0] == PERIPHERAL_ID && id[1] == 0x10;
}

static bool pairs(uint32_t round)
{
	uint32_t value = round << 20 | round;
	uint32_t values[2];

	store_pair(RTCMR, value, value + 1);
	if (load(RTCMR) != value || load(RTCLR) != value + 1 || !is_time(load(RTC), value + 1))
		return false;
	store(RTCMR, value + 2);
	load_pair(RTCMR, values);
	return values[0] == value + 2 && values[1] == value + 1;
}

static bool steps(uint32_t round)
{
	uint32_t value = ~round << 16;
	uintptr_t address = RTC;

	step_and_store(&address, value);
	if (address != RTCMR || load(RTCMR) != value)
		return false;
	store(RTCMR, value + 1);
	return load_and_step(&address) == value + 1 && address == RTCLR;
}

const unsigned int arch_repeated = 2;
const struct window_test arch_tests[] = {
	{ "plain loads", plain_loads },
	{ "a pair of loads", pair_of_loads },
	{ "pairs and plain accesses", pairs },
	{ "writeback and plain accesses", steps },
	{ NULL, NULL },
};
