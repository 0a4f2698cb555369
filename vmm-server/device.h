/* SPDX-License-Identifier: BSD-2-Clause */
/* The guest's devices whose models are in the VMM itself: each with its host. */
#pragma once

#include <stdint.h>

#include <devices/host.h>
#include <devices/model.h>

struct vmm;
struct vmm_device;

struct device {
	struct host host;
	struct vmm *vmm;
	const struct vmm_device *config;
	const struct device_model *model;
	void *state;
	/* The bits of the VMM's event notification that are for it. */
	uint64_t events;
};

/* Put a device at the place that the configuration gives: NULL, or what is wrong with it. */
const char *device_attach(struct vmm *vmm, const struct vmm_device *config);

/* All devices to the state of power-on. */
void device_reset_all(struct vmm *vmm);

/* The guest ends: what devices have kept to say later is said. */
void device_flush_all(struct vmm *vmm);

/* Signals have come, or a deadline: tell the devices that they are for. */
void device_events(struct vmm *vmm, uint64_t events, uint64_t now);
