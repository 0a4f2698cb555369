/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tool must know of an architecture: a table of facts and operations for each, in a file of its own,
 * target_<a>.c.
 */
#pragma once

#include "schema.h"

#include <idl/manifest.h>

struct board;

/* Keys of a board that only one architecture has. */
#define TARGET_KEYS_MAX 4

struct target {
	enum architecture architecture;
	/* In boards, and in the names of programs. */
	const char *name;
	/* In messages: the architecture, and its Linux Image with an article. */
	const char *words;
	const char *image_words;
	/* e_machine of its programs (System V ABI, chapter 4). */
	uint16_t machine;
	/* What its Linux Image has at offset 56. */
	const char *image_magic;
	struct key keys[TARGET_KEYS_MAX];
	size_t key_count;
	/* Interrupts that a device of the machine can have. */
	uint32_t irq_min;
	uint32_t irq_max;
	/* Takes the values of those keys out of a board that schema_check() has looked at: what the kernel drives. */
	void (*read_board)(struct board *board);
};

/* The architecture of that name; NULL if there is none. */
const struct target *target_find(const char *name);

/* The one that descriptions are read for when their board cannot be. */
extern const struct target *const target_default;

/* Their names, for messages. */
const char *target_names(struct arena *arena);

extern const struct target target_aarch64;
extern const struct target target_riscv64;
