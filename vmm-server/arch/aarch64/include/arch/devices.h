/* SPDX-License-Identifier: BSD-2-Clause */
/* All devices that a guest of this architecture can have. */
#pragma once

#include <devices/table.h>

#define ARCH_DEVICE_KINDS (VMM_DEVICE_CONSOLE_COPY + 1)

/* Of these, the interrupt controller: it is no device model, but has to do with vCPUs. */
#define ARCH_INTERRUPT_CONTROLLER VMM_DEVICE_GICV3

/* By `vmm_device_kind`. */
extern const struct arch_device arch_devices[ARCH_DEVICE_KINDS];
