/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of a PL031 real-time clock (Arm DDI 0224), a process of its own: it looks at the clock and keeps
 * the clock page, from which others read what time it is. It needs no interrupt: the match interrupt tells no more than
 * a look at the right moment does.
 */
#include <cloister/clock.h>
#include <cloister/counter.h>
#include <cloister/message.h>
#include <idl/root.h>

#include "second.h"

#define RTCDR 0x00
#define RTCCR 0x0c

#define CR_START (1U << 0)

static struct {
	const struct clock_config *config;
	volatile uint32_t *registers;
	struct second second;
} rtc;

static enum second_change look(void)
{
	uint64_t before = counter_read();
	uint32_t seconds = rtc.registers[RTCDR / sizeof(uint32_t)];

	return second_look(&rtc.second, seconds, before, counter_read());
}

static void say(void)
{
	struct clock_time time = second_time(&rtc.second);

	clock_publish((struct clock_page *)rtc.config->page, &time);
}

/* Nobody signals, so it is the deadline that ends this. */
static enum status sleep_until(uint64_t deadline)
{
	uint64_t bits;
	enum status status = notification_wait(rtc.config->wait, deadline, &bits);

	return status == ERR_DEADLINE ? OK : status;
}

/* A predecessor's page goes on to be true. A clock that stands still is started. */
static void start(const struct clock_config *config)
{
	const struct clock_page *page = (const struct clock_page *)config->page;
	struct clock_time said = page->times[page->sequence % 2];

	rtc.config = config;
	rtc.registers = (volatile uint32_t *)config->registers;
	rtc.registers[RTCCR / sizeof(uint32_t)] = CR_START;
	second_init(&rtc.second, counter_frequency(), page->sequence ? &said : NULL);
}

void server_main(struct message *first)
{
	enum status status = OK;

	(void)first;
	start((const struct clock_config *)PROCESS_CONFIG);
	while (status == OK) {
		enum second_change change = look();

		if (change == SECOND_MOVED)
			status = sleep_until(second_next_middle(&rtc.second, counter_read()));
		if (change != SECOND_SAME)
			say();
		if (status == OK)
			status = sleep_until(second_next_look(&rtc.second, counter_read()));
	}
}
