/* SPDX-License-Identifier: BSD-2-Clause */
/* A driver's side of a split virtqueue, in the memory of the guest that the tests play. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Of a descriptor (Virtual I/O Device 1.2, 2.7.5). */
#define RING_NEXT     1
#define RING_WRITE    2
#define RING_INDIRECT 4

/* Where a ring's parts are from its base. */
#define RING_AVAILABLE 0x800
#define RING_USED      0x1000

struct ring {
	/* Guest-physical, in memory. */
	uint64_t base;
	uint16_t size;
	/* Chains made available, and found used. */
	uint16_t offered;
	uint16_t seen;
};

void ring_describe(const struct ring *ring, uint32_t index, uint64_t address, uint32_t size,
		   uint16_t flags, uint16_t next);

/* Put an entry into the available ring; then show it and all before it to the device. */
void ring_put(struct ring *ring, uint16_t head);
void ring_show(const struct ring *ring);

/* Both, for a single descriptor that stands in its own place. */
void ring_offer(struct ring *ring, uint16_t head, uint64_t address, uint32_t size, uint16_t flags);

/* Do not interrupt for used chains. */
void ring_silence(const struct ring *ring, bool silent);

/* Take the next used chain; false if there is none. */
bool ring_take(struct ring *ring, uint32_t *head, uint32_t *written);

/* Numbers that look random, the same in every run. */
uint32_t ring_random(void);
