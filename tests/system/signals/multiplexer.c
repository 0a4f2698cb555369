/* SPDX-License-Identifier: BSD-2-Clause */
/* In the console multiplexer's place: signals the driver, the shell, and the VMM of each guest, without end. */
#include <cloister/message.h>
#include <idl/root.h>
#include <idl/serial.h>

#include <record.h>

#define IMPOSSIBLE 0x80000000U

static void disturb(uint64_t place, uint32_t notify)
{
	volatile struct line *line = (volatile struct line *)place;

	line->output.consumed += IMPOSSIBLE;
	line->input.produced += IMPOSSIBLE;
	line->output.consumer_waits = line->input.producer_waits = 1;
	if (notify)
		notification_signal(notify);
}

void server_main(struct message *first)
{
	const struct console_config *config = (const struct console_config *)PROCESS_CONFIG;

	(void)first;
	record_start("multiplexer");
	for (;;) {
		notification_signal(config->driver);
		for (uint32_t i = 0; i < config->client_count; i++)
			disturb(config->clients[i].line, config->clients[i].notify);
		record.count++;
	}
}
