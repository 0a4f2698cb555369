/* SPDX-License-Identifier: BSD-2-Clause */
/* The little FIFOs of a UART. */
#pragma once

#include <stdint.h>

#define FIFO_SIZE 16

struct fifo {
	uint8_t data[FIFO_SIZE];
	uint8_t first;
	/* Bytes in it, up to FIFO_SIZE. */
	uint8_t count;
};

/* Put a byte behind the others; there must be room. */
static inline void fifo_push(struct fifo *fifo, uint8_t byte)
{
	fifo->data[(fifo->first + fifo->count++) % FIFO_SIZE] = byte;
}

/* Take the first byte; there must be one. */
static inline uint8_t fifo_pop(struct fifo *fifo)
{
	uint8_t byte = fifo->data[fifo->first];

	fifo->first = (fifo->first + 1) % FIFO_SIZE;
	fifo->count--;
	return byte;
}
