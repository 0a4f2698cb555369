/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A driver's side of a split virtqueue, in the memory of the guest that the tests play; and the
 * driver of a whole device, which has its queues there too.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <virtio/registers.h>
#include <virtio/virtio.h>

#include "test_vmm_fixture.h"

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

/* The queues of the device, one behind the other. */
#define DRIVER_RINGS      (MEMORY_BASE + 0x10000)
#define DRIVER_RING_SPACE 0x1400
#define DRIVER_RING_SIZE  8

/* The status of a driver on its way, and at the end of it. */
#define FOUND (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER)
#define LIVE  (FOUND | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK)

extern struct ring driver_rings[VIRTIO_QUEUES_MAX];

/* Registers; two of them for an address. */
uint32_t driver_reg(uint64_t offset);
void driver_set(uint64_t offset, uint32_t value);
void driver_set_wide(uint64_t offset, uint64_t value);

void driver_accept(uint64_t features);

/* Make a queue ready, empty. */
void driver_queue(uint32_t index);

/*
 * From a reset on as a driver does, with the first `queues` of the queues, up to what is still to
 * come: DRIVER_OK (3.1.1).
 */
void driver_prepare(uint64_t features, uint32_t queues);

void driver_kick(uint32_t queue);

/* The next chain that came back, which must be there; whether there is none. */
uint32_t driver_take(uint32_t queue, uint32_t head);
bool driver_none(uint32_t queue);
