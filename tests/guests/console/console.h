/* SPDX-License-Identifier: BSD-2-Clause */
/* The least driver of a virtio-console. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Agrees with the device, and makes its queue for output. */
void virtio_console_start(void);

/* Writes one buffer, and returns when the device has taken all of it. */
void virtio_console_write(const void *data, uint32_t size);
