/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Split virtqueues (Virtual I/O Device 1.2, 2.7), the device's side. This is the only place that
 * reads what a driver put into its rings: every count, index and address is checked here, a chain
 * is followed for at most as many descriptors as the queue has, and devices get vectors of memory
 * that is the guest's. A guest may still change the bytes in it at any time.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <memory.h>

/* The most descriptors that a queue can have; a power of two. */
#define QUEUE_SIZE_MAX 64

/* What a driver sets before it makes the queue ready. Addresses are guest-physical. */
struct queue_place {
	/* How many descriptors. */
	uint32_t size;
	/* The descriptor table, the available ring (driver area), the used ring (device area). */
	uint64_t descriptors;
	uint64_t available;
	uint64_t used;
};

struct queue {
	const struct memory *memory;
	struct queue_place place;
	bool ready;
	/* While it is ready: where the parts are in the server. */
	struct queue_descriptor *descriptors;
	struct queue_available *available;
	struct queue_used *used;
	/* Chains ever taken from the available ring, and ever put into the used ring. */
	uint16_t taken;
};

/* A piece of the guest's memory. */
struct queue_vector {
	uint8_t *data;
	uint32_t size;
};

/* A chain of descriptors: first `readable` vectors for the device to read, then those to write. */
struct queue_chain {
	uint16_t head;
	uint16_t readable;
	uint16_t count;
	struct queue_vector vectors[QUEUE_SIZE_MAX];
};

enum queue_state { QUEUE_EMPTY, QUEUE_CHAIN, QUEUE_BROKEN };

/* Not ready, and without a place: as after a reset. */
void queue_init(struct queue *queue, const struct memory *memory);

/*
 * Begin to use the rings where `queue->place` says. False: the size is no power of two up to
 * QUEUE_SIZE_MAX, or a part is not aligned (2.7) or not wholly in the guest's memory.
 */
bool queue_enable(struct queue *queue);

/*
 * Look at a chain that the driver made available: `ahead` chains behind the oldest, which stays the
 * oldest until queue_done(). QUEUE_BROKEN: what the driver put there is no chain.
 */
enum queue_state queue_look(const struct queue *queue, uint16_t ahead, struct queue_chain *chain);

/*
 * Give the oldest chain, as queue_look() found it, back to the driver, with `written` bytes from the start of
 * its writable vectors filled in.
 */
void queue_done(struct queue *queue, const struct queue_chain *chain, uint32_t written);

/* Whether the driver wants to be told of used chains (2.7.7). */
bool queue_wants_interrupt(const struct queue *queue);
