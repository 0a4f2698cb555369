/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server of an isolated device: a process with nothing but what its model needs. What connects it with the
 * guest (endpoint, window, doorbell, interrupt, its share of time) comes from what the guest shares, so
 * that the process can be taken away and made again.
 */
#include "plan_guest.h"

#include <idl/channel.h>
#include <idl/device.h>
#include <idl/root.h>
#include <stdio.h>

#define DEVICE_CNODE_BITS 4

/* Where a channel is mapped, in both processes: behind the page of a server's state. */
#define CHANNEL_AT (PROCESS_DEVICES + 0x10000)

/* QueueNotify of virtio over MMIO (Virtual I/O Device 1.2, 4.2.2). */
#define VIRTIO_DOORBELL 0x50

/* Microseconds of its share in which it must be done with a signal, if its guest is not stricter with its VMM. */
#define SIGNAL_LIMIT_US 1000000

/* A device server while it is planned. */
struct device_plan {
	struct guest_plan *g;
	const struct guest_device *device;
	struct process process;
	uint32_t endpoint;
	/* What its callers have theirs from. */
	uint32_t door;
	uint32_t wait;
	uint32_t line;
	/* Of a channel: its first frame, and what tells the VMM. */
	uint32_t channel;
	uint32_t tell;
	struct device_config config;
};

/* What wakes the server, with this bit. */
static uint32_t event(const struct device_plan *d, uint64_t bit)
{
	return plan_root_capability(d->g->plan, d->wait, RIGHT_WRITE, bit);
}

static void plan_connections(struct device_plan *d)
{
	struct guest_plan *g = d->g;

	d->endpoint = plan_object(g->plan, g->shared, OBJECT_ENDPOINT, 0, 1);
	d->door = plan_root_capability(g->plan, d->endpoint, RIGHT_WRITE, 0);
	d->wait = plan_object(g->plan, g->shared, OBJECT_NOTIFICATION, 0, 1);
	d->config.endpoint = process_give(&d->process, d->endpoint, RIGHT_READ, 0);
}

/* The server drives the line, and the VMM leads it to where the guest has the interrupt routed. */
static void plan_interrupt(struct device_plan *d, struct vmm_device *to)
{
	struct guest_plan *g = d->g;

	d->line = plan_object(g->plan, g->shared, OBJECT_NOTIFICATION, 0, 1);
	d->config.interrupt = process_give(&d->process, d->line, RIGHT_READ | RIGHT_WRITE, 1);
	to->line = process_give(&g->vmm, d->line, RIGHT_CONTROL, 0);
}

/*
 * A device whose registers and queues are the VMM's: the two share a channel, and each signals the other.
 */
static void plan_channel(struct device_plan *d, struct vmm_device *to)
{
	struct guest_plan *g = d->g;
	uint32_t queues = d->device->ports == 1 ? 2 : 2 + 2 * d->device->ports;
	uint32_t pages =
		(CHANNEL_BUFFERS + queues * CHANNEL_REQUESTS * CHANNEL_BUFFER_SIZE) / PAGE_SIZE;
	uint32_t frames = plan_object(g->plan, g->shared, OBJECT_FRAME, 12, pages);

	d->channel = frames;
	d->tell = plan_root_capability(g->plan, g->events, RIGHT_WRITE, VMM_EVENT_CONSOLE_COPY);
	to->kind = VMM_DEVICE_CONSOLE_COPY;
	to->channel = CHANNEL_AT;
	to->peer = process_give(&g->vmm, event(d, DEVICE_EVENT_CHANNEL), RIGHT_WRITE, 0);
	space_map(&g->vmm.space, frames, pages, 12, CHANNEL_AT, RIGHT_READ | RIGHT_WRITE);
	d->config.device = *to;
	d->config.device.kind = VMM_DEVICE_VIRTIO_CONSOLE;
	d->config.device.peer = process_give(&d->process, d->tell, RIGHT_WRITE, 0);
	space_map(&d->process.space, plan_copies(g->plan, frames, pages), pages, 12, CHANNEL_AT,
		  RIGHT_READ | RIGHT_WRITE);
}

static void plan_state(struct device_plan *d)
{
	uint32_t frame = plan_object(d->g->plan, d->g->shared, OBJECT_FRAME, 12, 1);

	d->config.state = PROCESS_DEVICES;
	space_map(&d->process.space, frame, 1, 12, d->config.state, RIGHT_READ | RIGHT_WRITE);
}

