/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header of Linux's Image (Documentation/arch/arm64/booting.rst, section 4, and
 * Documentation/arch/riscv/boot-image-header.rst, which is the same as far as it is read here), and names for what else
 * people have in files that are called kernel. The header does not say how long the file is; where
 * the Image is also an EFI program, the section table of that tells whether it is whole.
 */
#include "formats.h"

#include <string.h>

#define HEADER_SIZE     64
#define TEXT_OFFSET_AT  8
#define IMAGE_SIZE_AT   16
#define FLAGS_AT        24
#define MAGIC_AT        56
#define MAGIC_SIZE      4
#define FLAG_BIG_ENDIAN 1u

/* PE/COFF (Microsoft PE Format, "COFF File Header" and "Section Table"). */
#define PE_OFFSET_AT    0x3c
#define PE_HEADER_SIZE  24
#define PE_SECTION_SIZE 40

struct magic {
	size_t offset;
	const char *bytes;
	size_t size;
	const char *words;
};

/* Kernels of others: the words are their architecture's name. */
static const struct magic foreign[] = {
	{ MAGIC_AT, "ARM\x64", MAGIC_SIZE, "AArch64" },
	{ MAGIC_AT, "RSC\x05", MAGIC_SIZE, "RISC-V" },
	{ 0x202, "HdrS", 4, "x86" },
	{ 0x24, "\x18\x28\x6f\x01", 4, "32-bit Arm" },
};

static const struct magic wrapped[] = {
	{ 4, "zimg", 4,
	  "is an EFI zboot kernel, which cannot be loaded directly (give the Image inside it)" },
	{ 0, "\x27\x05\x19\x56", 4, "is a U-Boot image (give the Image inside it)" },
	{ 0,
	  "\xfd"
	  "7zXZ",
	  5, "is compressed with xz (decompress it, or use gzip)" },
	{ 0, "\x28\xb5\x2f\xfd", 4, "is compressed with zstd (decompress it, or use gzip)" },
};

static bool has_magic(struct blob file, size_t offset, const char *bytes, size_t size)
{
	return lies_in(offset, size, 0, file.size) && memcmp(file.data + offset, bytes, size) == 0;
}

static const struct magic *find_magic(struct blob file, const struct magic *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (has_magic(file, list[i].offset, list[i].bytes, list[i].size))
			return &list[i];
	return NULL;
}

static const char *what_else(struct arena *arena, const struct target *target, struct blob file)
{
	const struct magic *magic = find_magic(file, foreign, ARRAY_SIZE(foreign));

	if (magic)
		return arena_print(arena, "is a kernel for another architecture (%s), not %s",
				   magic->words, target->words);
	magic = find_magic(file, wrapped, ARRAY_SIZE(wrapped));
	if (magic)
		return magic->words;
	return arena_print(arena, "is not a kernel: neither %s (plain or gzip) nor an ELF file",
			   target->image_words);
}

static bool is_whole(struct blob file)
{
	uint32_t pe = read_le32(file.data + PE_OFFSET_AT);
	uint32_t sections;
	uint64_t at;

	if (!has_magic(file, 0, "MZ", 2))
		return true;
	if (!lies_in(pe, PE_HEADER_SIZE, 0, file.size))
		return false;
	if (!has_magic(file, pe, "PE\0\0", 4))
		return true;
	sections = read_le16(file.data + pe + 6);
	at = (uint64_t)pe + PE_HEADER_SIZE + read_le16(file.data + pe + 20);
	for (uint32_t i = 0; i < sections; i++, at += PE_SECTION_SIZE)
		if (!lies_in(at, PE_SECTION_SIZE, 0, file.size) ||
		    !lies_in(read_le32(file.data + at + 20), read_le32(file.data + at + 16), 0,
			     file.size))
			return false;
	return true;
}

const char *linux_image_read(struct arena *arena, const struct target *target, struct blob file,
			     struct linux_image *image)
{
	uint64_t size;

	if (!has_magic(file, MAGIC_AT, target->image_magic, MAGIC_SIZE))
		return what_else(arena, target, file);
	if (file.size < HEADER_SIZE)
		return "is truncated: its Image header is not whole";
	if (read_le64(file.data + FLAGS_AT) & FLAG_BIG_ENDIAN)
		return "is a big-endian kernel, and guests start little-endian";
	size = read_le64(file.data + IMAGE_SIZE_AT);
	if (size == 0)
		return "has no size in its Image header (a kernel before Linux 3.17)";
	if (!is_whole(file))
		return arena_print(arena, "is truncated: it has %zu bytes, its sections need more",
				   file.size);
	image->text_offset = read_le64(file.data + TEXT_OFFSET_AT);
	image->extent = size < file.size ? file.size : size;
	return NULL;
}
