/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device whose model is in a device server, as the guest's VMM has it on its bus. What the hardware decodes
 * of the guest's accesses goes there by a window and never comes here; the rest is forwarded. The
 * state is the VMM's struct device.
 */
#pragma once

#include <devices/model.h>

extern const struct device_model isolated_model;
