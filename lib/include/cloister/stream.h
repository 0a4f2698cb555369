/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte streams between two processes: the two ends of a `struct stream` (idl/serial.idl), one
 * producer, one consumer, in memory that both can write. The peer is hostile: each end keeps its
 * own count privately and takes an impossible count of the peer for a full (or an empty) ring, so
 * the worst that a peer can do is to stop the stream or to send other bytes. No function waits; all
 * are bounded by STREAM_SIZE.
 *
 * A side that wants to sleep until the peer has done something first says so (stream_await_data,
 * stream_await_room), and sleeps only if the answer is that there still is nothing. A side that has
 * written or read asks whether the peer wants a signal (stream_wakes_consumer,
 * stream_wakes_producer) and sends it. Kept to, no wake-up is lost and none is sent to a peer that
 * did not ask.
 */
#ifndef CLOISTER_STREAM_H
#define CLOISTER_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include <idl/serial.h>

struct stream_producer {
	struct stream *shared;
	/* Bytes ever written, modulo 2^32. */
	uint32_t produced;
};

struct stream_consumer {
	struct stream *shared;
	/* Bytes ever read, modulo 2^32. */
	uint32_t consumed;
};

/*
 * Take an end where it was left: at 0 in fresh memory, after a restart where the predecessor
 * stopped; after one that left a count that cannot be, where the peer is.
 */
void stream_producer_init(struct stream_producer *p, struct stream *shared);
void stream_consumer_init(struct stream_consumer *c, struct stream *shared);

/* Bytes that can be written now, 0 to STREAM_SIZE. */
uint32_t stream_room(const struct stream_producer *p);

/* Write up to `size` bytes; gives how many had room. */
uint32_t stream_write(struct stream_producer *p, const void *data, uint32_t size);

/*
 * After stream_write(): whether the consumer sleeps and is to be signalled, now, by the caller.
 * Asks once a sleep.
 */
bool stream_wakes_consumer(struct stream_producer *p);

/*
 * Before sleeping for room: ask the consumer for a signal. True if at least `wanted` bytes (1 to
 * STREAM_SIZE) have room already: then do not sleep. The signal comes after any reading, so
 * `wanted` may not be there yet: ask again.
 */
bool stream_await_room(struct stream_producer *p, uint32_t wanted);

/* Bytes that can be read now, 0 to STREAM_SIZE. */
uint32_t stream_available(const struct stream_consumer *c);

/* Read up to `size` bytes; gives how many there were. */
uint32_t stream_read(struct stream_consumer *c, void *data, uint32_t size);

/*
 * After stream_read(): whether the producer sleeps and is to be signalled, now, by the caller. Asks
 * once a sleep.
 */
bool stream_wakes_producer(struct stream_consumer *c);

/*
 * Before sleeping for data: ask the producer for a signal. True if there is data already: then do
 * not sleep.
 */
bool stream_await_data(struct stream_consumer *c);

#endif
