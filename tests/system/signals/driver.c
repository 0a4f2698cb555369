/* SPDX-License-Identifier: BSD-2-Clause */
/* In the UART driver's place: signals the multiplexer, and lets the UART's interrupt come again, without end. */
#include <cloister/message.h>
#include <idl/kernel_client.h>
#include <idl/root.h>
#include <idl/serial.h>

#include <record.h>
#include <uart.h>

#define IMPOSSIBLE 0x80000000U

void server_main(struct message *first)
{
	const struct uart_config *config = (const struct uart_config *)PROCESS_CONFIG;
	volatile struct line *line = (volatile struct line *)config->line;

	(void)first;
	record_start("driver");
	uart_enable_interrupts(config->registers);
	for (;;) {
		line->output.consumed += IMPOSSIBLE;
		line->input.produced += IMPOSSIBLE;
		line->output.consumer_waits = line->input.producer_waits = 1;
		notification_signal(config->multiplexer);
		irq_handler_acknowledge(config->irq);
		record.count++;
	}
}
