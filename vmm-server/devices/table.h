/* SPDX-License-Identifier: BSD-2-Clause */
/* A row of the table of an architecture's devices (<arch/devices.h>). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <idl/vmm.h>

#include <devices/model.h>

struct arch_device {
	/* NULL if there is no such model. */
	const struct device_model *model;
	/* Its place in struct vmm. */
	size_t state;
	/* See `vmm_event`. */
	uint64_t events;
};
