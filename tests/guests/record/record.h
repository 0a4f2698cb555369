/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a guest that is watched from outside leaves in its memory: a test finds it by its first
 * bytes (tests/system/watched.py).
 */
#pragma once

#include <stdint.h>

struct record {
	/* The 16 bytes that it is found by, written last. Then who it is of: a text of 8 bytes. */
	uint64_t magic[2];
	char name[8];
	/* Rounds of its work, or whatever else the guest does for ever. */
	uint64_t count;
	/* Of a worker: the result of its first round, and how many rounds had another one. */
	uint64_t result;
	uint64_t different;
	/* The counter when the first round began; of a worker, when the last one ended. */
	uint64_t begin;
	uint64_t end;
};

extern volatile struct record record;

/* Fills in name, cut to 8 bytes, and magic; the rest of a record is zero at the guest's start. */
void record_start(const char *name);
