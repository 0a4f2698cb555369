/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest in a plan: its memory, what it shares with the servers (endpoint, vCPU, lines), and its VMM.
 */
#include "plan_system.h"

#include <idl/root.h>
#include <stdio.h>

#define VMM_CNODE_BITS  6
#define VCPU_PAGES_SIZE (2 * PAGE_SIZE)

/* Images of at least this size are padded to 2 MiB and mapped by frames of that size. */
#define BIG_IMAGE (1 * MIB)

/* A guest while it is planned. */
struct guest_plan {
	struct plan *plan;
	const struct guest *guest;
	uint32_t index;
	/* Group of what the guest shares with servers. */
	uint32_t shared;
	struct space space;
	struct process vmm;
	uint32_t endpoint;
	/* The first of its VCpus, and of the notifications that are their events. */
	uint32_t vcpu;
	uint32_t events;
	struct vmm_config config;
};

/* One piece of memory, in the guest and in its VMM. `size` is a power of two. */
static void plan_chunk(struct guest_plan *g, uint64_t offset, uint64_t size)
{
	uint64_t address = g->guest->memory_base + offset;
	uint32_t bits = size == GIB && address % GIB == 0 ? 30 : 21;
	uint32_t count = (uint32_t)(size >> bits);
	uint32_t group = plan_group(g->plan, "guest %s: memory", g->guest->name);
	uint32_t frames = plan_object(g->plan, group, OBJECT_FRAME, bits, count);

	space_map(&g->space, frames, count, bits, address,
		  RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE);
	space_map(&g->vmm.space, plan_copies(g->plan, frames, count), count, bits,
		  g->config.memory + offset, RIGHT_READ | RIGHT_WRITE);
}

/* Each piece comes from a group of its own, so memory of any size wastes none. */
static void plan_guest_memory(struct guest_plan *g)
{
	uint64_t offset = 0;

	g->config.memory_base = g->guest->memory_base;
	g->config.memory_size = g->guest->memory_size;
	g->config.memory = PROCESS_GUEST + g->guest->memory_base % GIB;
	while (offset < g->guest->memory_size) {
		uint64_t size = GIB;

		while (size > g->guest->memory_size - offset)
			size /= 2;
		plan_chunk(g, offset, size);
		offset += size;
	}
}

/* Puts an image into the bootable image and maps it in the VMM from `*address` on. */
static void plan_image(struct guest_plan *g, const struct guest_image *image, uint64_t *address)
{
	struct plan *plan = g->plan;
	bool big = image->content.size >= BIG_IMAGE;
	uint32_t bits = big ? 21 : 12;
	uint64_t unit = 1ULL << bits;
	uint32_t count = (uint32_t)(align_up(image->content.size, unit) >> bits);
	const char *name = arena_print(plan->arena, "guest %s: %s", g->guest->name, image->role);
	uint32_t component = plan_component(plan, name, image->content, unit);

	*address = align_up(*address, unit);
	space_map(&g->vmm.space, plan_image_frames(plan, component, 0, bits, count), count, bits,
		  *address, RIGHT_READ);
	g->config.images[g->config.image_count++] = (struct vmm_image){
		.source = *address,
		.size = image->content.size,
		.destination = image->address,
	};
	*address += count * unit;
}

/* Maps a ROM where it stands in the bootable image: in the guest, and in the VMM from `*address` on. */
static void plan_rom(struct guest_plan *g, uint32_t index, uint64_t *address)
{
	const struct guest_rom *rom = &g->guest->roms[index];
	struct plan *plan = g->plan;
	bool big = (rom->address | rom->content.size) % BLOCK_SIZE == 0;
	uint32_t bits = big ? 21 : 12;
	uint64_t unit = 1ULL << bits;
	uint32_t count = (uint32_t)(rom->content.size >> bits);
	const char *name = arena_print(plan->arena, "guest %s: rom %u", g->guest->name, index + 1);
	uint32_t component = plan_component(plan, name, rom->content, unit);
	uint32_t frames = plan_image_frames(plan, component, 0, bits, count);

	*address = align_up(*address, unit);
	space_map(&g->space, frames, count, bits, rom->address, RIGHT_READ | RIGHT_EXECUTE);
	space_map(&g->vmm.space, plan_copies(plan, frames, count), count, bits, *address,
		  RIGHT_READ);
	g->config.roms[g->config.rom_count++] = (struct vmm_rom){
		.source = *address,
		.size = rom->content.size,
		.address = rom->address,
	};
	*address += rom->content.size;
}

