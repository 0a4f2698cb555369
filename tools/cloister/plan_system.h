/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of a machine's plan: the serial servers, the shell, and each guest with its VMM.
 */
#pragma once

#include "process.h"

/* The multiplexer while its clients are gathered. */
struct serial {
	struct plan *plan;
	uint32_t group;
	/* The notifications on which the multiplexer and the driver wait. */
	uint32_t console_wait;
	uint32_t uart_wait;
	struct process console;
	struct console_config config;
};

/* Where the folder of the build has the server programs. */
struct server_programs {
	const struct program *uart;
	/* NULL: the board has no real-time clock. */
	const struct program *clock;
	const struct program *console;
	const struct program *shell;
	const struct program *vmm;
	/* Only where a guest has an isolated device. */
	const struct program *device;
	const struct program *device_copy;
};

/* Plans the driver of the board's UART and begins the multiplexer. */
void serial_begin(struct serial *serial, struct plan *plan, const struct server_programs *programs);

/*
 * Adds a client whose line comes from `group`. `notify` is the root server's slot of a capability that tells
 * the client, 0 for none. Gives the frames of the line to be mapped by the client, and the root server's slot of a
 * capability that tells the multiplexer.
 */
struct serial_link {
	uint32_t frames;
	uint32_t notify;
};
struct serial_link serial_client(struct serial *serial, uint32_t group, const char *name,
				 enum client_kind kind, uint32_t notify);
void serial_end(struct serial *serial);

/* plan_clock.c */

/* Plans the clock page, and its driver; NULL: the board has no real-time clock. */
void plan_clock(struct plan *plan, const struct program *program);

/* Lets a process read the clock page; gives where. */
uint64_t plan_clock_reader(struct process *process);

/* plan_shell.c */

void plan_shell(struct serial *serial, const struct program *program);

/* plan_guest.c */

void plan_guest(struct plan *plan, struct serial *serial, const struct guest *guest,
		const struct server_programs *programs);
