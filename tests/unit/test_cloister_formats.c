/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readers of file formats: what they take, and that no file, however it is cut or changed, makes them do
 * more than refuse it (the sanitizers see the rest).
 */
#include "test_cloister.h"

#include "formats.h"

#include <elf.h>
#include <string.h>
#include <zlib.h>

static const uint32_t three[] = { PF_R | PF_X, PF_R, PF_R | PF_W };

static struct bench bench;

static void begin(void)
{
	bench = (struct bench){ .target = &target_aarch64 };
}

static void end(void)
{
	arena_free(&bench.arena);
}

/* A copy that ends where its memory ends, so that a read beyond is seen. */
static struct blob copy_of(struct arena *arena, struct blob file, size_t size)
{
	uint8_t *copy = arena_alloc(arena, size);

	memcpy(copy, file.data, size);
	return (struct blob){ copy, size };
}

static void change(struct blob file)
{
	for (uint32_t i = bench_random() % 4 + 1; i > 0; i--)
		((uint8_t *)file.data)[bench_random() % file.size] = (uint8_t)bench_random();
}

static struct blob gzip_of(struct blob content)
{
	uint8_t *packed = arena_alloc(&bench.arena, content.size + 1000);
	z_stream stream = { .next_in = (uint8_t *)content.data,
			    .avail_in = (uInt)content.size,
			    .next_out = packed,
			    .avail_out = (uInt)content.size + 1000 };

	deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	ck_assert_int_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return (struct blob){ packed, stream.total_out };
}

START_TEST(elf_segments)
{
	struct blob file = bench_elf(&bench, 0x200000, three, 3, 100, 5000);
	struct elf elf;

	ck_assert_ptr_null(elf_read(&bench.arena, &target_aarch64, file, &elf));
	ck_assert_uint_eq(elf.count, 3);
	ck_assert_uint_eq(elf.entry, 0x200000);
	ck_assert_uint_eq(elf.segments[1].virtual_address, 0x202000);
	ck_assert_uint_eq(elf.segments[1].file_size, 100);
	ck_assert_uint_eq(elf.segments[1].memory_size, 5000);
	ck_assert_uint_eq(elf.segments[1].data[0], 'B');
}
END_TEST

START_TEST(elf_hostile)
{
	struct blob file = bench_elf(&bench, 0x200000, three, 3, 100, 5000);
	struct elf elf;

	for (size_t size = 4; size < file.size; size++) {
		struct arena arena = { NULL };

		ck_assert_ptr_nonnull(
			elf_read(&arena, &target_aarch64, copy_of(&arena, file, size), &elf));
		arena_free(&arena);
	}
	for (uint32_t i = 0; i < 20000; i++) {
		struct arena arena = { NULL };
		struct blob copy = copy_of(&arena, file, file.size);

		change((struct blob){ copy.data, 64 + 3 * 56 });
		if (!elf_read(&arena, &target_aarch64, copy, &elf))
			for (uint32_t s = 0; s < elf.count; s++)
				copy_of(&arena, (struct blob){ elf.segments[s].data, 0 },
					elf.segments[s].file_size);
		arena_free(&arena);
	}
}
END_TEST

START_TEST(gzip_whole)
{
	struct blob content = bench_linux(&bench, 100000, 200000);
	struct blob packed = gzip_of(content);
	struct blob out;

	ck_assert(gzip_is(packed));
	ck_assert_ptr_null(gzip_check(packed));
	ck_assert_ptr_null(gzip_expand(&bench.arena, packed, 1 * MIB, &out));
	ck_assert_uint_eq(out.size, content.size);
	ck_assert_mem_eq(out.data, content.data, out.size);
	ck_assert_ptr_nonnull(gzip_expand(&bench.arena, packed, 99999, &out));
}
END_TEST

