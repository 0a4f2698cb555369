/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server with a probe leaves in its memory: a test finds it by its first bytes (tests/system/probes.py).
 */
#pragma once

#include <stdint.h>

#define PROBE_NAME_SIZE   16
#define PROBE_CLASSES_MAX 8

struct probe {
	/* The 16 bytes that it is found by, written last. */
	uint64_t magic[2];
	/* The program. */
	char name[PROBE_NAME_SIZE];
	/* System calls, over each of which all registers were looked at. */
	uint64_t looks;
	/* By class, as far as it has a name: how often something was there that the program had not put there. */
	struct {
		char name[PROBE_NAME_SIZE];
		uint64_t foreign;
	} classes[PROBE_CLASSES_MAX];
};
