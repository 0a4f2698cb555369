/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device model may ask of the process that it is in. That is its guest's VMM (device.c) or a
 * device server, a process of its own; a model sees neither, and is compiled once for both. Each
 * instance of a device has a host for itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <idl/clock.h>
#include <idl/vmm.h>

#include <cloister/message.h>

struct channel;
struct memory;

struct host {
	/* The guest's memory, of which a device may see none: its size is 0 then. */
	const struct memory *memory;
	/* The device's lines to the console multiplexer. */
	const struct vmm_port *ports;
	uint32_t port_count;
	/* The channel between the two processes of a device, and the other's notification. */
	struct channel *channel;
	cap_t peer;
	/* The clock page, for a device that tells the time. */
	const struct clock_page *clock;
	/* The rest is for the functions below: the level of the interrupt; the clock. */
	bool line;
	uint64_t deadline;
};

/* The level of the device's interrupt has changed. For host_set_line() only. */
void host_drive_line(struct host *host);

/* The device's interrupt is up, or down; it is down at first. */
static inline void host_set_line(struct host *host, bool up)
{
	if (host->line == up)
		return;
	host->line = up;
	host_drive_line(host);
}

/*
 * Ask for the model's `expire` when the counter is at `when` or later (DEADLINE_NEVER: do not ask). A
 * device has one clock, which is not set at first and after a reset.
 */
void host_set_deadline(struct host *host, uint64_t when);

/* The guest has broken the rules of the device's queues. */
void host_report_queue(struct host *host);