START_TEST(gzip_hostile)
{
	struct blob content = bench_linux(&bench, 5000, 5000);
	struct blob packed = gzip_of(content);
	struct blob out;

	for (size_t size = 2; size < packed.size; size++) {
		struct arena arena = { NULL };

		ck_assert_ptr_nonnull(gzip_check(copy_of(&arena, packed, size)));
		arena_free(&arena);
	}
	for (uint32_t i = 0; i < 5000; i++) {
		struct arena arena = { NULL };
		struct blob copy = copy_of(&arena, packed, packed.size);

		change(copy);
		gzip_check(copy);
		gzip_expand(&arena, copy, 10000, &out);
		arena_free(&arena);
	}
}
END_TEST

START_TEST(linux_header)
{
	struct blob file = bench_linux(&bench, 4096, 3 * MIB);
	struct linux_image image;

	((uint8_t *)file.data)[10] = 0x08; /* text_offset 0x80000 */
	ck_assert_ptr_null(linux_image_read(&bench.arena, &target_aarch64, file, &image));
	ck_assert_uint_eq(image.text_offset, 0x80000);
	ck_assert_uint_eq(image.extent, 3 * MIB);
	ck_assert_ptr_null(linux_image_read(&bench.arena, &target_aarch64,
					    bench_linux(&bench, 4096, 1), &image));
	ck_assert_uint_eq(image.extent, 4096);
}
END_TEST

/* What is one architecture's is foreign to the other, and said by name. */
START_TEST(other_architecture)
{
	struct blob program = bench_elf(&bench, 0x200000, three, 3, 100, 5000);
	struct blob kernel = bench_linux(&bench, 4096, 3 * MIB);
	struct linux_image image;
	struct elf elf;

	ck_assert_str_eq(elf_read(&bench.arena, &target_riscv64, program, &elf),
			 "is an ELF file for another architecture (AArch64), not RISC-V");
	ck_assert_str_eq(linux_image_read(&bench.arena, &target_riscv64, kernel, &image),
			 "is a kernel for another architecture (AArch64), not RISC-V");
	bench.target = &target_riscv64;
	program = bench_elf(&bench, 0x200000, three, 3, 100, 5000);
	kernel = bench_linux(&bench, 4096, 3 * MIB);
	ck_assert_ptr_null(elf_read(&bench.arena, &target_riscv64, program, &elf));
	ck_assert_ptr_null(linux_image_read(&bench.arena, &target_riscv64, kernel, &image));
	ck_assert_str_eq(elf_read(&bench.arena, &target_aarch64, program, &elf),
			 "is an ELF file for another architecture (RISC-V), not AArch64");
}
END_TEST

START_TEST(linux_hostile)
{
	struct blob file = bench_linux(&bench, 1024, MIB);
	struct linux_image image;

	/* An EFI program too, with one section. */
	memcpy((uint8_t *)file.data, "MZ", 2);
	((uint8_t *)file.data)[0x3c] = 0x40;
	memcpy((uint8_t *)file.data + 0x40, "PE\0\0", 4);
	((uint8_t *)file.data)[0x46] = 1;
	for (size_t size = 0; size < file.size; size++) {
		struct arena arena = { NULL };

		linux_image_read(&arena, &target_aarch64, copy_of(&arena, file, size), &image);
		arena_free(&arena);
	}
	for (uint32_t i = 0; i < 20000; i++) {
		struct arena arena = { NULL };
		struct blob copy = copy_of(&arena, file, file.size);

		change((struct blob){ copy.data, 0x80 });
		linux_image_read(&arena, &target_aarch64, copy, &image);
		arena_free(&arena);
	}
}
END_TEST

Suite *formats_suite(void)
{
	Suite *suite = suite_create("formats");
	TCase *test = tcase_create("formats");

	tcase_add_checked_fixture(test, begin, end);
	tcase_set_timeout(test, 60);
	tcase_add_test(test, elf_segments);
	tcase_add_test(test, elf_hostile);
	tcase_add_test(test, gzip_whole);
	tcase_add_test(test, gzip_hostile);
	tcase_add_test(test, linux_header);
	tcase_add_test(test, linux_hostile);
	tcase_add_test(test, other_architecture);
	suite_add_tcase(suite, test);
	return suite;
}
