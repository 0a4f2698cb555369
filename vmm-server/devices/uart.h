/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a UART is beside its registers: two FIFOs, and the guest's console line behind them. It has no baud rate: what is
 * sent goes to the line at once. When the line is full the transmit FIFO fills, when the receive FIFO is full the
 * line does, so nothing is lost in either direction.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/serial.h>

#include <cloister/message.h>
#include <cloister/stream.h>

#include <devices/fifo.h>
#include <devices/host.h>

struct uart {
	struct host *host;
	/* Bytes went out since the multiplexer was last told; until when it may be so. */
	bool unsaid;
	uint64_t unsaid_until;
	/* The receiver was just enabled; until its driver is ready, bytes stay in the line. */
	bool held;
	uint64_t held_until;
	struct stream_producer out;
	struct stream_consumer in;
	cap_t notify;
	struct fifo receive;
	struct fifo transmit;
};

/* NULL, or what is wrong with what the process has for it. */
const char *uart_init(struct uart *uart, struct host *host);

/* To the state of power-on: the FIFOs are empty. */
void uart_reset(struct uart *uart);

/* Move bytes from the transmit FIFO, which has some, to the line, as long as that has room. */
void uart_drain(struct uart *uart);

/*
 * Receive what the line has into a FIFO of this depth; if that has room for more, an event comes with it. True if there was
 * something. Not while it is held.
 */
bool uart_fill(struct uart *uart, uint32_t depth);

/*
 * For a firmware that uses the same line: write up to `size` bytes, while the transmit FIFO is empty; read up to so many, behind
 * what was received. How many it were is the answer.
 */
uint64_t uart_write(struct uart *uart, const uint8_t *bytes, uint64_t size);
uint64_t uart_read(struct uart *uart, uint8_t *bytes, uint64_t size);

/*
 * A driver that finds the UART running and enables its receiver means to empty it, as Linux's does,
 * of what nobody asked for, and then to enable interrupts. What has waited in the line shall not be
 * lost by that: it is held until then, or as long as a line may be silent.
 */
void uart_hold(struct uart *uart);

/* What is in the line may come. */
void uart_let_in(struct uart *uart);

/* A deadline has come. True if bytes are not held any more: fill the FIFO. */
bool uart_expire(struct uart *uart);

/* Tell the other end of the line of everything that was written, before the time for it has come. */
void uart_flush(struct uart *uart);
