/* SPDX-License-Identifier: BSD-2-Clause */
/* All devices that a guest of this architecture can have. */
#pragma once

#include <idl/vmm.h>

#include <devices/model.h>

#define ARCH_DEVICE_KINDS (VMM_DEVICE_POWER_BUTTON + 1)

/* By `vmm_device_kind`; NULL where there is no such kind. */
extern const struct device_model *const arch_device_models[ARCH_DEVICE_KINDS];
