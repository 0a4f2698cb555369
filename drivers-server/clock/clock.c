/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of a real-time clock, a process of its own: it looks at the clock and keeps
 * the clock page, from which others read what time it is. It needs no interrupt: an alarm tells no more than
 * a look at the right moment does.
 */
#include <cloister/clock.h>
#include <cloister/counter.h>
#include <cloister/message.h>
#include <idl/root.h>

#include "device.h"

static struct {
	const struct clock_config *config;
	struct second second;
} rtc;

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

/* A predecessor's page goes on to be true. */
static void start(const struct clock_config *config)
{
	const struct clock_page *page = (const struct clock_page *)config->page;
	struct clock_time said = page->times[page->sequence % 2];

	rtc.config = config;
	device_start(config->registers);
	second_init(&rtc.second, counter_frequency(), page->sequence ? &said : NULL);
}

void server_main(struct message *first)
{
	enum status status = OK;

	(void)first;
	start((const struct clock_config *)PROCESS_CONFIG);
	while (status == OK) {
		enum second_change change = device_look(&rtc.second);

		if (change == SECOND_MOVED)
			status = sleep_until(second_next_middle(&rtc.second, counter_read()));
		if (change != SECOND_SAME)
			say();
		if (status == OK)
			status = sleep_until(second_next_look(&rtc.second, counter_read()));
	}
}
