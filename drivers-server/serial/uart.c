/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of a UART, a process of its own: bytes between the device's FIFOs and the
 * line to the console multiplexer. It waits on one notification. Neither direction loses bytes: what has
 * no room in the FIFO waits for the transmit interrupt, and while the multiplexer's ring is full the receive
 * interrupts are masked and the FIFO fills, which the other end of the wire sees.
 */
#include <cloister/counter.h>
#include <cloister/message.h>
#include <cloister/stream.h>
#include <idl/kernel_client.h>
#include <idl/root.h>
#include <idl/serial.h>

#include "uart.h"

/* The bit of the notification that is the interrupt. */
#define EVENT_IRQ (1U << 0)

#define CHUNK 256

/* How long nothing may have happened for a line that is quiet, in us. */
#define QUIET_US 10000

static struct {
	/* To be sent: the multiplexer's ring, and what was taken out of it already. */
	struct stream_consumer output;
	uint8_t chunk[CHUNK];
	uint32_t sent;
	uint32_t length;
	/* Received. */
	struct stream_producer input;
	bool input_full;
} uart;

static bool output_waits(void)
{
	return uart.sent < uart.length;
}

/* At most a chunk, so that receiving gets its turn. True if something was done. */
static bool send(void)
{
	uint32_t before = uart.sent;

	if (!output_waits()) {
		before = 0;
		uart.sent = 0;
		uart.length = stream_read(&uart.output, uart.chunk, sizeof(uart.chunk));
	}
	uart.sent += device_send(uart.chunk + uart.sent, uart.length - uart.sent);
	return uart.sent != before;
}

/* At most a chunk. True if something was done. */
static bool receive(void)
{
	uint8_t chunk[CHUNK];
	uint32_t room = stream_room(&uart.input);
	uint32_t count = device_receive(chunk, room < CHUNK ? room : CHUNK);

	stream_write(&uart.input, chunk, count);
	uart.input_full = count == room;
	return count;
}

static bool work(void)
{
	bool sent;
	bool received;

	device_clear();
	sent = send();
	received = receive();
	device_interrupts(output_waits(), !uart.input_full);
	return sent || received;
}

static bool multiplexer_sleeps(void)
{
	bool consumer = stream_wakes_consumer(&uart.input);

	return stream_wakes_producer(&uart.output) || consumer;
}

static bool may_sleep(void)
{
	bool output = !output_waits() && stream_await_data(&uart.output);
	bool input = uart.input_full && stream_await_room(&uart.input, 1);

	return !output && !input;
}

static enum status wait_for_work(const struct uart_config *config, uint64_t *events)
{
	uint64_t deadline = device_settled() ? DEADLINE_NEVER : counter_after_us(QUIET_US);
	enum status status = notification_wait(config->wait, deadline, events);

	if (status != ERR_DEADLINE)
		return status;
	device_settle();
	return OK;
}

/* A predecessor may have died with the interrupt not acknowledged, and between a byte and its signal. */
static void start(const struct uart_config *config)
{
	struct line *line = (struct line *)config->line;

	stream_consumer_init(&uart.output, &line->output);
	stream_producer_init(&uart.input, &line->input);
	device_start(config->registers);
	irq_handler_acknowledge(config->irq);
	notification_signal(config->multiplexer);
}

void server_main(struct message *first)
{
	const struct uart_config *config = (const struct uart_config *)PROCESS_CONFIG;
	enum status status = OK;
	uint64_t events = 0;
	bool worked = false;

	(void)first;
	start(config);
	while (status == OK) {
		worked |= work();
		if (worked && multiplexer_sleeps())
			notification_signal(config->multiplexer);
		if (events & EVENT_IRQ)
			irq_handler_acknowledge(config->irq);
		events = 0;
		if (!worked && may_sleep())
			status = wait_for_work(config, &events);
		worked = false;
	}
}
