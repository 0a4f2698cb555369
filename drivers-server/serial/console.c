/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console multiplexer as a process: it waits, lets multiplexer.c move bytes, and signals. It holds
 * one end of each client's line and of the driver's, and no other authority.
 */
#include <cloister/message.h>
#include <idl/root.h>

#include "multiplexer.h"

static struct multiplexer multiplexer;

static void signal_peers(const struct console_config *config, uint32_t peers)
{
	if (peers & 1U << PEER_DRIVER)
		notification_signal(config->driver);
	for (uint32_t i = 0; i < config->client_count; i++)
		if (peers & 1U << (PEER_CLIENT + i) && config->clients[i].notify)
			notification_signal(config->clients[i].notify);
}

void server_main(struct message *first)
{
	const struct console_config *config = (const struct console_config *)PROCESS_CONFIG;
	enum status status = OK;
	uint64_t bits;

	(void)first;
	multiplexer_init(&multiplexer, config);
	signal_peers(config, UINT32_MAX);
	while (status == OK) {
		bool moved = multiplexer_run(&multiplexer);
		uint64_t until = 0;

		signal_peers(config, multiplexer_signals(&multiplexer));
		if (!moved)
			until = multiplexer_sleep_until(&multiplexer);
		if (until)
			status = notification_wait(config->wait, until, &bits);
		if (status == ERR_DEADLINE)
			status = OK;
	}
}
