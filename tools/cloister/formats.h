/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readers of the file formats that images come in: ELF, gzip, and the header of Linux's Image.
 * The files are not trusted: every offset is checked. Functions that give text give what is wrong, in
 * words that follow the file's name, or NULL if all is well.
 */
#pragma once

#include "target.h"

#define ELF_SEGMENTS_MAX 16

/* Flags of segments (ELF specification, p_flags). */
#define ELF_EXECUTE 1u
#define ELF_WRITE   2u

/* A part of the file that is to be loaded; file_size <= memory_size, neither address wraps. */
struct elf_segment {
	uint64_t virtual_address;
	uint64_t physical_address;
	const uint8_t *data;
	uint64_t file_size;
	uint64_t memory_size;
	uint32_t flags;
};

struct elf {
	/* Virtual. */
	uint64_t entry;
	struct elf_segment segments[ELF_SEGMENTS_MAX];
	uint32_t count;
};

bool elf_is(struct blob file);

/* Reads a statically linked 64-bit program of the architecture. */
const char *elf_read(struct arena *arena, const struct target *target, struct blob file,
		     struct elf *elf);

bool gzip_is(struct blob file);

/* Decompresses the file's first gzip member, which may be at most `limit` bytes. */
const char *gzip_expand(struct arena *arena, struct blob file, size_t limit, struct blob *content);

/* Decompresses all gzip members from the file's start on, keeping nothing: is the file whole? */
const char *gzip_check(struct blob file);

/*
 * An Image of Linux (Documentation/arch/arm64/booting.rst, Documentation/arch/riscv/boot-image-header.rst).
 */
struct linux_image {
	/* Where it is to be loaded, from a 2 MiB boundary. */
	uint64_t text_offset;
	/* Memory that it takes from there, not below the size of the file. */
	uint64_t extent;
};

const char *linux_image_read(struct arena *arena, const struct target *target, struct blob file,
			     struct linux_image *image);
