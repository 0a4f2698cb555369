/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tool's subcommands and their options.
 */
#pragma once

#include "description.h"

enum command { COMMAND_CHECK, COMMAND_BUILD, COMMAND_RUN };

#define IMAGE_FOLDERS_MAX 16

/* The command line, read. */
struct options {
	enum command command;
	const char *description;
	const char *image_folders[IMAGE_FOLDERS_MAX];
	size_t image_folder_count;
	/* NULL: the build folder that the tool itself is in. */
	const char *programs;
	/* The program that runs in the root server's place, or NULL. */
	const char *root;
	const char *output;
	/* An image built before, to be run. */
	const char *image;
	const char *cpu;
	const char *qemu;
	bool icount;
	bool verbose;
	bool seeded;
	uint64_t seed;
	/* What follows "--": arguments for QEMU. */
	char **qemu_arguments;
	size_t qemu_argument_count;
};

/* Each gives the tool's exit status: 0, or 1 with the errors on standard error. */
int command_check(const struct options *options);
int command_build(const struct options *options);
int command_run(const struct options *options);

/* run.c */

/*
 * Runs an image in the board's QEMU, waits for its end, and gives the exit status: QEMU's own, 1 with a
 * message when it could not be started.
 */
int qemu_run(struct arena *arena, const struct options *options, const struct board *board,
	     struct blob image, uint64_t memory);
