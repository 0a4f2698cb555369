/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goldfish's real-time clock. There is no clock signal to count: the time is worked out whenever it matters, which is at
 * each access, and for an alarm at the deadline that was asked for.
 */
#include <stddef.h>

#include <cloister/counter.h>

#include <devices/goldfish_rtc.h>

/* Registers, by their names in "Goldfish virtual hardware". */
#define TIME_LOW        0x00
#define TIME_HIGH       0x04
#define ALARM_LOW       0x08
#define ALARM_HIGH      0x0c
#define IRQ_ENABLED     0x10
#define CLEAR_ALARM     0x14
#define ALARM_STATUS    0x18
#define CLEAR_INTERRUPT 0x1c

#define SECOND 1000000000ULL

/* An alarm that is further away, in s, is asked for again on the way: somebody may set the page's clock. */
#define LOOK_AHEAD 60

static uint64_t goldfish_rtc_time(struct goldfish_rtc *g, uint64_t now)
{
	return clock_nanoseconds(&g->clock, now) + g->ahead;
}

/* An alarm rings once, when the time is there or beyond; one that is set in the past, at once. */
static void goldfish_rtc_catch_up(struct goldfish_rtc *g, uint64_t now)
{
	if (!g->armed || goldfish_rtc_time(g, now) < g->alarm)
		return;
	g->armed = false;
	g->rung = true;
}

/* The line, and the deadline at which it changes by itself: not before the alarm, and at once behind it. */
static void goldfish_rtc_settle(struct goldfish_rtc *g, uint64_t now)
{
	uint64_t frequency = counter_frequency();
	uint64_t when = DEADLINE_NEVER;
	uint64_t left;

	if (g->armed && g->enabled) {
		left = g->alarm - goldfish_rtc_time(g, now);
		when = now + LOOK_AHEAD * frequency;
		if (left < LOOK_AHEAD * SECOND)
			when = now + left / SECOND * frequency +
			       (left % SECOND * frequency + SECOND - 1) / SECOND;
	}
	if (when != g->host->deadline)
		host_set_deadline(g->host, when);
	host_set_line(g->host, g->rung && g->enabled);
}

static uint32_t goldfish_rtc_read(struct goldfish_rtc *g, uint64_t offset, uint64_t now)
{
	uint64_t time;

	switch (offset) {
	case TIME_LOW:
		time = goldfish_rtc_time(g, now);
		g->high = (uint32_t)(time >> 32);
		return (uint32_t)time;
	case TIME_HIGH:
		return g->high;
	case ALARM_LOW:
		return (uint32_t)g->alarm;
	case ALARM_HIGH:
		return (uint32_t)(g->alarm >> 32);
	case IRQ_ENABLED:
		return g->enabled;
	case ALARM_STATUS:
		return g->armed;
	}
	return 0;
}

static uint64_t with_low(uint64_t value, uint32_t low)
{
	return (value & ~0xffffffffULL) | low;
}

static uint64_t with_high(uint64_t value, uint32_t high)
{
	return (uint32_t)value | (uint64_t)high << 32;
}

/* The guest sets its clock, a half at a time. */
static void goldfish_rtc_load(struct goldfish_rtc *g, uint64_t time, uint64_t now)
{
	g->ahead += time - goldfish_rtc_time(g, now);
}

static void goldfish_rtc_write(struct goldfish_rtc *g, uint64_t offset, uint32_t value,
			       uint64_t now)
{
	switch (offset) {
	case TIME_LOW:
		goldfish_rtc_load(g, with_low(goldfish_rtc_time(g, now), value), now);
		break;
	case TIME_HIGH:
		goldfish_rtc_load(g, with_high(goldfish_rtc_time(g, now), value), now);
		break;
	case ALARM_LOW:
		g->alarm = with_low(g->alarm, value);
		g->armed = true;
		break;
	case ALARM_HIGH:
		g->alarm = with_high(g->alarm, value);
		break;
	case IRQ_ENABLED:
		g->enabled = value & 1;
		break;
	case CLEAR_ALARM:
		g->armed = false;
		break;
	case CLEAR_INTERRUPT:
		g->rung = false;
		break;
	}
}

/* Registers of 32 bits, which are accessed as such. */
static bool goldfish_rtc_access(void *device, struct access *access)
{
	struct goldfish_rtc *g = device;
	uint64_t now = counter_read();

	if (access->size != 4 || access->offset % 4)
		return false;
	goldfish_rtc_catch_up(g, now);
	if (access->write)
		goldfish_rtc_write(g, access->offset, (uint32_t)access->value, now);
	else
		access->value = goldfish_rtc_read(g, access->offset, now);
	goldfish_rtc_catch_up(g, now);
	goldfish_rtc_settle(g, now);
	return true;
}

/* The time of an alarm has come, or that of looking for one. */
static void goldfish_rtc_expire(void *device)
{
	struct goldfish_rtc *g = device;
	uint64_t now = counter_read();

	goldfish_rtc_catch_up(g, now);
	goldfish_rtc_settle(g, now);
}

/* Nobody signals a clock. */
static void goldfish_rtc_signal(void *device)
{
	(void)device;
}

static const char *goldfish_rtc_init(void *device, struct host *host)
{
	struct goldfish_rtc *g = device;

	if (!host->clock)
		return "a Goldfish RTC without a clock page";
	g->host = host;
	clock_init(&g->clock, host->clock);
	return NULL;
}

static void goldfish_rtc_reset(void *device)
{
	struct goldfish_rtc *g = device;

	g->high = 0;
	g->alarm = 0;
	g->armed = false;
	g->enabled = false;
	g->rung = false;
	goldfish_rtc_settle(g, counter_read());
}

/* How far the guest has set its clock is what a successor needs to tell the same time. */
static uint64_t goldfish_rtc_driver(const void *device)
{
	const struct goldfish_rtc *g = device;

	return g->ahead;
}

static void goldfish_rtc_succeed(void *device, uint64_t driver)
{
	struct goldfish_rtc *g = device;

	g->ahead = driver;
	goldfish_rtc_reset(g);
}

const struct device_model goldfish_rtc_model = {
	.size = 0x1000,
	.init = goldfish_rtc_init,
	.reset = goldfish_rtc_reset,
	.access = goldfish_rtc_access,
	.signal = goldfish_rtc_signal,
	.expire = goldfish_rtc_expire,
	.driver = goldfish_rtc_driver,
	.succeed = goldfish_rtc_succeed,
};
