/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host tool: any bytes as a description. It says what is wrong, in plain lines, or it makes an image, and then that is one
 * that the loader, the kernel and the root server can carry out.
 */
#include "test_cloister.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* The folder with the boards, the programs and the images that descriptions may name. */
static struct bench folder;

static void end_folder(void)
{
	bench_end(&folder);
}

static void add_image(const char *name)
{
	struct blob content;

	ck_assert_ptr_null(file_read(&folder.arena,
				     arena_print(&folder.arena, "%s/%s", FUZZ_IMAGES, name), MIB,
				     &content));
	bench_file(&folder, name, content.data, content.size);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char *const images[] = {
		"Image",     "Image.gz",    "program.elf",  "code.bin",
		"initrd.gz", "tree.dtb",    "empty",        "damaged/Image.gz",
		"cells.dtb", "overlap.elf", "offset/Image", "damaged/program.elf",
	};

	(void)argc;
	(void)argv;
	setenv("CLOISTER_SOURCE", FUZZ_SOURCE, 1);
	bench_begin(&folder);
	atexit(end_folder);
	for (size_t i = 0; i < ARRAY_SIZE(images); i++)
		add_image(images[i]);
	return 0;
}

/* What is printed are lines for a terminal. */
static void check_errors(struct errors *errors)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	errors_print(errors, out);
	fclose(out);
	ck_assert(size > 0 && text[size - 1] == '\n');
	for (size_t i = 0; i < size; i++)
		ck_assert((unsigned char)text[i] >= ' ' ? text[i] != 0x7f : text[i] == '\n');
	free(text);
}

static void check_image(struct bench *bench)
{
	if (!bench_make(bench, false)) {
		check_errors(&bench->errors);
		return;
	}
	rebuild_check(&bench->arena, manifest_check(bench));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bench bench = folder;

	bench.arena = (struct arena){ .blocks = NULL };
	if (bench_read(&bench, (const char *)data, size))
		check_errors(&bench.errors);
	else
		check_image(&bench);
	description_close(&bench.description);
	arena_free(&bench.arena);
	return 0;
}
