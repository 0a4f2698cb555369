/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest that looks where it is: one program, linked to several places, that checks that it was loaded and
 * entered as it is linked, that all the memory that it was given is there, and that nothing is around it.
 * The numbers come from its link (`place` in arch/<a>/start.S); what is checked is the same everywhere.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct range {
	uint64_t start;
	uint64_t end;
};

/* Parts of the program, each of whole pages; those of one link may lie far from each other, and in any order. */
enum part { PART_CODE, PART_CONSTANTS, PART_DATA, PART_FAR, PARTS };

/* Where the linker has put everything. */
struct place {
	uint64_t entry;
	struct range memory;
	/* From one word of the memory that is looked at to the next: 8 for all, at most a page. */
	uint64_t step;
	struct range part[PARTS];
	/* A ROM with the same file as that which the program lies in, and zeros behind it; empty: there is none. */
	struct range rom;
};

extern const struct place place;

/* How an access came out. */
enum outcome { DONE, EXTERNAL_ABORT, OTHER_EXCEPTION };

/* Loads or stores 8 bytes. */
enum outcome arch_load(uint64_t address);
enum outcome arch_store(uint64_t address, uint64_t value);

/* Writes one character to the guest's console, by an instruction that its VMM has to decode if one can be. */
void arch_put(char c);

_Noreturn void arch_power_off(void);

/* Where arch/<a>/start.S goes, on a stack: at which address that began, and what it was given. */
_Noreturn void places_main(uint64_t entered, uint64_t device_tree);
