/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of a PL011 UART (Arm DDI 0183G), a process of its own: bytes between the device's FIFOs and the
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

#define UARTDR    0x00
#define UARTFR    0x18
#define UARTLCR_H 0x2c
#define UARTCR    0x30
#define UARTIMSC  0x38
#define UARTICR   0x44

/* With a byte in UARTDR: it came damaged (framing, parity), or is no byte at all (break). */
#define DR_FE (1U << 8)
#define DR_PE (1U << 9)
#define DR_BE (1U << 10)

#define FR_BUSY (1U << 3)
#define FR_RXFE (1U << 4)
#define FR_TXFF (1U << 5)

#define LCR_H_FEN    (1U << 4)
#define LCR_H_WLEN_8 (3U << 5)

#define CR_UARTEN (1U << 0)
#define CR_TXE    (1U << 8)
#define CR_RXE    (1U << 9)

/* Bits of UARTIMSC and UARTICR: data received, room to send, data received and then a pause. */
#define INT_RX  (1U << 4)
#define INT_TX  (1U << 5)
#define INT_RT  (1U << 6)
#define INT_ALL 0x7ffU

/* The bit of the notification that is the interrupt. */
#define EVENT_IRQ (1U << 0)

#define CHUNK 256

/* How long nothing may have happened before the FIFOs are switched on, in us. */
#define QUIET_US 10000

static struct {
	volatile uint32_t *registers;
	/* To be sent: the multiplexer's ring, and what was taken out of it already. */
	struct stream_consumer output;
	uint8_t chunk[CHUNK];
	uint32_t sent;
	uint32_t length;
	/* Received. */
	struct stream_producer input;
	bool input_full;
	bool fifos_on;
} uart;

static uint32_t read_register(unsigned int offset)
{
	return uart.registers[offset / sizeof(uint32_t)];
}

static void write_register(unsigned int offset, uint32_t value)
{
	uart.registers[offset / sizeof(uint32_t)] = value;
}

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
	while (output_waits() && !(read_register(UARTFR) & FR_TXFF))
		write_register(UARTDR, uart.chunk[uart.sent++]);
	return uart.sent != before;
}

static uint32_t fetch(uint8_t *chunk, uint32_t room)
{
	uint32_t count = 0;

	while (count < room && !(read_register(UARTFR) & FR_RXFE)) {
		uint32_t data = read_register(UARTDR);

		if (!(data & (DR_FE | DR_PE | DR_BE)))
			chunk[count++] = (uint8_t)data;
	}
	return count;
}

/* At most a chunk. True if something was done. */
static bool receive(void)
{
	uint8_t chunk[CHUNK];
	uint32_t room = stream_room(&uart.input);
	uint32_t count = fetch(chunk, room < CHUNK ? room : CHUNK);

	stream_write(&uart.input, chunk, count);
	uart.input_full = count == room;
	return count;
}

/* Clear what has happened before looking: what happens from now on shows again. */
static bool work(void)
{
	bool sent;
	bool received;

	write_register(UARTICR, INT_RX | INT_RT | INT_TX);
	sent = send();
	received = receive();
	write_register(UARTIMSC,
		       (output_waits() ? INT_TX : 0) | (uart.input_full ? 0 : INT_RX | INT_RT));
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

/*
 * The FIFOs may be switched only while the UART is off and idle (3.3.7), and what they hold is lost
 * by it. QEMU receives even then, and at once when a byte was read: so this is done when the line
 * is quiet.
 */
static void switch_fifos_on(void)
{
	if (read_register(UARTFR) & FR_BUSY)
		return;
	write_register(UARTCR, 0);
	if (read_register(UARTFR) & FR_RXFE) {
		write_register(UARTLCR_H, LCR_H_FEN | LCR_H_WLEN_8);
		uart.fifos_on = true;
	}
	write_register(UARTCR, CR_UARTEN | CR_TXE | CR_RXE);
}

static enum status wait_for_work(const struct uart_config *config, uint64_t *events)
{
	uint64_t deadline = uart.fifos_on ? DEADLINE_NEVER : counter_after_us(QUIET_US);
	enum status status = notification_wait(config->wait, deadline, events);

	if (status != ERR_DEADLINE)
		return status;
	switch_fifos_on();
	return OK;
}

/*
 * Speed is as the firmware left it; eight bits, no parity. Bytes typed early are not lost: FIFOs
 * that are off stay so for now. A predecessor may have died with the interrupt not acknowledged, and
 * between a byte and its signal.
 */
static void start(const struct uart_config *config)
{
	struct line *line = (struct line *)config->line;

	uart.registers = (volatile uint32_t *)config->registers;
	stream_consumer_init(&uart.output, &line->output);
	stream_producer_init(&uart.input, &line->input);
	write_register(UARTIMSC, 0);
	irq_handler_acknowledge(config->irq);
	notification_signal(config->multiplexer);
	uart.fifos_on = read_register(UARTLCR_H) & LCR_H_FEN;
	if (!uart.fifos_on) {
		while (read_register(UARTFR) & FR_BUSY)
			thread_yield();
		write_register(UARTCR, 0);
		write_register(UARTLCR_H, LCR_H_WLEN_8);
	}
	write_register(UARTICR, INT_ALL);
	write_register(UARTCR, CR_UARTEN | CR_TXE | CR_RXE);
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
