/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256, and the random numbers that guests are given: from the host, or from a seed so that an image can
 * be built again to the bit.
 */
#pragma once

#include "description.h"

#define DIGEST_SIZE 32

void digest(struct blob content, uint8_t sha256[DIGEST_SIZE]);

/* Random bytes for one use, at most DIGEST_SIZE; of a seed, different ones for each guest and use. */
void random_bytes(const struct inputs *inputs, const char *guest, const char *use, uint8_t *bytes,
		  size_t size);
