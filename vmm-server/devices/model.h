/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device model is to the process that it is in: a table of functions, each of which gets the
 * state of one instance.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <bus.h>
#include <devices/host.h>

struct device_model {
	/* Bytes of its registers. */
	uint64_t size;
	/*
	 * First of all, with the state all zero: NULL, or what is wrong with what the process has for
	 * it. The host is the device's from then on.
	 */
	const char *(*init)(void *device, struct host *host);
	/* To the state of power-on. Before any of the others. */
	void (*reset)(void *device);
	/* One access of the guest to its registers; false: the device answers with a bus error. */
	bool (*access)(void *device, struct access *access);
	/* A peer has signalled, whatever that may mean; there may be nothing to do. */
	void (*signal)(void *device);
	/* The deadline that it asked for has come; NULL if it never asks. */
	void (*expire)(void *device);
	/* The guest ends: tell peers what they have not been told yet. NULL if there is never such a thing. */
	void (*flush)(void *device);
	/*
	 * What its driver has made of it, not 0 once there is one, and the same for the successor of a model that
	 * died under its driver, which is told behind a reset. NULL if no driver need know.
	 */
	uint64_t (*driver)(const void *device);
	void (*succeed)(void *device, uint64_t driver);
};
