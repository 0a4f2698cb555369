/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PL011 UART (Arm DDI 0183, PrimeCell UART Technical Reference Manual), revision r1p1 with
 * FIFOs of 16 bytes, on the guest's console line. It has no baud rate: what is sent goes to the
 * line at once. When the line is full the transmit FIFO fills, when the receive FIFO is full the
 * line does, so nothing is lost in either direction.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/serial.h>

#include <cloister/message.h>
#include <cloister/stream.h>

#include <devices/fifo.h>
#include <devices/model.h>

struct pl011 {
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
	/* Registers, by their names in the manual. */
	uint32_t ilpr;
	uint32_t ibrd;
	uint32_t fbrd;
	uint32_t lcr_h;
	uint32_t cr;
	uint32_t ifls;
	uint32_t imsc;
	uint32_t ris;
	uint32_t dmacr;
};

extern const struct device_model pl011_model;

/* Tell the other end of the line of everything that was written, before the time for it has come. */
void pl011_flush(struct pl011 *p);
