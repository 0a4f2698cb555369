/* SPDX-License-Identifier: BSD-2-Clause */
/* All devices that a guest of this architecture can have. */
#pragma once

#include <idl/vmm.h>

#include <stddef.h>

#include <devices/model.h>

#define ARCH_DEVICE_KINDS (VMM_DEVICE_CONSOLE_COPY + 1)

/* Of these, the interrupt controller: it is no device model, but has to do with vCPUs. */
#define ARCH_INTERRUPT_CONTROLLER VMM_DEVICE_GICV3

struct arch_device {
	/* NULL if there is no such model. */
	const struct device_model *model;
	/* Its place in struct vmm. */
	size_t state;
	/* See `vmm_event`. */
	uint64_t events;
};

/* By `vmm_device_kind`. */
extern const struct arch_device arch_devices[ARCH_DEVICE_KINDS];
