/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest in a plan: its memory, what it shares with the servers (endpoint, vCPU, lines), and its VMM.
 */
#include "plan_guest.h"

#include <idl/root.h>
#include <stdio.h>

#define VMM_CNODE_BITS  6
#define VCPU_PAGES_SIZE (2 * PAGE_SIZE)

/* Images of at least this size are padded to 2 MiB and mapped by frames of that size. */
#define BIG_IMAGE (1 * MIB)

/* One piece of memory, in the guest and in its VMM. `size` is a power of two. */
static void plan_chunk(struct guest_plan *g, uint64_t offset, uint64_t size)
{
	uint64_t address = g->guest->memory_base + offset;
	uint32_t bits = size == GIB && address % GIB == 0 ? 30 : 21;
	uint32_t count = (uint32_t)(size >> bits);
	uint32_t group = plan_group(g->plan, "guest %s: memory", g->guest->name);
	uint32_t frames = plan_object(g->plan, group, OBJECT_FRAME, bits, count);
	struct guest_chunk chunk = { frames, count, bits, offset };

	vector_add(g->plan->arena, &g->chunks, &chunk);
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
					   .size = device->size,
					   .address2 = device->address2,
					   .size2 = device->size2 };
	}
}

uint64_t plan_line(const struct guest_plan *g, struct process *process, const char *name,
		   enum client_kind kind, uint32_t tell, uint32_t *notify)
{
	struct serial_link link = serial_client(g->serial, g->shared, name, kind, tell);

	*notify = process_give(process, link.notify, RIGHT_WRITE, 0);
	return process_line(process, link.frames);
}

void plan_ports(const struct guest_plan *g, struct process *process, uint32_t tell,
		struct vmm_port *ports, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		const char *name;

		/* The first port is Linux's hvc0, the others are vport0p1 and so on. */
		snprintf(ports[i].name, sizeof(ports[i].name), i ? "vport%u" : "hvc0", i);
		name = arena_print(g->plan->arena, "%s %s", g->guest->name, ports[i].name);
		ports[i].line = plan_line(g, process, name, CLIENT_CONSOLE, tell, &ports[i].notify);
	}
}

/* What tells the VMM of an event. */
static uint32_t event(const struct guest_plan *g, uint64_t bit)
{
	return plan_root_capability(g->plan, g->events, RIGHT_WRITE, bit);
}

static void plan_lines(struct guest_plan *g)
{
	const struct guest_device *virtio = guest_device(g->guest, VMM_DEVICE_VIRTIO_CONSOLE);
	struct vmm_config *config = &g->config;

	if (guest_device_of(g->guest, DEVICE_UART))
		config->console.line = plan_line(g, &g->vmm, g->guest->name, CLIENT_CONSOLE,
						 event(g, VMM_EVENT_CONSOLE),
						 &config->console.notify);
	if (virtio && virtio->memory == DEVICE_MEMORY_COPY)
		config->port_count = virtio->ports;
	if (virtio && !virtio->server) {
		config->port_count = virtio->ports;
		plan_ports(g, &g->vmm, event(g, VMM_EVENT_VIRTIO_CONSOLE), config->ports,
			   config->port_count);
	}
	config->log_line = plan_line(g, &g->vmm, g->vmm.name, CLIENT_LOG, event(g, VMM_EVENT_LOG),
				     &config->log_notify);
}

static void plan_vcpu(struct guest_plan *g, uint32_t index)
{
	struct plan *plan = g->plan;
	/* Without a budget a guest takes what is left in any case; of several vCPUs the first has the devices' events. */
	bool divided = g->guest->budget_stated && index == 0;
	uint64_t parts = divided ? guest_device_budgets(g->guest) : 0;
	uint64_t budget = g->guest->budget - parts;
	struct manifest_vcpu vcpu = {
		.vcpu = g->vcpu + index,
		.guest_space = g->space.slot,
		/* An exit's badge is 1 + the vCPU (idl/vmm.idl). */
		.endpoint = plan_root_capability(plan, g->endpoint, RIGHT_WRITE, 1 + index),
		.sched_context = plan_sched_context(plan, g->shared, budget, g->guest->period, 0),
		.vmm_address_space = g->vmm.space.slot,
		.priority = g->guest->priority,
		.page_address = PROCESS_VCPUS + index * VCPU_PAGES_SIZE,
		.id = index,
		.guest = g->index,
		.start = 1,
		.answer_limit = g->guest->answer_ms * 1000,
	};

	vector_add(plan->arena, &plan->vcpus, &vcpu);
	plan_binding(plan, BINDING_EVENT, g->events + index, g->vcpu + index);
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

static void begin(struct guest_plan *g, const struct server_programs *programs)
{
	struct plan *plan = g->plan;
	const char *name = g->guest->name;
	uint32_t space;

	g->index = (uint32_t)plan->guests.count;
	g->shared = plan_group(plan, "guest %s: shared", name);
	space = plan_object(plan, g->shared, OBJECT_GUEST_SPACE, 0, 1);
	space_init(&g->space, plan, space, g->shared);
	g->endpoint = plan_object(plan, g->shared, OBJECT_ENDPOINT, 0, 1);
	process_begin(&g->vmm, plan, arena_print(plan->arena, "vmm %s", name), programs->vmm,
		      VMM_CNODE_BITS);
	snprintf(g->config.name, sizeof(g->config.name), "%s", name);
}

void plan_guest(struct plan *plan, struct serial *serial, const struct guest *guest,
		const struct server_programs *programs)
{
	struct guest_plan g = { .plan = plan,
				.serial = serial,
				.guest = guest,
				.chunks = { .item_size = sizeof(struct guest_chunk) } };
	const struct guest_device *rtc = guest_device_of(guest, DEVICE_CLOCK);
	struct manifest_guest record = {
		.on_reset = guest->on_reset,
		.memory_base = guest->memory_base,
		.memory_size = guest->memory_size,
	};

	begin(&g, programs);
	plan_guest_memory(&g);
	plan_images(&g);
	plan_devices(&g);
	plan_vcpus(&g);
	plan_lines(&g);
	if (rtc && !rtc->server)
		g.config.clock = plan_clock_reader(&g.vmm);
	for (uint32_t i = 0; i < guest->device_count; i++)
		if (guest->devices[i].server)
			plan_device(&g, &guest->devices[i], &g.config.devices[i], programs);
	process_configure(&g.vmm, &g.config, sizeof(g.config));
	snprintf(record.name, sizeof(record.name), "%s", guest->name);
	if (guest_device(guest, VMM_DEVICE_POWER_BUTTON))
		record.power_button = event(&g, VMM_EVENT_POWER);
	record.vmm_thread =
		process_end_serving(&g.vmm, g.endpoint, guest->priority, &guest->restart);
	vector_add(plan->arena, &plan->guests, &record);
}
