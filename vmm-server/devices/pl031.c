/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PL031 real-time clock. Section numbers are those of Arm DDI 0224. There is no clock signal to count: the time is
 * worked out whenever it matters, which is at each access, and for a match at the deadline that was asked for.
 */
#include <stddef.h>

#include <cloister/counter.h>

#include <devices/pl031.h>
#include <devices/pl031_registers.h>

/* A match that is further away, in s, is asked for again on the way: somebody may set the page's clock. */
#define LOOK_AHEAD 60

/* RTCPeriphID0-3 and RTCPCellID0-3. */
static const uint8_t identification[] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

static uint32_t pl031_count(struct pl031 *p, uint64_t now)
{
	return (uint32_t)clock_seconds(&p->clock, now) + p->ahead;
}

/*
 * Find what was matched since the last look. The comparator sees every second that passes (2.1), so a clock that was
 * set on passes all between; one that was set back has passed none.
 */
static void pl031_catch_up(struct pl031 *p, uint64_t now)
{
	uint32_t count = pl031_count(p, now);
	uint32_t passed = count - p->looked;

	if (passed <= INT32_MAX && p->mr - p->looked - 1 < passed)
		p->ris = INT_MATCH;
	p->looked = count;
}

/* The time or the match is another now; the comparator compares at once (2.1). */
static void pl031_compare(struct pl031 *p)
{
	if (p->mr == p->looked)
		p->ris = INT_MATCH;
}

/* The guest sets its clock. */
static void pl031_load(struct pl031 *p, uint32_t value)
{
	p->lr = value;
	p->ahead += value - p->looked;
	p->looked = value;
	pl031_compare(p);
}

/* The line, and the deadline at which it changes by itself. */
static void pl031_settle(struct pl031 *p, uint64_t now)
{
	uint32_t left = p->mr - p->looked;
	uint64_t when = DEADLINE_NEVER;

	if (left == 0 || left > LOOK_AHEAD)
		left = LOOK_AHEAD;
	if (p->imsc && !p->ris)
		when = clock_ahead(&p->clock, now, left);
	if (when != p->host->deadline)
		host_set_deadline(p->host, when);
	host_set_line(p->host, p->ris & p->imsc);
}

static uint32_t pl031_read(const struct pl031 *p, uint64_t offset)
{
	if (offset >= RTCPeriphID0)
		return identification[(offset - RTCPeriphID0) / 4];
	switch (offset) {
	case RTCDR:
		return p->looked;
	case RTCMR:
		return p->mr;
	case RTCLR:
		return p->lr;
	case RTCCR:
		return CR_START;
	case RTCIMSC:
		return p->imsc;
	case RTCRIS:
		return p->ris;
	case RTCMIS:
		return p->ris & p->imsc;
	}
	return 0;
}

static void pl031_write(struct pl031 *p, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case RTCMR:
		p->mr = value;
		pl031_compare(p);
		break;
	case RTCLR:
		pl031_load(p, value);
		break;
	case RTCIMSC:
		p->imsc = value & INT_MATCH;
		break;
	case RTCICR:
		/* Whatever is written (2.1). */
		p->ris = 0;
		break;
	}
}

/* Registers on an APB of 32 bits: see the PL011's. */
static bool pl031_access(void *device, struct access *access)
{
	struct pl031 *p = device;
	uint64_t now = counter_read();

	if (access->size > 4)
		return false;
	pl031_catch_up(p, now);
	if (access->offset % 4)
		access->value = 0;
	else if (access->write)
		pl031_write(p, access->offset, (uint32_t)access->value);
	else
		access->value = pl031_read(p, access->offset);
	pl031_settle(p, now);
	return true;
}

/* The time of a match has come, or that of looking for one. */
static void pl031_expire(void *device)
{
	struct pl031 *p = device;
	uint64_t now = counter_read();

	pl031_catch_up(p, now);
	pl031_settle(p, now);
}

/* Nobody signals a clock. */
static void pl031_signal(void *device)
{
	(void)device;
}

static const char *pl031_init(void *device, struct host *host)
{
	struct pl031 *p = device;

	if (!host->clock)
		return "a PL031 without a clock page";
	p->host = host;
	clock_init(&p->clock, host->clock);
	return NULL;
}

static void pl031_reset(void *device)
{
	struct pl031 *p = device;
	uint64_t now = counter_read();

	p->looked = pl031_count(p, now);
	p->mr = 0;
	p->lr = 0;
	p->imsc = 0;
	p->ris = 0;
	pl031_settle(p, now);
}

/* How far the guest has set its clock is what a successor needs to tell the same time. */
static uint64_t pl031_driver(const void *device)
{
	const struct pl031 *p = device;

	return p->ahead;
}

static void pl031_succeed(void *device, uint64_t driver)
{
	struct pl031 *p = device;

	p->ahead = (uint32_t)driver;
	pl031_reset(p);
}

const struct device_model pl031_model = {
	.size = 0x1000,
	.init = pl031_init,
	.reset = pl031_reset,
	.access = pl031_access,
	.signal = pl031_signal,
	.expire = pl031_expire,
	.driver = pl031_driver,
	.succeed = pl031_succeed,
};
