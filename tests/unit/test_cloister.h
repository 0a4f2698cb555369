/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the host tool share: files without names, a stand-in for the build folder with small
 * programs, and images of guests.
 */
#pragma once

#include "description.h"
#include "plan.h"

#include <check.h>

/* A session of the tool on a description given as text. */
struct bench {
	/* What bench_elf(), bench_linux() and bench_make() make things for: AArch64, unless a test says otherwise. */
	const struct target *target;
	struct arena arena;
	struct errors errors;
	struct inputs inputs;
	struct description description;
	struct plan plan;
	struct blob image;
	/* A temporary folder: the description's, the build's and that of images. */
	char folder[64];
};

/* Makes the folder, with the boards of the checkout and small programs in it. */
void bench_begin(struct bench *bench);
void bench_end(struct bench *bench);

/* Puts the board, the loader and the programs of an architecture into the folder, and makes it the bench's. */
void bench_target(struct bench *bench, const struct target *target);

/* Puts a file into the folder, with the folders that its name has. */
void bench_file(struct bench *bench, const char *name, const void *content, size_t size);

/* Reads a description; gives the number of errors. A second call begins anew. */
size_t bench_read(struct bench *bench, const char *description, size_t size);

/* Plans what was read and makes the image; false with the errors in the bench. */
bool bench_make(struct bench *bench, bool root_only);

/* An ELF file with segments of `flags` that hold `size` bytes each, from `address` on, a page apart. */
struct blob bench_elf(struct bench *bench, uint64_t address, const uint32_t *flags, uint32_t count,
		      uint64_t size, uint64_t memory);

/* A Linux Image of `size` bytes that takes `extent`. */
struct blob bench_linux(struct bench *bench, size_t size, uint64_t extent);

/* Numbers that look random, the same in every run. */
uint32_t bench_random(void);

/*
 * Reads the bench's image and carries its manifest out in mind; gives the manifest. manifest_check_base() is for
 * an image with a program in the root server's place, which has no records.
 */
const struct manifest *manifest_check(struct bench *bench);
const struct manifest *manifest_check_base(struct bench *bench);

/* Checks that each process of a manifest that manifest_check() has read can be taken away and made again. */
void rebuild_check(struct arena *arena, const struct manifest *manifest);

extern Suite *formats_suite(void);
extern Suite *document_suite(void);
extern Suite *tree_suite(void);
extern Suite *plan_suite(void);
extern Suite *plan_device_suite(void);