static void plan_images(struct guest_plan *g)
{
	uint64_t address = PROCESS_IMAGES;

	for (uint32_t i = 0; i < g->guest->image_count; i++)
		if (g->guest->images[i].content.size)
			plan_image(g, &g->guest->images[i], &address);
	for (uint32_t i = 0; i < g->guest->rom_count; i++)
		plan_rom(g, i, &address);
	g->config.entry = g->guest->entry;
	g->config.argument = g->guest->device_tree;
}

static void plan_devices(struct guest_plan *g)
{
	for (uint32_t i = 0; i < g->guest->device_count; i++) {
		const struct guest_device *device = &g->guest->devices[i];
		struct vmm_device *to = &g->config.devices[g->config.device_count++];

		*to = (struct vmm_device){ .kind = device->kind,
					   .irq = device->irq,
					   .address = device->address,
					   .size = device->size };
		if (device->kind == VMM_DEVICE_GICV3) {
			to->address2 = GUEST_GICR;
			to->size2 = guest_gicr_size(g->guest);
		}
	}
}

/* Connects the VMM with one client's place at the multiplexer. */
static uint64_t plan_line(struct guest_plan *g, struct serial *serial, const char *name,
			  enum client_kind kind, uint64_t event, uint32_t *notify)
{
	uint32_t tell = plan_root_capability(g->plan, g->events, RIGHT_WRITE, event);
	struct serial_link link = serial_client(serial, g->shared, name, kind, tell);

	*notify = process_give(&g->vmm, link.notify, RIGHT_WRITE, 0);
	return process_line(&g->vmm, link.frames);
}

/* The first port is Linux's hvc0, the others are vport0p1 and so on. */
static void plan_port(struct guest_plan *g, struct serial *serial, uint32_t number)
{
	struct vmm_port *port = &g->config.ports[g->config.port_count++];

	if (number)
		snprintf(port->name, sizeof(port->name), "vport%u", number);
	else
		snprintf(port->name, sizeof(port->name), "hvc0");
	port->line = plan_line(g, serial,
			       arena_print(g->plan->arena, "%s %s", g->guest->name, port->name),
			       CLIENT_CONSOLE, VMM_EVENT_VIRTIO_CONSOLE, &port->notify);
}

static void plan_lines(struct guest_plan *g, struct serial *serial)
{
	if (guest_device(g->guest, VMM_DEVICE_PL011))
		g->config.console.line = plan_line(g, serial, g->guest->name, CLIENT_CONSOLE,
						   VMM_EVENT_CONSOLE, &g->config.console.notify);
	for (uint32_t i = 0; i < guest_ports(g->guest); i++)
		plan_port(g, serial, i);
	g->config.log_line =
		plan_line(g, serial, g->vmm.name, CLIENT_LOG, VMM_EVENT_LOG, &g->config.log_notify);
}

static void plan_vcpu(struct guest_plan *g, uint32_t index)
{
	struct plan *plan = g->plan;
	struct manifest_vcpu vcpu = {
		.vcpu = g->vcpu + index,
		.guest_space = g->space.slot,
		/* An exit's badge is 1 + the vCPU (idl/vmm.idl). */
		.endpoint = plan_root_capability(plan, g->endpoint, RIGHT_WRITE, 1 + index),
		.sched_context =
			plan_sched_context(plan, g->shared, g->guest->budget, g->guest->period),
		.vmm_address_space = g->vmm.space.slot,
		.priority = g->guest->priority,
		.page_address = PROCESS_VCPUS + index * VCPU_PAGES_SIZE,
		.id = index,
		.guest = g->index,
		.start = 1,
		.answer_limit = g->guest->answer_ms * 1000,
	};
	struct manifest_binding binding = {
		.kind = BINDING_EVENT,
		.a = g->events + index,
		.b = g->vcpu + index,
	};

	vector_add(plan->arena, &plan->vcpus, &vcpu);
	vector_add(plan->arena, &plan->bindings, &binding);
}

