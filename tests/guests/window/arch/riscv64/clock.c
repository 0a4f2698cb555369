/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's goldfish RTC (QEMU's docs/specs: hw/rtc/goldfish_rtc.c), by accesses that it takes and others. */
#include "window.h"

#include <stddef.h>

#define RTC        0x00101000UL
#define TIME_LOW   (RTC + 0x00)
#define TIME_HIGH  (RTC + 0x04)
#define ALARM_LOW  (RTC + 0x08)
#define ALARM_HIGH (RTC + 0x0c)

/* A time of this century, in nanoseconds, has this in its high half at least. */
#define HIGH_LEAST (1000000000000000000UL >> 32)

/* scause: what a device makes of an access that it does not take. */
#define LOAD_ACCESS_FAULT  5
#define STORE_ACCESS_FAULT 7

/* From accesses.S. */
extern const char access_vector[];
uint64_t add_atomically(uintptr_t address, uint32_t value);
uint64_t load_reserved(uintptr_t address);
uint64_t load_unaligned(uintptr_t address);
uint64_t store_unaligned(uintptr_t address, uint32_t value);
uint32_t load_compressed(uintptr_t address);
void store_compressed(uintptr_t address, uint32_t value);

static uint32_t load(uintptr_t address)
{
	return *(volatile uint32_t *)address;
}

static void store(uintptr_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

/* The high half is latched by a load of the low one. */
static uint64_t now(void)
{
	uint64_t low = load(TIME_LOW);

	return (uint64_t)load(TIME_HIGH) << 32 | low;
}

void arch_wait_for_time(void)
{
	__asm__ volatile("csrw stvec, %0" ::"r"(access_vector));
	while (now() >> 32 < HIGH_LEAST)
		continue;
}

static bool goes_on(uint32_t round)
{
	uint64_t first = now();

	(void)round;
	return now() >= first;
}

/* What is stored is there, by each of the encodings. */
static bool alarms(uint32_t round)
{
	store(ALARM_HIGH, UINT32_MAX >> 2);
	store(ALARM_LOW, round);
	if (load(ALARM_LOW) != round || load_compressed(ALARM_LOW) != round)
		return false;
	store_compressed(ALARM_LOW, ~round);
	return load(ALARM_LOW) == ~round && load(ALARM_HIGH) == UINT32_MAX >> 2;
}

/* What the device does not take changes nothing. */
static bool others(uint32_t round)
{
	store(ALARM_LOW, round);
	return add_atomically(ALARM_LOW, 1) == STORE_ACCESS_FAULT &&
	       load_reserved(ALARM_LOW) == LOAD_ACCESS_FAULT &&
	       load_unaligned(ALARM_LOW) == LOAD_ACCESS_FAULT &&
	       store_unaligned(ALARM_LOW, round) == STORE_ACCESS_FAULT && load(ALARM_LOW) == round;
}

const unsigned int arch_repeated = 1;
const struct window_test arch_tests[] = {
	{ "the time", goes_on },
	{ "plain accesses", alarms },
	{ "atomic and unaligned ones", others },
	{ NULL, NULL },
};
