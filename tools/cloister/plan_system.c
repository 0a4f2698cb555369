/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The plan of the whole machine: the kernel, the root server with its endpoint and log, the serial servers, the
 * clock, the shell, the guests.
 */
#include "plan_system.h"

/* Where the root server's log is mapped: behind its stack, in a region without a table of the kernel's. */
#define ROOT_LOG 0x800000ULL

static const char *path_of(const struct plan *plan, const char *programs, const char *folder,
			   const char *name)
{
	return arena_print(plan->arena, "%s/%s/%s.%s.elf", programs, folder, name,
			   plan->description->board.target->name);
}

static bool load_base(struct plan *plan, const char *programs, const char *root)
{
	bool kernel = program_load_kernel(plan, path_of(plan, programs, "kernel", "kernel"),
					  &plan->head.kernel_component);

	if (!root)
		root = path_of(plan, programs, "loader/root", "root");
	plan->root = program_load_root(plan, root);
	return kernel && plan->root;
}

/* Whether a guest has a device server that sees this of its memory. */
static bool needs_device(const struct description *d, bool copy)
{
	for (uint32_t i = 0; i < d->guest_count; i++)
		for (uint32_t j = 0; j < d->guests[i].device_count; j++) {
			const struct guest_device *device = &d->guests[i].devices[j];

			if (device->server && copy == (device->memory == DEVICE_MEMORY_COPY))
				return true;
		}
	return false;
}

/* True as well if no guest needs them. */
static bool load_device_servers(struct plan *plan, const char *programs,
				struct server_programs *servers)
{
	bool device = needs_device(plan->description, false);
	bool copy = needs_device(plan->description, true);

	if (device)
		servers->device =
			program_load(plan, "device-server",
				     path_of(plan, programs, "vmm-server", "device-server"));
	if (copy)
		servers->device_copy = program_load(
			plan, "device-copy", path_of(plan, programs, "vmm-server", "device-copy"));
	return (!device || servers->device) && (!copy || servers->device_copy);
}

static bool load_servers(struct plan *plan, const char *programs, struct server_programs *servers)
{
	const char *uart = plan->description->board.uart_driver;
	const char *rtc = plan->description->board.rtc_driver;

	servers->uart = program_load(plan, uart, path_of(plan, programs, "drivers-server", uart));
	servers->clock =
		rtc ? program_load(plan, rtc, path_of(plan, programs, "drivers-server", rtc)) :
		      NULL;
	servers->console =
		program_load(plan, "console", path_of(plan, programs, "drivers-server", "console"));
	servers->shell = program_load(plan, "shell", path_of(plan, programs, "shell", "shell"));
	servers->vmm = program_load(plan, "vmm-server",
				    path_of(plan, programs, "vmm-server", "vmm-server"));
	return servers->uart && (servers->clock || !rtc) && servers->console && servers->shell &&
	       servers->vmm && load_device_servers(plan, programs, servers);
}

/* The kernel has made the root server's address space and a directory for its first GiB. */
static void plan_root_log(struct plan *plan, struct serial *serial, uint32_t group)
{
	struct serial_link link = serial_client(serial, serial->group, "root", CLIENT_LOG, 0);
	struct space space;

	space_init(&space, plan, ROOT_SLOT_ADDRESS_SPACE, group);
	space_has_table(&space, 0, 30);
	space_map(&space, link.frames, LINE_SIZE / PAGE_SIZE, 12, ROOT_LOG,
		  RIGHT_READ | RIGHT_WRITE);
	plan->head.root_log_line = ROOT_LOG;
	plan->head.root_log_notify = link.notify;
}

bool plan_system(struct plan *plan, const char *programs, const char *root)
{
	const struct description *d = plan->description;
	struct server_programs servers = { 0 };
	struct serial serial;
	uint32_t group;

	if (!load_base(plan, programs, root))
		return false;
	for (uint32_t i = 0; root && i < d->guest_count; i++)
		plan->room += d->guests[i].memory_size;
	if (root)
		return true;
	if (!load_servers(plan, programs, &servers))
		return false;
	group = plan_group(plan, "root");
	plan->head.root_endpoint = plan_object(plan, group, OBJECT_ENDPOINT, 0, 1);
	serial_begin(&serial, plan, &servers);
	plan_root_log(plan, &serial, group);
	plan_clock(plan, servers.clock);
	plan_shell(&serial, servers.shell);
	for (uint32_t i = 0; i < d->guest_count; i++)
		plan_guest(plan, &serial, &d->guests[i], &servers);
	serial_end(&serial);
	return true;
}
