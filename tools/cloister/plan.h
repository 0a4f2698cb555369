/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan of a machine: every object, capability and mapping that the root server will make, in the form of the
 * manifest's records (idl/manifest.idl). Planning adds records in any order; plan_memory.c then sizes
 * the groups and finds the memory, and image.c writes it all out.
 */
#pragma once

#include "description.h"

#include <idl/manifest.h>

struct program;

/* A component and where image.c puts it. */
struct plan_component {
	const char *name;
	struct blob content;
	uint64_t alignment;
	uint64_t physical;
};

/* An object; of GROUP_IMAGE the record's argument is the offset in that component. */
struct plan_object {
	struct manifest_object record;
	uint32_t component;
};

/* A load; the record's physical address is the offset in the component. */
struct plan_load {
	struct manifest_load record;
	uint32_t component;
};

struct plan {
	struct arena *arena;
	struct errors *errors;
	const struct description *description;
	/* Of pointers to struct program: those loaded. */
	struct vector programs;
	struct vector components;
	/* Of struct manifest_group; their sizes are reckoned when all is planned. */
	struct vector groups;
	struct vector objects;
	struct vector capabilities;
	struct vector page_tables;
	struct vector mappings;
	struct vector loads;
	struct vector sched_contexts;
	struct vector threads;
	struct vector vcpus;
	struct vector bindings;
	struct vector windows;
	struct vector guests;
	struct vector device_servers;
	/* The clock page's frame. */
	uint32_t clock_page;
	/* First free slot of the root server's CNode. */
	uint32_t next_slot;
	/* The records' head, filled in as its parts are known. */
	struct manifest head;
	const struct program *root;
	/* Bytes of memory for what is not planned: the guests, when there is another root server. */
	uint64_t room;
	/* Bytes of memory from the board's first address on that the machine must have. */
	uint64_t memory;
};

void plan_init(struct plan *plan, const struct description *description, struct errors *errors);

/* Slots of the root server's CNode: the first of `count` consecutive ones. */
uint32_t plan_slots(struct plan *plan, uint32_t count);

/* `name` must fit with its end in NAME_SIZE. Alignment: PAGE_SIZE or BLOCK_SIZE. */
uint32_t plan_component(struct plan *plan, const char *name, struct blob content,
			uint64_t alignment);
const struct plan_component *plan_component_at(const struct plan *plan, uint32_t index);

uint32_t plan_group(struct plan *plan, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Objects from a group, in consecutive slots; gives the first. */
uint32_t plan_object(struct plan *plan, uint32_t group, enum object_type type, uint32_t size_bits,
		     uint32_t count);

/* Frames on a component, which is aligned to them, from `offset` on. */
uint32_t plan_image_frames(struct plan *plan, uint32_t component, uint64_t offset,
			   uint32_t size_bits, uint32_t count);
uint32_t plan_device_frames(struct plan *plan, uint64_t address, uint32_t count);
uint32_t plan_irq(struct plan *plan, uint32_t irq, bool edge);

/* A capability derived from that in slot `source`, into a slot of a CNode. */
void plan_capability(struct plan *plan, uint32_t source, uint32_t rights, uint64_t badge,
		     uint32_t cnode, uint32_t slot);

/* The same into the root server's own CNode; gives the slot. */
uint32_t plan_root_capability(struct plan *plan, uint32_t source, uint32_t rights, uint64_t badge);

/* Copies of a run of capabilities, for their second mapping; gives the first slot. */
uint32_t plan_copies(struct plan *plan, uint32_t source, uint32_t count);

/* `limit` as in struct manifest_sched_context. */
uint32_t plan_sched_context(struct plan *plan, uint32_t group, uint64_t budget, uint64_t period,
			    uint64_t limit);

void plan_binding(struct plan *plan, enum binding_kind kind, uint32_t a, uint32_t b);

/* plan_memory.c */

/* Sizes the groups, puts their objects in order and checks that capabilities are not too many. */
bool plan_size_groups(struct plan *plan);

/*
 * Finds how much memory the machine needs when the image ends at `image_end`, and sets the manifest's memory and
 * the kernel's and the boot address. Reports when the board cannot have that much.
 */
bool plan_fit(struct plan *plan, uint64_t image_end);

/* plan_system.c */

/*
 * Plans the whole machine with the programs in the folder `programs`; with `root`, only that program in
 * the root server's place. Errors are reported.
 */
bool plan_system(struct plan *plan, const char *programs, const char *root);