static void plan_memory(struct device_plan *d)
{
	const struct guest_plan *g = d->g;
	const struct guest_chunk *chunk = g->chunks.items;

	d->config.memory = g->config.memory;
	d->config.memory_base = g->config.memory_base;
	d->config.memory_size = g->config.memory_size;
	for (size_t i = 0; i < g->chunks.count; i++)
		space_map(&d->process.space, plan_copies(g->plan, chunk[i].frames, chunk[i].count),
			  chunk[i].count, chunk[i].bits, d->config.memory + chunk[i].offset,
			  RIGHT_READ | RIGHT_WRITE);
}

static void plan_lines(struct device_plan *d)
{
	d->config.port_count = d->device->ports;
	plan_ports(d->g, &d->process, event(d, DEVICE_EVENT_LINE), d->config.ports,
		   d->config.port_count);
	d->config.log_line = plan_line(d->g, &d->process, d->process.name, CLIENT_LOG,
				       event(d, DEVICE_EVENT_LOG), &d->config.log_notify);
}

static void plan_window(struct device_plan *d)
{
	struct guest_plan *g = d->g;
	bool doorbell = d->device->memory == DEVICE_MEMORY_ALL;
	struct manifest_window window = {
		.guest_space = g->space.slot,
		.window = g->windows++,
		.address = d->device->address,
		.pages = (uint32_t)(d->device->size / PAGE_SIZE),
		.endpoint = d->door,
		.doorbell = doorbell ? event(d, DEVICE_EVENT_DOORBELL) : 0,
		.doorbell_offset = doorbell ? VIRTIO_DOORBELL : 0,
	};

	space_tables(&g->space, d->device->address, d->device->size, 12);
	vector_add(g->plan->arena, &g->plan->windows, &window);
}

/* The thread, which has no time but what a caller lends or its notification has. */
static uint32_t plan_thread(struct device_plan *d)
{
	struct guest_plan *g = d->g;
	const struct guest *guest = g->guest;
	uint64_t answer = guest->answer_ms * 1000;
	uint32_t time = plan_sched_context(g->plan, g->shared, d->device->budget, guest->period,
					   answer < SIGNAL_LIMIT_US ? answer : SIGNAL_LIMIT_US);
	/* Above the guest, which may wait in a loop for what it has rung the doorbell for. */
	uint32_t index = process_end_serving(&d->process, d->endpoint, guest->priority + 1,
					     &d->device->restart);
	const struct manifest_thread *thread = g->plan->threads.items;

	plan_binding(g->plan, BINDING_THREAD, d->wait, thread[index].thread);
	plan_binding(g->plan, BINDING_TIME, time, d->wait);
	return index;
}

/* A device whose registers are its server's. */
static void plan_registers(struct device_plan *d, struct vmm_device *to)
{
	plan_interrupt(d, to);
	if (d->device->class == DEVICE_CLOCK)
		d->config.clock = plan_clock_reader(&d->process);
	if (d->device->memory == DEVICE_MEMORY_ALL)
		plan_memory(d);
	plan_window(d);
	to->server = process_give(&d->g->vmm, d->door, RIGHT_WRITE, DEVICE_BADGE_VMM);
	d->config.device = *to;
	d->config.device.server = 0;
	d->config.device.line = 0;
}

void plan_device(struct guest_plan *g, const struct guest_device *device, struct vmm_device *to,
		 const struct server_programs *programs)
{
	struct device_plan d = { .g = g, .device = device };
	bool copy = device->memory == DEVICE_MEMORY_COPY;
	struct manifest_device_server record = { .guest = g->index };
	const char *name =
		arena_print(g->plan->arena, "device %s %s", g->guest->name, device->server);

	process_begin(&d.process, g->plan, name, copy ? programs->device_copy : programs->device,
		      DEVICE_CNODE_BITS);
	plan_connections(&d);
	plan_state(&d);
	plan_lines(&d);
	if (copy)
		plan_channel(&d, to);
	else
		plan_registers(&d, to);
	snprintf(d.config.name, sizeof(d.config.name), "%s", name);
	process_configure(&d.process, &d.config, sizeof(d.config));
	record.door = d.door;
	record.line = d.line;
	record.channel = d.channel;
	record.tell = d.tell;
	record.wake = event(&d, DEVICE_EVENT_WAKE);
	record.thread = plan_thread(&d);
	vector_add(g->plan->arena, &g->plan->device_servers, &record);
}