/* Capabilities of one kind for each vCPU, in consecutive slots of the VMM: gives the first. */
static uint32_t give_each(struct guest_plan *g, uint32_t source, uint32_t rights, uint64_t badge)
{
	uint32_t first = process_give(&g->vmm, source, rights, badge);

	for (uint32_t i = 1; i < g->guest->vcpus; i++)
		process_give(&g->vmm, source + i, rights, badge);
	return first;
}

static void plan_vcpus(struct guest_plan *g)
{
	uint32_t count = g->guest->vcpus;

	g->vcpu = plan_object(g->plan, g->shared, OBJECT_VCPU, 0, count);
	g->events = plan_object(g->plan, g->shared, OBJECT_NOTIFICATION, 0, count);
	for (uint32_t i = 0; i < count; i++)
		plan_vcpu(g, i);
	space_tables(&g->vmm.space, PROCESS_VCPUS, count * VCPU_PAGES_SIZE, 12);
	g->config.vcpu_count = count;
	g->config.vcpu_pages = PROCESS_VCPUS;
	g->config.vcpu = give_each(g, g->vcpu, RIGHT_READ | RIGHT_WRITE, 0);
	g->config.vcpu_event = give_each(g, g->events, RIGHT_WRITE, VMM_EVENT_VCPU);
	g->config.endpoint = process_give(&g->vmm, g->endpoint, RIGHT_READ, 0);
	g->config.root = process_give(&g->vmm, g->plan->head.root_endpoint, RIGHT_WRITE,
				      ROOT_BADGE_GUEST + g->index);
}

static void begin(struct guest_plan *g, const struct program *vmm)
{
	struct plan *plan = g->plan;
	const char *name = g->guest->name;
	uint32_t space;

	g->index = (uint32_t)plan->guests.count;
	g->shared = plan_group(plan, "guest %s: shared", name);
	space = plan_object(plan, g->shared, OBJECT_GUEST_SPACE, 0, 1);
	space_init(&g->space, plan, space, g->shared);
	g->endpoint = plan_object(plan, g->shared, OBJECT_ENDPOINT, 0, 1);
	process_begin(&g->vmm, plan, arena_print(plan->arena, "vmm %s", name), vmm, VMM_CNODE_BITS);
	snprintf(g->config.name, sizeof(g->config.name), "%s", name);
}

void plan_guest(struct plan *plan, struct serial *serial, const struct guest *guest,
		const struct program *vmm)
{
	struct guest_plan g = { .plan = plan, .guest = guest };
	struct manifest_guest record = {
		.on_reset = guest->on_reset,
		.memory_base = guest->memory_base,
		.memory_size = guest->memory_size,
	};

	begin(&g, vmm);
	plan_guest_memory(&g);
	plan_images(&g);
	plan_devices(&g);
	plan_vcpus(&g);
	plan_lines(&g, serial);
	if (guest_device(guest, VMM_DEVICE_PL031))
		g.config.clock = plan_clock_reader(&g.vmm);
	process_configure(&g.vmm, &g.config, sizeof(g.config));
	snprintf(record.name, sizeof(record.name), "%s", guest->name);
	if (guest_device(guest, VMM_DEVICE_POWER_BUTTON))
		record.power_button =
			plan_root_capability(plan, g.events, RIGHT_WRITE, VMM_EVENT_POWER);
	record.vmm_thread = process_end_vmm(&g.vmm, g.endpoint, guest);
	vector_add(plan->arena, &plan->guests, &record);
}
