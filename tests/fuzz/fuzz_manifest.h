/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The bytes of a whole image. */
const uint8_t *manifest_image(size_t *size);
