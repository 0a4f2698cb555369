/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF files (System V ABI, chapters 4 and 5), as far as loading a static program goes.
 */
#include "formats.h"

#include <elf.h>
#include <string.h>

bool elf_is(struct blob file)
{
	return file.size >= SELFMAG && memcmp(file.data, ELFMAG, SELFMAG) == 0;
}

static const char *machine_name(struct arena *arena, uint16_t machine)
{
	switch (machine) {
	case EM_386:
		return "32-bit x86";
	case EM_X86_64:
		return "x86_64";
	case EM_ARM:
		return "32-bit Arm";
	case EM_AARCH64:
		return "AArch64";
	case EM_RISCV:
		return "RISC-V";
	default:
		return arena_print(arena, "number %u", machine);
	}
}

static const char *check_header(struct arena *arena, const struct target *target, struct blob file,
				Elf64_Ehdr *header)
{
	if (file.size < sizeof(*header))
		return "is a truncated ELF file: its header is not whole";
	memcpy(header, file.data, sizeof(*header));
	if (header->e_ident[EI_DATA] != ELFDATA2LSB)
		return arena_print(arena,
				   "is a big-endian ELF file, and %s runs little-endian here",
				   target->words);
	if (header->e_machine != target->machine)
		return arena_print(arena, "is an ELF file for another architecture (%s), not %s",
				   machine_name(arena, header->e_machine), target->words);
	if (header->e_ident[EI_CLASS] != ELFCLASS64)
		return "is a 32-bit ELF file, and only 64-bit ones can be loaded";
	if (header->e_type != ET_EXEC)
		return "is not a static executable (link it with -static -no-pie)";
	if (header->e_phentsize != sizeof(Elf64_Phdr))
		return "is a damaged ELF file: its program headers have a wrong size";
	if (!lies_in(header->e_phoff, (uint64_t)header->e_phnum * sizeof(Elf64_Phdr), 0, file.size))
		return "is a truncated ELF file: its program headers are not whole";
	return NULL;
}

static const char *add_segment(struct elf *elf, struct blob file, const Elf64_Phdr *program)
{
	if (program->p_filesz > program->p_memsz)
		return "is a damaged ELF file: a segment is larger in the file than in memory";
	if (!lies_in(program->p_offset, program->p_filesz, 0, file.size))
		return "is a truncated ELF file: a segment is not whole";
	if (program->p_vaddr > UINT64_MAX - program->p_memsz ||
	    program->p_paddr > UINT64_MAX - program->p_memsz)
		return "is a damaged ELF file: a segment wraps around the end of memory";
	if (elf->count == ELF_SEGMENTS_MAX)
		return "has too many segments to be loaded (at most 16)";
	elf->segments[elf->count++] = (struct elf_segment){
		.virtual_address = program->p_vaddr,
		.physical_address = program->p_paddr,
		.data = file.data + program->p_offset,
		.file_size = program->p_filesz,
		.memory_size = program->p_memsz,
		.flags = program->p_flags,
	};
	return NULL;
}

static bool has_entry(const struct elf *elf)
{
	for (uint32_t i = 0; i < elf->count; i++)
		if (lies_in(elf->entry, 4, elf->segments[i].virtual_address,
			    elf->segments[i].memory_size))
			return true;
	return false;
}

const char *elf_read(struct arena *arena, const struct target *target, struct blob file,
		     struct elf *elf)
{
	Elf64_Ehdr header;
	const char *error = check_header(arena, target, file, &header);

	*elf = (struct elf){ 0 };
	for (uint32_t i = 0; !error && i < header.e_phnum; i++) {
		Elf64_Phdr program;

		memcpy(&program, file.data + header.e_phoff + i * sizeof(program), sizeof(program));
		if (program.p_type == PT_LOAD && program.p_memsz)
			error = add_segment(elf, file, &program);
	}
	if (error)
		return error;
	elf->entry = header.e_entry;
	if (!has_entry(elf))
		return "has its entry outside what it loads";
	return NULL;
}
