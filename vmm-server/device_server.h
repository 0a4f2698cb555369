/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device server: one device model, of the same sources as in a VMM, in a process of its own. It has no
 * time but what a call lends it or its notification has, and knows nothing of its guest but the
 * accesses to the device and, if the description says so, the guest's memory.
 */
#pragma once

#include <idl/device.h>

#include <cloister/log.h>
#include <cloister/message.h>

#include <devices/goldfish_rtc.h>
#include <devices/host.h>
#include <devices/model.h>
#include <devices/pl031.h>
#include <memory.h>
#include <virtio/console.h>

struct device_server {
	const struct device_config *config;
	struct log log;
	struct memory memory;
	struct host host;
	/* What outlives the process. */
	struct device_state *kept;
	const struct device_model *model;
	/* What broke rules, and at how many of them the next line is written. */
	uint64_t violations;
	uint64_t next_line;
	union {
		struct virtio_console virtio_console;
		struct pl031 pl031;
		struct goldfish_rtc goldfish_rtc;
	} state;
};

/*
 * Make the model that the configuration names, at power-on or as the successor of one whose driver was
 * live. NULL, or what is wrong with the configuration.
 */
const char *device_server_init(struct device_server *server, const struct device_config *config);

/* Handle one message; where an answer is owed, it stands in its place. */
void device_server_handle(struct device_server *server, struct message *m);
