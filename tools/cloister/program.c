/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From ELF files to components. The files come from our own build or from the user's, so they are
 * checked like any others: writable code, shared pages and wrong addresses are refused.
 */
#include "program.h"

#include "formats.h"

#include <idl/root.h>
#include <string.h>

#define PROGRAM_MAX (64 * MIB)
#define KERNEL_MAX  BLOCK_SIZE

/* Behind this stands the stack's guard page. */
#define PROGRAM_END (PROCESS_STACK_TOP - BLOCK_SIZE)

static bool read_elf(struct plan *plan, const char *path, struct elf *elf)
{
	struct blob file;
	const char *error = file_read(plan->arena, path, PROGRAM_MAX, &file);

	if (error) {
		error_in_file(plan->errors, path,
			      "%s\nbuild the project first, or name the build "
			      "folder with --programs",
			      error);
		return false;
	}
	error = elf_is(file) ? elf_read(plan->arena, plan->description->board.target, file, elf) :
			       "is not an ELF file";
	if (error)
		error_in_file(plan->errors, path, "the program %s\nbuild it again", error);
	return !error;
}

static uint32_t rights_of(uint32_t flags)
{
	return RIGHT_READ | (flags & ELF_WRITE ? RIGHT_WRITE : 0) |
	       (flags & ELF_EXECUTE ? RIGHT_EXECUTE : 0);
}

static const char *add_segment(struct program *program, const struct elf_segment *from,
			       uint64_t base, uint64_t end)
{
	uint64_t first = align_down(from->virtual_address, PAGE_SIZE);
	uint64_t last = align_up(from->virtual_address + from->memory_size, PAGE_SIZE);
	struct program_segment *segment = &program->segments[program->count];

	if ((from->flags & ELF_WRITE) && (from->flags & ELF_EXECUTE))
		return "has a segment that is writable and executable";
	if (from->virtual_address < base || last > end || last < first)
		return "has a segment outside of where programs are linked";
	if (program->count == SEGMENTS_MAX)
		return "has more than 4 segments to be loaded";
	if (program->count && segment[-1].address + segment[-1].size > first)
		return "has two segments in one page, or not in order (link with -z separate-code)";
	*segment = (struct program_segment){
		.address = first,
		.size = last - first,
		.content = from->virtual_address - first + from->file_size,
		.rights = rights_of(from->flags),
	};
	program->count++;
	return NULL;
}

/* Puts the segments one after the other into one component, each on a page; `whole` with their zeros. */
static void make_component(struct plan *plan, struct program *program, const struct elf *elf,
			   bool whole)
{
	uint64_t size = 0;
	uint8_t *data;

	for (uint32_t i = 0; i < program->count; i++) {
		struct program_segment *segment = &program->segments[i];
		bool in_place = whole || !(segment->rights & RIGHT_WRITE);

		segment->offset = size;
		size += in_place ? segment->size : align_up(segment->content, PAGE_SIZE);
	}
	data = arena_alloc(plan->arena, size);
	for (uint32_t i = 0; i < program->count; i++) {
		const struct elf_segment *from = &elf->segments[i];

		memcpy(data + program->segments[i].offset + from->virtual_address % PAGE_SIZE,
		       from->data, from->file_size);
	}
	program->component =
		plan_component(plan, program->name, (struct blob){ data, size }, PAGE_SIZE);
}

static const struct program *load(struct plan *plan, const char *name, const char *path,
				  uint64_t end, bool whole)
{
	struct program *program = arena_alloc(plan->arena, sizeof(*program));
	const char *error = NULL;
	struct elf elf;

	if (!read_elf(plan, path, &elf))
		return NULL;
	*program = (struct program){ .name = name, .entry = elf.entry };
	for (uint32_t i = 0; !error && i < elf.count; i++)
		error = add_segment(program, &elf.segments[i], PROCESS_PROGRAM, end);
	if (error) {
		error_in_file(plan->errors, path, "the program %s\nlink it with lib's script",
			      error);
		return NULL;
	}
	make_component(plan, program, &elf, whole);
	vector_add(plan->arena, &plan->programs, &program);
	return program;
}

const struct program *program_load(struct plan *plan, const char *name, const char *path)
{
	struct program *const *programs = plan->programs.items;

	for (size_t i = 0; i < plan->programs.count; i++)
		if (strcmp(programs[i]->name, name) == 0)
			return programs[i];
	return load(plan, name, path, PROGRAM_END, false);
}

const struct program *program_load_root(struct plan *plan, const char *path)
{
	return load(plan, "root", path, ROOT_PROGRAM + BLOCK_SIZE, true);
}

/* Zeros at the kernel's end (its bss) it makes itself; they must fit all the same. */
static const char *check_kernel(const struct elf *elf, uint64_t *first, uint64_t *size)
{
	uint64_t last = 0;

	*first = UINT64_MAX;
	for (uint32_t i = 0; i < elf->count; i++)
		if (elf->segments[i].virtual_address < *first)
			*first = elf->segments[i].virtual_address;
	for (uint32_t i = 0; i < elf->count; i++) {
		const struct elf_segment *segment = &elf->segments[i];
		uint64_t offset = segment->virtual_address - *first;

		if (offset > KERNEL_MAX || segment->memory_size > KERNEL_MAX - offset)
			return "takes more than 2 MiB";
		if (segment->file_size && offset + segment->file_size > last)
			last = offset + segment->file_size;
	}
	*size = last;
	return elf->entry == *first ? NULL : "does not have its entry at its first byte";
}

bool program_load_kernel(struct plan *plan, const char *path, uint32_t *component)
{
	const char *error;
	struct elf elf;
	uint64_t first;
	uint64_t size;
	uint8_t *data;

	if (!read_elf(plan, path, &elf))
		return false;
	error = check_kernel(&elf, &first, &size);
	if (error) {
		error_in_file(plan->errors, path, "the kernel %s\nlink it with its own script",
			      error);
		return false;
	}
	data = arena_alloc(plan->arena, size);
	for (uint32_t i = 0; i < elf.count; i++)
		memcpy(data + (elf.segments[i].virtual_address - first), elf.segments[i].data,
		       elf.segments[i].file_size);
	*component = plan_component(plan, "kernel", (struct blob){ data, size }, PAGE_SIZE);
	return true;
}
