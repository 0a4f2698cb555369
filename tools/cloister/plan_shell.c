/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shell in a plan: a process with a line to the multiplexer and, alone among all, the right to manage the
 * machine.
 */
#include "plan_system.h"
#include "version.h"

#include <idl/root.h>

#define SHELL_CNODE_BITS 3

/* The only bit of the shell's notification. */
#define SHELL_BIT_MULTIPLEXER 1

void plan_shell(struct serial *serial, const struct program *program)
{
	struct plan *plan = serial->plan;
	uint32_t wait = plan_object(plan, serial->group, OBJECT_NOTIFICATION, 0, 1);
	uint32_t tell = plan_root_capability(plan, wait, RIGHT_WRITE, SHELL_BIT_MULTIPLEXER);
	struct serial_link link = serial_client(serial, serial->group,
						server_list[SERVER_SHELL].name, CLIENT_SHELL, tell);
	struct shell_config config = { .version = CLOISTER_VERSION };
	struct process shell;

	process_begin(&shell, plan, server_list[SERVER_SHELL].name, program, SHELL_CNODE_BITS);
	config.line = process_line(&shell, link.frames);
	config.wait = process_give(&shell, wait, RIGHT_READ, 0);
	config.multiplexer = process_give(&shell, link.notify, RIGHT_WRITE, 0);
	config.root =
		process_give(&shell, plan->head.root_endpoint, RIGHT_WRITE, ROOT_BADGE_MANAGER);
	process_configure(&shell, &config, sizeof(config));
	process_end_server(&shell, SERVER_SHELL);
}
