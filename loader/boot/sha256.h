/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 (FIPS 180-4). */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_DIGEST 32
#define SHA256_BLOCK  64
#define SHA256_STATE  8

/* Work `count` blocks of SHA256_BLOCK bytes into the state, in plain C. */
void sha256_blocks(uint32_t state[SHA256_STATE], const uint8_t *data, size_t count);

/* The same, as fast as the processor can; the architecture's. */
void arch_sha256_blocks(uint32_t state[SHA256_STATE], const uint8_t *data, size_t count);

/* The digest of `size` bytes (below 2^61). */
void sha256(const void *data, size_t size, uint8_t digest[SHA256_DIGEST]);

#endif
