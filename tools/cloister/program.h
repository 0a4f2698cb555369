/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs of the target: ELF files of the build, made flat for the image. What is only read is mapped from
 * the image as it stands there; what is written is copied into memory of its own when the program starts.
 */
#pragma once

#include "plan.h"

/* A segment, widened to whole pages. */
struct program_segment {
	uint64_t address;
	uint64_t size;
	/* Where its bytes begin in the component, and how many there are; behind them all is zero. */
	uint64_t offset;
	uint64_t content;
	/* See `rights`. */
	uint32_t rights;
};

struct program {
	const char *name;
	uint32_t component;
	uint64_t entry;
	struct program_segment segments[SEGMENTS_MAX];
	uint32_t count;
};

/*
 * Reads a program for processes and adds it as a component `name`, once however often it is wanted; NULL with the
 * error reported.
 */
const struct program *program_load(struct plan *plan, const char *name, const char *path);

/*
 * Reads the root server, which runs in place: all its segments have their whole size in the image, and
 * must be in the 2 MiB from ROOT_PROGRAM on.
 */
const struct program *program_load_root(struct plan *plan, const char *path);

/* Reads the kernel into one component that is copied to its place and entered at its first byte. */
bool program_load_kernel(struct plan *plan, const char *path, uint32_t *component);
