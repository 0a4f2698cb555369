/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtio console (Virtual I/O Device 1.2, 5.3) with one port, on a line of its own to the
 * console multiplexer. Nothing is lost in either direction: with the line full the driver's chains
 * wait, with no chain to fill the line does.
 */
#pragma once

#include <stdint.h>

#include <cloister/message.h>
#include <cloister/stream.h>

#include <devices/model.h>
#include <virtio/virtio.h>

struct virtio_console {
	struct virtio virtio;
	struct stream_producer out;
	struct stream_consumer in;
	cap_t notify;
	/* Bytes of the oldest chain for output that are in the line already. */
	uint64_t sent;
};

extern const struct device_model virtio_console_model;

/* The other end of the line signalled: there is input, or room. */
void virtio_console_event(struct virtio_console *console);
