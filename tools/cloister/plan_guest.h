/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest while it is planned, for the files that plan its parts.
 */
#pragma once

#include "plan_system.h"

/* A piece of its memory: `count` frames of 2^bits bytes. */
struct guest_chunk {
	uint32_t frames;
	uint32_t count;
	uint32_t bits;
	/* From the start of the memory. */
	uint64_t offset;
};

struct guest_plan {
	struct plan *plan;
	struct serial *serial;
	const struct guest *guest;
	uint32_t index;
	/* Group of what the guest shares with servers. */
	uint32_t shared;
	struct space space;
	/* Of struct guest_chunk. */
	struct vector chunks;
	struct process vmm;
	uint32_t endpoint;
	/* The first of its VCpus, and of the notifications that are their events. */
	uint32_t vcpu;
	uint32_t events;
	uint32_t windows;
	struct vmm_config config;
};

/* plan_guest.c */

/*
 * Connects a process with one client's place at the multiplexer, of which it is told by `tell`; gives where the line is
 * in the process.
 */
uint64_t plan_line(const struct guest_plan *g, struct process *process, const char *name,
		   enum client_kind kind, uint32_t tell, uint32_t *notify);

/* The ports of a virtio console, for the process that has its model. */
void plan_ports(const struct guest_plan *g, struct process *process, uint32_t tell,
		struct vmm_port *ports, uint32_t count);

/* plan_device.c */

/* The server of an isolated device; `to` is what the VMM is told of the device. */
void plan_device(struct guest_plan *g, const struct guest_device *device, struct vmm_device *to,
		 const struct server_programs *programs);
