/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nettle's SHA-256 over whole contents, and seeds for guests.
 */
#include "random.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

void digest(struct blob content, uint8_t sha256[DIGEST_SIZE])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, content.size, content.data);
	sha256_digest(&context, DIGEST_SIZE, sha256);
}

void random_bytes(const struct inputs *inputs, const char *guest, const char *use, uint8_t *bytes,
		  size_t size)
{
	uint8_t sha256[DIGEST_SIZE];
	char *text;

	if (!inputs->seeded) {
		/* Up to 256 bytes come whole, and without a wait once the host has booted. */
		if (getrandom(bytes, size, 0) != (ssize_t)size) {
			perror("cloister: getrandom");
			exit(1);
		}
		return;
	}
	text = arena_print(inputs->errors->arena, "%llu %s %s", (unsigned long long)inputs->seed,
			   guest, use);
	digest((struct blob){ (const uint8_t *)text, strlen(text) }, sha256);
	memcpy(bytes, sha256, size);
}
