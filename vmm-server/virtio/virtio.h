/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The transport of a virtio device (Virtual I/O Device 1.2) over MMIO: registers, status, feature
 * negotiation, queues, interrupt. What the device does with its queues is in its own file.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <devices/model.h>
#include <virtio/queue.h>

/* The most queues of a device type. */
#define VIRTIO_QUEUES_MAX 10

struct virtio;

/* A type of device. */
struct virtio_type {
	/* Its number (5). */
	uint32_t id;
	/* What it offers, VIRTIO_F_VERSION_1 among it. */
	uint64_t features;
	/* What the driver can read of its configuration space, which never changes. */
	const void *config;
	uint32_t config_size;
	/* At most VIRTIO_QUEUES_MAX. */
	uint32_t queues;
	/*
	 * The driver may have put something into a queue. It is ready, and the driver live; called
	 * as well for each ready queue when the driver becomes so.
	 */
	void (*notify)(struct virtio *virtio, uint32_t queue);
	/* A queue is no longer in use, nor are its chains that were not done. */
	void (*stop)(struct virtio *virtio, uint32_t queue);
};

struct virtio {
	struct host *host;
	const struct virtio_type *type;
	uint32_t status;
	uint32_t interrupt_status;
	/* Which half of the features the registers show, and which queue. */
	uint32_t device_features_sel;
	uint32_t driver_features_sel;
	uint32_t queue_sel;
	/* What the driver accepts. */
	uint64_t driver_features;
	struct queue queues[VIRTIO_QUEUES_MAX];
};

/* Bytes of its registers, the configuration space among them. */
#define VIRTIO_SIZE 0x1000

/* Make it a device of the type; then to the state of power-on. */
void virtio_init(struct virtio *virtio, struct host *host, const struct virtio_type *type);
void virtio_reset(struct virtio *virtio);

/* An access to its registers, as a device model has it: the device is a struct virtio. */
bool virtio_access(void *device, struct access *access);

/*
 * A peer has signalled, the driver's doorbell or one of the device's own: the device is notified of each
 * live queue.
 */
void virtio_signal(struct virtio *virtio);

/*
 * For a device model's `driver` and `succeed`: the status that the driver has written; and a device whose driver has
 * written that, but which has lost all else: it needs a reset.
 */
uint64_t virtio_driver(const void *device);
void virtio_succeed(void *device, uint64_t driver);

/* Whether the device may use this queue, which is one of its type's. */
bool virtio_queue_live(const struct virtio *virtio, uint32_t queue);

/*
 * The oldest chain of a live queue. False: there is none, or the queue is broken; then the device
 * needs a reset, and nothing is live until it has come.
 */
bool virtio_next(struct virtio *virtio, uint32_t queue, struct queue_chain *chain);

/* The same for the chain that is `ahead` chains behind the oldest. */
bool virtio_ahead(struct virtio *virtio, uint32_t queue, uint16_t ahead, struct queue_chain *chain);

/* The device has failed: it needs a reset (2.1.2), and nothing is live until it has come. */
void virtio_fail(struct virtio *virtio);

/* The chain that virtio_next() gave is done, see queue_done(); the driver is told if it wants. */
void virtio_done(struct virtio *virtio, uint32_t queue, const struct queue_chain *chain,
		 uint32_t written);
