/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock in a plan: the clock page, in a group of its own so that it outlives the driver that writes it, and that
 * driver, where the board has a real-time clock.
 */
#include "plan_system.h"

#include <idl/clock.h>
#include <idl/root.h>

#define CLOCK_CNODE_BITS 2

static void plan_driver(struct plan *plan, const struct program *program, uint32_t group)
{
	const struct board *board = &plan->description->board;
	uint32_t pages = (uint32_t)(board->rtc_size / PAGE_SIZE);
	struct clock_config config = { .registers = PROCESS_DEVICES, .page = PROCESS_CLOCK };
	struct process driver;

	process_begin(&driver, plan, server_list[SERVER_CLOCK].name, program, CLOCK_CNODE_BITS);
	space_map_device(&driver.space, plan_device_frames(plan, board->rtc, pages), pages,
			 PROCESS_DEVICES);
	space_map(&driver.space, plan->clock_page, 1, 12, PROCESS_CLOCK, RIGHT_READ | RIGHT_WRITE);
	config.wait = process_give(&driver, plan_object(plan, group, OBJECT_NOTIFICATION, 0, 1),
				   RIGHT_READ, 0);
	process_configure(&driver, &config, sizeof(config));
	process_end_server(&driver, SERVER_CLOCK);
}

void plan_clock(struct plan *plan, const struct program *program)
{
	uint32_t group = plan_group(plan, "clock page");

	plan->clock_page = plan_object(plan, group, OBJECT_FRAME, 12, 1);
	if (program)
		plan_driver(plan, program, group);
}

uint64_t plan_clock_reader(struct process *process)
{
	uint32_t copy = plan_copies(process->plan, process->plan->clock_page, 1);

	space_map(&process->space, copy, 1, 12, PROCESS_CLOCK, RIGHT_READ);
	return PROCESS_CLOCK;
}
