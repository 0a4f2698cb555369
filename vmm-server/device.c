/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VMM as the host of its devices. Their interrupts are inputs of the interrupt controller's
 * model; their clocks are one of the guest's: it stands at the earliest of them.
 */
#include <stddef.h>

#include <arch/devices.h>
#include <arch/interrupt.h>

#include <device.h>
#include <isolated.h>
#include <vmm.h>

static struct device *device_of(struct host *host)
{
	return (struct device *)(void *)((char *)host - offsetof(struct device, host));
}

void host_drive_line(struct host *host)
{
	struct device *device = device_of(host);

	arch_interrupt_line(device->vmm, device->config->irq, host->line);
}

void host_set_deadline(struct host *host, uint64_t when)
{
	struct vmm *vmm = device_of(host)->vmm;
	uint64_t next = DEADLINE_NEVER;

	host->deadline = when;
	for (uint32_t i = 0; i < vmm->device_count; i++)
		if (vmm->devices[i].host.deadline < next)
			next = vmm->devices[i].host.deadline;
	vmm_set_deadline(vmm, DEADLINE_DEVICES, next);
}

void host_report_queue(struct host *host)
{
	struct device *device = device_of(host);

	violations_report(device->vmm->current, VIOLATION_QUEUE, device->config->address);
}

void forward_report(struct host *host)
{
	struct device *device = device_of(host);

	violations_report(device->vmm->current, VIOLATION_SERVER, device->config->address);
}

/* A UART has the console's line; virtio consoles, and nobody else, look at the others. */
static void device_set_ports(struct device *device)
{
	const struct vmm_config *config = device->vmm->config;

	if (device->events & VMM_EVENT_CONSOLE) {
		device->host.ports = &config->console;
		device->host.port_count = 1;
	} else {
		device->host.ports = config->ports;
		device->host.port_count = config->port_count;
	}
}

static const char *device_connect(struct device *device)
{
	struct vmm *vmm = device->vmm;
	const struct region region = {
		.base = device->config->address,
		.size = device->config->size,
		.access = device->model->access,
		.device = device->state,
	};

	if (!bus_add(&vmm->bus, &region))
		return "a device that overlaps another device";
	vmm->device_count++;
	return device->model->init(device->state, &device->host);
}

/* Its server drives its interrupt and takes its signals. */
static const char *device_attach_isolated(struct device *device)
{
	arch_interrupt_leave(device->vmm, device->config->irq, device->config->line);
	device->model = &isolated_model;
	device->state = device;
	device->events = 0;
	return device_connect(device);
}

const char *device_attach(struct vmm *vmm, const struct vmm_device *config)
{
	const struct arch_device *row = &arch_devices[config->kind];
	struct device *device = &vmm->devices[vmm->device_count];

	if (config->size != row->model->size)
		return "a device whose registers have another size than its model's";
	if (!arch_interrupt_shared(config->irq))
		return "a device whose interrupt is none for devices";
	*device = (struct device){
		.host = {
			.memory = &vmm->memory,
			.channel = (struct channel *)(uintptr_t)config->channel,
			.peer = config->peer,
			.clock = (const struct clock_page *)(uintptr_t)vmm->config->clock,
			.deadline = DEADLINE_NEVER,
		},
		.vmm = vmm,
		.config = config,
		.model = row->model,
		.state = (char *)vmm + row->state,
		.events = row->events,
	};
	if (config->server)
		return device_attach_isolated(device);
	device_set_ports(device);
	return device_connect(device);
}

void device_reset_all(struct vmm *vmm)
{
	for (uint32_t i = 0; i < vmm->device_count; i++) {
		struct device *device = &vmm->devices[i];

		host_set_deadline(&device->host, DEADLINE_NEVER);
		device->model->reset(device->state);
	}
}

void device_flush_all(struct vmm *vmm)
{
	for (uint32_t i = 0; i < vmm->device_count; i++)
		if (vmm->devices[i].model->flush)
			vmm->devices[i].model->flush(vmm->devices[i].state);
}

void device_events(struct vmm *vmm, uint64_t events, uint64_t now)
{
	for (uint32_t i = 0; i < vmm->device_count; i++) {
		struct device *device = &vmm->devices[i];

		if (now >= device->host.deadline)
			device->model->expire(device->state);
		if (events & device->events)
			device->model->signal(device->state);
	}
}
