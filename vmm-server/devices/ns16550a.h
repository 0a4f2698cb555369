/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 16550A UART (National Semiconductor PC16550D) with FIFOs of 16 bytes, on the guest's console line. Its registers are
 * bytes, side by side.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <devices/model.h>
#include <devices/uart.h>

struct ns16550a {
	struct uart uart;
	/* The transmitter is empty, which its interrupt has not told yet. */
	bool emptied;
	/* A byte came while the FIFO was full. */
	bool overrun;
	/* The guest has looked at what it received. */
	bool read;
	/* Registers, by their names in the data sheet; of MSR what has changed. */
	uint8_t ier;
	uint8_t fcr;
	uint8_t lcr;
	uint8_t mcr;
	uint8_t changes;
	uint8_t scr;
	uint8_t dll;
	uint8_t dlm;
};

extern const struct device_model ns16550a_model;

/*
 * For a firmware that uses the same line: write up to `size` bytes behind what the guest has sent, read up to so many behind what
 * it has received. How many it were is the answer.
 */
uint64_t ns16550a_put(struct ns16550a *n, const uint8_t *bytes, uint64_t size);
uint64_t ns16550a_get(struct ns16550a *n, uint8_t *bytes, uint64_t size);
