/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device model is to the rest of the server. Each architecture has one table of them,
 * <arch/devices.h>.
 */
#pragma once

struct vmm;
struct vmm_device;

struct device_model {
	/*
	 * Take the place that the configuration gives: NULL, or what is wrong with it. Each model
	 * is there once.
	 */
	const char *(*attach)(struct vmm *vmm, const struct vmm_device *device);
	/* To the state of power-on. */
	void (*reset)(struct vmm *vmm);
};
