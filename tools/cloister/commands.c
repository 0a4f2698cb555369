/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check, build and run: from a description to errors, an image, or a machine.
 */
#include "commands.h"

#include "image.h"
#include "plan.h"

#include <stdio.h>
#include <unistd.h>

#define IMAGE_MAX (8 * GIB)

/* A seed for machines that count instructions, so that two runs are the same. */
#define ICOUNT_SEED 1

/* One run of the tool. */
struct session {
	struct arena arena;
	struct errors errors;
	struct inputs inputs;
	struct description description;
	struct plan plan;
	struct blob image;
};

/* The build folder: the tool is in tools/cloister/ of it. */
static const char *own_build_folder(struct arena *arena)
{
	char path[4096];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length < 0)
		return ".";
	path[length] = '\0';
	return file_beside(arena, path, "../..");
}

/* Reads the description; false if there are errors. */
static bool begin(struct session *s, const struct options *options)
{
	s->errors.arena = &s->arena;
	s->inputs = (struct inputs){
		.errors = &s->errors,
		.image_folders = options->image_folders,
		.image_folder_count = options->image_folder_count,
		.programs = options->programs ? options->programs : own_build_folder(&s->arena),
		.seeded = options->seeded || options->icount,
		.seed = options->seeded ? options->seed : ICOUNT_SEED,
	};
	description_read(&s->description, &s->inputs, options->description);
	return s->errors.count == 0;
}

static bool make(struct session *s, const struct options *options)
{
	const char *programs = s->inputs.programs;

	plan_init(&s->plan, &s->description, &s->errors);
	return plan_system(&s->plan, programs, options->root) &&
	       image_make(&s->plan,
			  arena_print(&s->arena, "%s/loader/boot/loader.%s.bin", programs,
				      s->description.board.target->name),
			  &s->image);
}

static int finish(struct session *s, int status)
{
	errors_print(&s->errors, stderr);
	if (s->errors.count)
		status = 1;
	description_close(&s->description);
	arena_free(&s->arena);
	return status;
}

int command_check(const struct options *options)
{
	struct session s = { .arena = { NULL } };

	begin(&s, options);
	return finish(&s, 0);
}

int command_build(const struct options *options)
{
	struct session s = { .arena = { NULL } };
	const char *error;

	if (begin(&s, options) && make(&s, options)) {
		error = file_write(&s.arena, options->output, s.image);
		if (error)
			error_in_file(&s.errors, options->output,
				      "the image cannot be written: %s\ngive another place with -o",
				      error);
		else
			printf("%s: %llu KiB, for a machine with %llu MiB\n", options->output,
			       (unsigned long long)(s.image.size / KIB),
			       (unsigned long long)(s.plan.memory / MIB));
	}
	return finish(&s, 0);
}

/* Takes an image that was built before. */
static bool take_image(struct session *s, const struct options *options)
{
	const char *error = file_read(&s->arena, options->image, IMAGE_MAX, &s->image);

	if (!error)
		error = image_memory(s->image, s->description.board.memory_address,
				     &s->plan.memory);
	if (error)
		error_in_file(&s->errors, options->image, "the image %s\nbuild it again", error);
	return !error;
}

int command_run(const struct options *options)
{
	struct session s = { .arena = { NULL } };
	int status = 1;

	if (begin(&s, options) && (options->image ? take_image(&s, options) : make(&s, options)))
		status = qemu_run(&s.arena, options, &s.description.board, s.image, s.plan.memory);
	return finish(&s, status);
}
