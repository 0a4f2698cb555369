/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tool must know of an architecture: a table of facts and operations for each, in a file of its own,
 * target_<a>.c.
 */
#pragma once

#include "schema.h"

#include <idl/manifest.h>
#include <idl/vmm.h>

struct board;
struct guest;
struct guest_device;
struct tree;

/* Keys of a board that only one architecture has. */
#define TARGET_KEYS_MAX 4

/* What others than its model must know of a guest's device. */
enum device_class {
	DEVICE_OTHER,
	/* The guest's console: it has a line to the multiplexer. */
	DEVICE_UART,
	/* It reads the clock page. */
	DEVICE_CLOCK,
};

/* A device that the array "devices" can have, one of each in a guest. */
struct device_type {
	const char *name;
	enum vmm_device_kind kind;
	enum device_class class;
	/* With an interrupt it is there without the array: at the address that QEMU's board "virt" has it at. */
	uint64_t default_address;
	uint32_t default_irq;
	/* The end of its device server's name; NULL: it cannot be isolated. */
	const char *server;
	/* Whether it reads and writes the guest's memory. */
	bool dma;
};

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

	/* Guests: where their memory begins if they do not say it, their devices, and the interrupts of these. */
	uint64_t memory_base;
	const struct device_type *devices;
	size_t device_count;
	uint32_t guest_irq_min;
	uint32_t guest_irq_max;
	/* The interrupt controller, which each guest has: its name, and how it becomes the guest's first device. */
	const char *controller;
	void (*add_controller)(struct guest *guest);

	/* Device trees: the root's compatible, and the name of the console's node. */
	const char *compatible;
	const char *uart_node;
	/* Nodes of a user's tree that ours replace: by their names, by their compatible; the controller is the first of these. */
	const char *const *replaced_names;
	const char *const *replaced_compatible;
	/* Adds what is there beside the devices: processors, timer, firmware, interrupt controller. */
	void (*tree_machine)(struct tree *tree, struct arena *arena, const struct guest *guest);
	void (*tree_device)(struct tree *tree, struct arena *arena,
			    const struct guest_device *device);
	/* Whether devices name their interrupt controller themselves: the root does not, for the harts' own are nobody's child. */
	bool own_parent;
	/* The interrupt specifier of a device: at most 4 cells; gives how many. */
	size_t (*tree_interrupt)(uint32_t irq, uint32_t *cells);
};

/* The architecture of that name; NULL if there is none. */
const struct target *target_find(const char *name);

/* The one that descriptions are read for when their board cannot be. */
extern const struct target *const target_default;

/* Their names, for messages. */
const char *target_names(struct arena *arena);

extern const struct target target_aarch64;
extern const struct target target_riscv64;
