/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SHA-256 (FIPS 180-4), in C; an architecture may do the blocks with instructions of its own. Reads
 * its input a byte at a time: with the MMU off, an unaligned access faults.
 */
#include "sha256.h"

#include <cloister/string.h>

/* FIPS 180-4, 4.2.2. */
static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

/* FIPS 180-4, 5.3.3. */
static const uint32_t initial[SHA256_STATE] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static uint32_t rotate(uint32_t x, unsigned int n)
{
	return x >> n | x << (32 - n);
}

static uint32_t big_endian(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void schedule(uint32_t w[64], const uint8_t *data)
{
	for (unsigned int t = 0; t < 16; t++, data += sizeof(uint32_t))
		w[t] = big_endian(data);
	for (unsigned int t = 16; t < 64; t++) {
		uint32_t a = w[t - 15];
		uint32_t b = w[t - 2];

		w[t] = w[t - 16] + w[t - 7] + (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) +
		       (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
}

/* One block; the names are those of FIPS 180-4, 6.2.2. */
static void compress(uint32_t state[SHA256_STATE], const uint32_t w[64])
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	for (unsigned int t = 0; t < 64; t++) {
		uint32_t t1 = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
			      ((e & f) ^ (~e & g)) + constants[t] + w[t];
		uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
			      ((a & b) ^ (a & c) ^ (b & c));

		h = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void sha256_blocks(uint32_t state[SHA256_STATE], const uint8_t *data, size_t count)
{
	uint32_t w[64];

	for (; count--; data += SHA256_BLOCK) {
		schedule(w, data);
		compress(state, w);
	}
}

/* The rest of the data with the padding of FIPS 180-4, 5.1.1: one block, or two. */
static void finish(uint32_t state[SHA256_STATE], const uint8_t *rest, size_t size)
{
	uint8_t last[2 * SHA256_BLOCK] = { 0 };
	size_t length = size % SHA256_BLOCK;
	size_t count = length + 1 + sizeof(uint64_t) > SHA256_BLOCK ? 2 : 1;
	uint64_t bits = (uint64_t)size * 8;

	memcpy(last, rest, length);
	last[length] = 0x80;
	for (unsigned int i = 1; i <= sizeof(bits); i++, bits >>= 8)
		last[count * SHA256_BLOCK - i] = (uint8_t)bits;
	arch_sha256_blocks(state, last, count);
}

void sha256(const void *data, size_t size, uint8_t digest[SHA256_DIGEST])
{
	size_t whole = size / SHA256_BLOCK;
	uint32_t state[SHA256_STATE];

	memcpy(state, initial, sizeof(state));
	arch_sha256_blocks(state, data, whole);
	finish(state, (const uint8_t *)data + whole * SHA256_BLOCK, size);
	for (unsigned int i = 0; i < SHA256_DIGEST; i++)
		digest[i] = (uint8_t)(state[i / 4] >> (24 - i % 4 * 8));
}
