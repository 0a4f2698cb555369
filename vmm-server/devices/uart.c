/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between a UART's FIFOs and its line. Bytes move when the guest reads or writes
 * the data register, when the line's other end signals, and when a deadline comes. A read lets
 * bytes follow only once the receive FIFO is empty, sixteen at a time; the line's other end is told
 * of output a little later, so that a line of text costs one signal and not one for each byte.
 */
#include <stddef.h>

#include <cloister/counter.h>

#include <devices/uart.h>

/* How long output may be unsaid, and how long a receiver is held at most, in us. */
#define FLUSH_US 200
#define HOLD_US  500000

static void uart_set_deadline(struct uart *uart)
{
	uint64_t when = uart->unsaid ? uart->unsaid_until : DEADLINE_NEVER;

	if (uart->held && uart->held_until < when)
		when = uart->held_until;
	host_set_deadline(uart->host, when);
}

/* Bytes were written to the line: say so at the deadline, or now if half of it is full. */
static void uart_sent(struct uart *uart)
{
	if (!uart->unsaid) {
		uart->unsaid = true;
		uart->unsaid_until = counter_after_us(FLUSH_US);
		uart_set_deadline(uart);
	}
	if (stream_room(&uart->out) < STREAM_SIZE / 2)
		uart_flush(uart);
}

/* Write one byte to the line. False: it is full, and an event comes when it has room again. */
static bool uart_put(struct uart *uart, uint8_t byte)
{
	if (stream_write(&uart->out, &byte, 1))
		return true;
	/* It may have been emptied since, before its other end knew that it shall signal. */
	return stream_await_room(&uart->out, 1) && stream_write(&uart->out, &byte, 1);
}

void uart_drain(struct uart *uart)
{
	while (uart->transmit.count && uart_put(uart, uart->transmit.data[uart->transmit.first]))
		fifo_pop(&uart->transmit);
	uart_sent(uart);
}

/* Move bytes from the line to the receive FIFO, as long as it has room. */
static bool uart_take(struct uart *uart, uint32_t depth)
{
	uint8_t bytes[FIFO_SIZE];
	uint32_t room = depth - uart->receive.count;
	uint32_t count = stream_read(&uart->in, bytes, room);

	for (uint32_t i = 0; i < count; i++)
		fifo_push(&uart->receive, bytes[i]);
	return count == room;
}

bool uart_fill(struct uart *uart, uint32_t depth)
{
	uint32_t before = uart->receive.count;

	if (uart->held || before >= depth)
		return false;
	if (!uart_take(uart, depth) && stream_await_data(&uart->in))
		uart_take(uart, depth);
	if (uart->receive.count == before)
		return false;
	/* The other end is woken for half a ring, not for each FIFO. */
	if (stream_available(&uart->in) < STREAM_SIZE / 2 && stream_wakes_producer(&uart->in))
		notification_signal(uart->notify);
	return true;
}

uint64_t uart_write(struct uart *uart, const uint8_t *bytes, uint64_t size)
{
	uint64_t count = 0;

	while (count < size && uart_put(uart, bytes[count]))
		count++;
	if (count)
		uart_sent(uart);
	return count;
}

uint64_t uart_read(struct uart *uart, uint8_t *bytes, uint64_t size)
{
	uint64_t count = 0;

	while (count < size && uart->receive.count)
		bytes[count++] = fifo_pop(&uart->receive);
	size -= count;
	count += stream_read(&uart->in, bytes + count,
			     size < STREAM_SIZE ? (uint32_t)size : STREAM_SIZE);
	if (count && stream_wakes_producer(&uart->in))
		notification_signal(uart->notify);
	return count;
}

void uart_hold(struct uart *uart)
{
	uart->held = true;
	uart->held_until = counter_after_us(HOLD_US);
	uart_set_deadline(uart);
}

void uart_let_in(struct uart *uart)
{
	if (!uart->held)
		return;
	uart->held = false;
	uart_set_deadline(uart);
}

bool uart_expire(struct uart *uart)
{
	uint64_t now = counter_read();

	if (uart->unsaid && now >= uart->unsaid_until)
		uart_flush(uart);
	if (!uart->held || now < uart->held_until)
		return false;
	uart_let_in(uart);
	return true;
}

void uart_flush(struct uart *uart)
{
	if (!uart->unsaid)
		return;
	uart->unsaid = false;
	uart_set_deadline(uart);
	if (stream_wakes_consumer(&uart->out))
		notification_signal(uart->notify);
}

const char *uart_init(struct uart *uart, struct host *host)
{
	struct line *line;

	if (host->port_count != 1)
		return "a UART without its line";
	line = (struct line *)(uintptr_t)host->ports[0].line;
	uart->host = host;
	uart->notify = host->ports[0].notify;
	stream_producer_init(&uart->out, &line->output);
	stream_consumer_init(&uart->in, &line->input);
	return NULL;
}

void uart_reset(struct uart *uart)
{
	uart_flush(uart);
	uart->receive.count = 0;
	uart->transmit.count = 0;
	uart->held = false;
}
