/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces and processes in a plan. A process has one thread; its parts stand where idl/root.idl says
 * (enum process_address).
 */
#pragma once

#include "plan.h"
#include "program.h"

/* An address space under construction: it gets its translation tables as it is mapped into. */
struct space {
	struct plan *plan;
	uint32_t slot;
	/* Where the tables come from. */
	uint32_t group;
	struct vector tables;
};

struct process {
	struct plan *plan;
	const char *name;
	const struct program *program;
	/* What is the process's own comes from here. */
	uint32_t group;
	struct space space;
	uint32_t cnode;
	uint32_t next_slot;
	uint32_t lines;
};

/* `slot` is that of the AddressSpace or GuestSpace. */
void space_init(struct space *space, struct plan *plan, uint32_t slot, uint32_t group);

/* Says that there is a table already for the 2^size_bits bytes at `address`. */
void space_has_table(struct space *space, uint64_t address, uint32_t size_bits);

/* Makes what tables frames of 2^size_bits bytes need in [address, address + size). */
void space_tables(struct space *space, uint64_t address, uint64_t size, uint32_t size_bits);

/* Maps frames in consecutive slots; memory_type MEMORY_NORMAL unless told by space_map_device(). */
void space_map(struct space *space, uint32_t frame, uint32_t count, uint32_t size_bits,
	       uint64_t address, uint32_t rights);
void space_map_device(struct space *space, uint32_t frame, uint32_t count, uint64_t address);

/* Begins a process in a group of its own, its program and stack in place. */
void process_begin(struct process *process, struct plan *plan, const char *name,
		   const struct program *program, uint32_t cnode_bits);

/* Gives the process a capability derived from that in the root server's `source`; its slot there. */
uint32_t process_give(struct process *process, uint32_t source, uint32_t rights, uint64_t badge);

/* Maps a line (LINE_SIZE bytes of frames); gives the address. */
uint64_t process_line(struct process *process, uint32_t frames);

/* Puts the configuration into the image and maps it. */
void process_configure(struct process *process, const void *config, size_t size);

/*
 * Ends the process's plan with its thread; gives the thread's index. process_end_server() is for a server with a
 * time of its own, which runs at once; process_end_serving() for one that serves at an endpoint on lent time.
 */
uint32_t process_end_server(struct process *process, enum server_index server);
uint32_t process_end_serving(struct process *process, uint32_t endpoint, uint32_t priority,
			     const struct restart *restart);
