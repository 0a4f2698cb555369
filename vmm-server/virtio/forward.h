/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A virtio device whose transport is here, and whose model is in a device server that sees nothing of
 * the guest's memory: what a driver offers is copied into the buffers of a channel (idl/channel.idl),
 * what the server wrote there into the guest's memory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <cloister/message.h>

#include <devices/model.h>
#include <virtio/channel.h>
#include <virtio/console.h>
#include <virtio/virtio.h>

/* What was offered to the server, as it was. */
struct forward_request {
	uint32_t readable;
	uint32_t writable;
	/* It is the last part of its chain. */
	bool last;
};

struct forward_queue {
	/* 0 while the driver does not use the queue; whether the server has acknowledged it. */
	uint32_t generation;
	bool known;
	/* Requests that were offered, and of these those that were completed. */
	uint32_t offered;
	uint32_t completed;
	/* Chains that were offered to their end, and are not done. */
	uint32_t ahead;
	/* Bytes of the chain behind these that were offered already; of the oldest chain, those that the server is done with. */
	uint64_t sent;
	uint64_t done;
	struct forward_request requests[CHANNEL_REQUESTS];
};

struct forward {
	/* The first, so that an access to the device is one to it. */
	struct virtio virtio;
	struct virtio_type type;
	struct virtio_console_config config;
	struct channel *channel;
	cap_t server;
	/* The last of any queue. */
	uint32_t generation;
	struct forward_queue queues[CHANNEL_QUEUES];
};

/* A virtio console. A signal is the server's. */
extern const struct device_model forward_console_model;

/* A device server has broken the rules of its channel. For the process that has the device to tell. */
void forward_report(struct host *host);
