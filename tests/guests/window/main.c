/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest whose real-time clock is a process of its own, behind a window. Plain accesses go straight there; those that the
 * processor does not decode go by the VMM, and do the same. Each is checked by the other way.
 */
#include <cloister/print.h>

#include "machine.h"
#include "window.h"

/* PL031 (Arm DDI 0224, 3.2). */
#define RTC           0x09010000UL
#define RTCMR         (RTC + 0x04)
#define RTCLR         (RTC + 0x08)
#define RTCPeriphID0  (RTC + 0xfe0)
#define RTCPeriphID1  (RTC + 0xfe4)
#define PERIPHERAL_ID 0x31 /* and 0x10 behind it */

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

static uint32_t load(uintptr_t address)
{
	return *(volatile uint32_t *)address;
}

static void store(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

/* The clock goes on from what is loaded: by a few seconds at most. */
static bool is_time(uint32_t now, uint32_t set)
{
	return now - set < 60;
}

/* The driver of the board's clock can have its first look later than the guest its first: the clock counts from 0 until then. */
static void wait_for_time(void)
{
	while (load(RTC) < 1000000000)
		;
}

static bool pairs(uint32_t value)
{
	uint32_t values[2];

	arch_store_pair(RTCMR, value, value + 1);
	if (load(RTCMR) != value || load(RTCLR) != value + 1 || !is_time(load(RTC), value + 1))
		return false;
	store(RTCMR, value + 2);
	arch_load_pair(RTCMR, values);
	return values[0] == value + 2 && values[1] == value + 1;
}

static bool steps(uint32_t value)
{
	uintptr_t address = RTC;

	arch_step_and_store(&address, value);
	if (address != RTCMR || load(RTCMR) != value)
		return false;
	store(RTCMR, value + 1);
	return arch_load_and_step(&address) == value + 1 && address == RTCLR;
}

_Noreturn void guest_main(const uint8_t *tree)
{
	uint32_t id[2];
	bool good = true;

	(void)tree;
	arch_console_start();
	put_line("1..5");
	judge(load(RTCPeriphID0) == PERIPHERAL_ID && load(RTCPeriphID1) == 0x10, "plain loads");
	arch_load_pair(RTCPeriphID0, id);
	judge(id[0] == PERIPHERAL_ID && id[1] == 0x10, "a pair of loads");
	wait_for_time();
	judge(pairs(0x12345678), "pairs and plain accesses");
	judge(steps(0x9abcdef0), "writeback and plain accesses");
	for (uint32_t i = 0; i < ROUNDS; i++)
		good = pairs(i << 20 | i) && steps(~i << 16) && good;
	judge(good, "again and again");
	arch_power_off();
}
