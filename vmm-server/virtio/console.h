/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtio console (Virtual I/O Device 1.2, 5.3), each of its ports on a line of its own to the
 * console multiplexer. Port 0 is a console; of the others a driver that does not agree on
 * VIRTIO_CONSOLE_F_MULTIPORT knows nothing. Nothing is lost in either direction: with the line full
 * the driver's chains wait, with no chain to fill, and with the port closed, the line does.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/vmm.h>

#include <cloister/message.h>
#include <cloister/stream.h>

#include <devices/model.h>
#include <virtio/virtio.h>

/* The queues of port 0, and those of the control messages; the other ports' follow (5.3.2). */
#define CONSOLE_RECEIVE          0
#define CONSOLE_TRANSMIT         1
#define CONSOLE_CONTROL_RECEIVE  2
#define CONSOLE_CONTROL_TRANSMIT 3

struct virtio_port {
	struct stream_producer out;
	struct stream_consumer in;
	cap_t notify;
	/* Bytes of the oldest chain for output that are in the line already. */
	uint64_t sent;
	/* Told to the driver; filled with NULs. */
	const char *name;
	/* The rest is the control queues'. The driver has heard of the port; it has opened it. */
	bool added;
	bool open;
	/* What the driver has still to be told of it: events, by their numbers. */
	uint32_t unsaid;
};

/* The configuration space (5.3.4); without VIRTIO_CONSOLE_F_SIZE only the last counts. */
struct virtio_console_config {
	uint16_t cols;
	uint16_t rows;
	uint32_t max_nr_ports;
};

struct virtio_console {
	/* The first, so that an access to the console is one to it. */
	struct virtio virtio;
	struct virtio_type type;
	struct virtio_console_config config;
	uint32_t port_count;
	struct virtio_port ports[VMM_PORTS_MAX];
};

extern const struct device_model virtio_console_model;

/*
 * What a driver sees of a console with these ports: its number, features, queues and configuration
 * space. False: a console cannot have so many.
 */
bool virtio_console_describe(struct virtio_type *type, struct virtio_console_config *config,
			     uint32_t ports);
