/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bench that the tests of the host tool work on.
 */
#include "test_cloister.h"

#include "image.h"

#include <elf.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

uint32_t bench_random(void)
{
	static uint64_t state = 88172645463325252ULL;

	/* xorshift64 (Marsaglia 2003) */
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

void bench_file(struct bench *bench, const char *name, const void *content, size_t size)
{
	char *path = arena_print(&bench->arena, "%s/%s", bench->folder, name);

	for (char *slash = path + strlen(bench->folder) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	ck_assert_ptr_null(file_write(&bench->arena, path, (struct blob){ content, size }));
}

struct blob bench_elf(struct bench *bench, uint64_t address, const uint32_t *flags, uint32_t count,
		      uint64_t size, uint64_t memory)
{
	uint64_t start = sizeof(Elf64_Ehdr) + count * sizeof(Elf64_Phdr);
	uint8_t *file = arena_alloc(&bench->arena, start + count * size);
	Elf64_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = bench->target->machine,
		.e_entry = address,
		.e_phoff = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = (Elf64_Half)count,
	};

	memcpy(file, &header, sizeof(header));
	for (uint32_t i = 0; i < count; i++) {
		uint64_t place = address + i * align_up(memory, PAGE_SIZE);
		Elf64_Phdr program = {
			.p_type = PT_LOAD,
			.p_flags = flags[i],
			.p_offset = start + i * size,
			.p_vaddr = place,
			.p_paddr = place,
			.p_filesz = size,
			.p_memsz = memory,
		};

		memcpy(file + sizeof(header) + i * sizeof(program), &program, sizeof(program));
		memset(file + program.p_offset, (int)('A' + i), size);
	}
	return (struct blob){ file, start + count * size };
}

struct blob bench_linux(struct bench *bench, size_t size, uint64_t extent)
{
	uint8_t *image = arena_alloc(&bench->arena, size);

	memcpy(image + 16, &extent, sizeof(extent));
	memcpy(image + 56, bench->target->image_magic, 4);
	return (struct blob){ image, size };
}

static const char *loader_name(struct bench *bench, const char *folder)
{
	return arena_print(&bench->arena, "%s/loader/boot/loader.%s.bin", folder,
			   bench->target->name);
}

static void add_program(struct bench *bench, const char *name, uint64_t address)
{
	static const uint32_t flags[] = { PF_R | PF_X, PF_R, PF_R | PF_W };
	struct blob elf = bench_elf(bench, address, flags, ARRAY_SIZE(flags), 3000, 5000);

	bench_file(bench, arena_print(&bench->arena, "%s.%s.elf", name, bench->target->name),
		   elf.data, elf.size);
}

static void add_loader(struct bench *bench)
{
	struct blob loader = bench_linux(bench, 8000, 8000);
	uint64_t text_offset = 0x200000;

	memcpy((uint8_t *)loader.data + 8, &text_offset, sizeof(text_offset));
	bench_file(bench, loader_name(bench, "."), loader.data, loader.size);
}

static void add_board(struct bench *bench)
{
	const char *source = getenv("CLOISTER_SOURCE");
	const char *name =
		arena_print(&bench->arena, "boards/qemu-virt-%s.json", bench->target->name);
	struct blob board;

	ck_assert_ptr_nonnull(source);
	ck_assert_ptr_null(file_read(&bench->arena,
				     arena_print(&bench->arena, "%s/configs/%s", source, name), MIB,
				     &board));
	bench_file(bench, name, board.data, board.size);
}

void bench_target(struct bench *bench, const struct target *target)
{
	static const char *const programs[] = {
		"loader/root/root",
		"drivers-server/pl011",
		"drivers-server/pl031",
		"drivers-server/ns16550a",
		"drivers-server/goldfish",
		"drivers-server/console",
		"shell/shell",
		"vmm-server/vmm-server",
		"vmm-server/device-server",
		"vmm-server/device-copy",
	};

	bench->target = target;
	add_board(bench);
	add_loader(bench);
	add_program(bench, "kernel/kernel", 0xffffffffc0000000);
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		add_program(bench, programs[i], 0x200000);
}

void bench_begin(struct bench *bench)
{
	*bench = (struct bench){ .folder = "/tmp/cloister-test-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(bench->folder));
	bench_target(bench, &target_aarch64);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void bench_end(struct bench *bench)
{
	description_close(&bench->description);
	nftw(bench->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	arena_free(&bench->arena);
}

size_t bench_read(struct bench *bench, const char *description, size_t size)
{
	bench_file(bench, "system.json", description, size);
	description_close(&bench->description);
	bench->errors = (struct errors){ .arena = &bench->arena };
	bench->inputs = (struct inputs){
		.errors = &bench->errors,
		.programs = bench->folder,
		.seeded = true,
		.seed = 7,
	};
	description_read(&bench->description, &bench->inputs,
			 arena_print(&bench->arena, "%s/system.json", bench->folder));
	return bench->errors.count;
}

bool bench_make(struct bench *bench, bool root_only)
{
	const char *root = arena_print(&bench->arena, "%s/loader/root/root.%s.elf", bench->folder,
				       bench->target->name);

	plan_init(&bench->plan, &bench->description, &bench->errors);
	return plan_system(&bench->plan, bench->folder, root_only ? root : NULL) &&
	       image_make(&bench->plan, loader_name(bench, bench->folder), &bench->image);
}
