/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The serial servers in a plan: the driver of the UART and the console multiplexer. What connects them with
 * each other and with the root server comes from a group of its own, what connects the multiplexer with a
 * guest from that guest's.
 */
#include "plan_system.h"

#include <idl/root.h>
#include <stdio.h>

/* Bits of the driver's notification (idl/serial.idl, uart_config.wait). */
#define UART_BIT_INTERRUPT   (1u << 0)
#define UART_BIT_MULTIPLEXER (1u << 1)

/* Bits of the multiplexer's notification (console_config.wait). */
#define CONSOLE_BIT_DRIVER    (1u << 0)
#define CONSOLE_BIT_CLIENT(n) (2u << (n))

#define UART_CNODE_BITS    3
#define CONSOLE_CNODE_BITS 5

static uint32_t line_frames(struct plan *plan, uint32_t group)
{
	return plan_object(plan, group, OBJECT_FRAME, 12, LINE_SIZE / PAGE_SIZE);
}

static void plan_uart(struct serial *serial, const struct program *program, uint32_t line)
{
	struct plan *plan = serial->plan;
	const struct board *board = &plan->description->board;
	uint32_t pages = (uint32_t)(board->uart_size / PAGE_SIZE);
	uint32_t irq = plan_irq(plan, board->uart_irq, false);
	struct uart_config config = { .registers = PROCESS_DEVICES };
	struct process uart;

	process_begin(&uart, plan, server_list[SERVER_UART].name, program, UART_CNODE_BITS);
	space_map_device(&uart.space, plan_device_frames(plan, board->uart, pages), pages,
			 PROCESS_DEVICES);
	config.line = process_line(&uart, line);
	config.wait = process_give(&uart, serial->uart_wait, RIGHT_READ, 0);
	config.irq = process_give(&uart, irq, RIGHT_WRITE, 0);
	config.multiplexer =
		process_give(&uart, serial->console_wait, RIGHT_WRITE, CONSOLE_BIT_DRIVER);
	process_configure(&uart, &config, sizeof(config));
	plan_binding(plan, BINDING_IRQ, irq,
		     plan_root_capability(plan, serial->uart_wait, RIGHTS_ALL, UART_BIT_INTERRUPT));
	process_end_server(&uart, SERVER_UART);
}

void serial_begin(struct serial *serial, struct plan *plan, const struct server_programs *programs)
{
	struct console_config *config = &serial->config;
	uint32_t line;

	*serial = (struct serial){ .plan = plan, .group = plan_group(plan, "serial lines") };
	serial->console_wait = plan_object(plan, serial->group, OBJECT_NOTIFICATION, 0, 1);
	serial->uart_wait = plan_object(plan, serial->group, OBJECT_NOTIFICATION, 0, 1);
	line = line_frames(plan, serial->group);
	plan_uart(serial, programs->uart, line);
	process_begin(&serial->console, plan, server_list[SERVER_CONSOLE].name, programs->console,
		      CONSOLE_CNODE_BITS);
	config->driver_line =
		process_line(&serial->console, plan_copies(plan, line, LINE_SIZE / PAGE_SIZE));
	config->wait = process_give(&serial->console, serial->console_wait, RIGHT_READ, 0);
	config->driver = process_give(&serial->console, serial->uart_wait, RIGHT_WRITE,
				      UART_BIT_MULTIPLEXER);
}

struct serial_link serial_client(struct serial *serial, uint32_t group, const char *name,
				 enum client_kind kind, uint32_t notify)
{
	struct plan *plan = serial->plan;
	uint32_t frames = line_frames(plan, group);
	uint32_t index = serial->config.client_count++;
	struct serial_client *client = &serial->config.clients[index];

	snprintf(client->name, sizeof(client->name), "%s", name);
	client->kind = kind;
	client->line = process_line(&serial->console, frames);
	if (notify)
		client->notify = process_give(&serial->console, notify, RIGHT_WRITE, 0);
	return (struct serial_link){
		.frames = plan_copies(plan, frames, LINE_SIZE / PAGE_SIZE),
		.notify = plan_root_capability(plan, serial->console_wait, RIGHT_WRITE,
					       CONSOLE_BIT_CLIENT(index)),
	};
}

void serial_end(struct serial *serial)
{
	struct process *console = &serial->console;

	process_configure(console, &serial->config, sizeof(serial->config));
	process_end_server(console, SERVER_CONSOLE);
}
