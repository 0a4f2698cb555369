/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guests' device servers: what leads to them, and how that ends. While one is restarted its guest's
 * accesses wait for it; once it is given up its door is shut, so that none waits: the kernel hands
 * what the guest does there to the VMM, which reaches nobody either; one that has a channel in place of a window
 * finds it marked.
 */
#include "root.h"

#include <cloister/message.h>
#include <idl/channel.h>
#include <idl/kernel_client.h>

static const struct description *description;

void devices_init(const struct description *d)
{
	description = d;
}

/* NULL: the thread is no device server. */
static const struct manifest_device_server *device_of(uint32_t thread)
{
	for (uint32_t i = 0; i < description->head->device_servers.count; i++)
		if (description->device_servers[i].thread == thread)
			return &description->device_servers[i];
	return NULL;
}

uint32_t devices_guest(uint32_t thread)
{
	const struct manifest_device_server *device = device_of(thread);

	return device == NULL ? GUEST_NONE : device->guest;
}

/* For a VMM that has the device's registers and queues itself, and at the other end of its channel nobody, or again somebody. */
static void mark(const struct manifest_device_server *device, bool given_up)
{
	struct channel *channel = (struct channel *)(uintptr_t)ROOT_SCRATCH;

	if (!device->channel || scratch_map(device->channel, RIGHT_READ | RIGHT_WRITE) != OK)
		return;
	__atomic_store_n(&channel->given_up, given_up, __ATOMIC_RELEASE);
	scratch_unmap();
	notification_signal(device->tell);
}

void devices_given_up(uint32_t thread)
{
	const struct manifest_device_server *device = device_of(thread);
	uint64_t bits;

	cnode_revoke(ROOT_SLOT_CNODE, device->door);
	if (device->line)
		notification_clear(device->line, &bits);
	mark(device, true);
}

void devices_restarted(uint32_t thread)
{
	const struct manifest_device_server *device = device_of(thread);

	/* Its predecessor may have written there whatever it liked. */
	mark(device, false);
	notification_signal(device->wake);
}

void devices_stop(uint32_t guest)
{
	for (uint32_t i = 0; i < description->head->device_servers.count; i++)
		if (description->device_servers[i].guest == guest)
			servers_stop(description->device_servers[i].thread);
}

/* Whoever is no device server of this guest stays as it is. One that cannot be made is missing in the guest. */
static void renew(const struct manifest_device_server *device)
{
	struct failure failure;

	if (!build_door_again(description, device->door, &failure))
		console_print("server %s cannot be reached: %s",
			      description->threads[device->thread].name, failure.text);
	mark(device, false);
	servers_renew(device->thread);
}

void devices_renew(uint32_t guest)
{
	for (uint32_t i = 0; i < description->head->device_servers.count; i++)
		if (description->device_servers[i].guest == guest)
			renew(&description->device_servers[i]);
}
