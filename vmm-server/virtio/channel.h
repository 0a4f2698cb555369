/* SPDX-License-Identifier: BSD-2-Clause */
/* What both ends of a channel (idl/channel.idl) do with the memory that they share. */
#pragma once

#include <stdint.h>

#include <idl/channel.h>

_Static_assert(sizeof(struct channel) <= CHANNEL_BUFFERS, "the buffers lie behind the counts");
_Static_assert((CHANNEL_REQUESTS & (CHANNEL_REQUESTS - 1)) == 0,
	       "counts wrap at 2^32, places at CHANNEL_REQUESTS");

/* The peer may change a word at any time: each is read once. */
#define CHANNEL_READ(field)         __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define CHANNEL_WRITE(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELAXED)
/* A count, after which what it counts is read; or before which it was written. */
#define CHANNEL_ACQUIRE(field)        __atomic_load_n(&(field), __ATOMIC_ACQUIRE)
#define CHANNEL_RELEASE(field, value) __atomic_store_n(&(field), value, __ATOMIC_RELEASE)
/*
 * Between an end's store of one word (that it awaits, or a count) and its load of the other's: one of
 * the two sees what the other has stored.
 */
#define CHANNEL_FENCE() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* The buffer of a request. */
static inline uint8_t *channel_buffer(struct channel *channel, uint32_t queue, uint32_t request)
{
	uint64_t place = (uint64_t)queue * CHANNEL_REQUESTS + request % CHANNEL_REQUESTS;

	return (uint8_t *)channel + CHANNEL_BUFFERS + place * CHANNEL_BUFFER_SIZE;
}
