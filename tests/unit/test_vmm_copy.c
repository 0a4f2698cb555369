/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See test_vmm_copy.h.
 */
#include <string.h>

#include <virtio/console.h>

#include "test_vmm_copy.h"

/* As virtio/console.c of the server is compiled. */
extern const struct device_model server_virtio_console_model;

union shared_channel shared __attribute__((aligned(4096)));
bool server_urgent;
bool server_signalled;
void (*server_impostor)(void);

static struct virtio_console console_model;
static struct memory no_memory;
static struct host host;
static bool vmm_signalled;

void server_start(void)
{
	host = (struct host){
		.memory = &no_memory,
		.ports = config.ports,
		.port_count = config.port_count,
		.channel = &shared.channel,
		.peer = CAP_VMM,
	};
	memset(&console_model, 0, sizeof(console_model));
	if (server_virtio_console_model.init(&console_model, &host))
		return;
	server_virtio_console_model.reset(&console_model);
	server_run();
}

void server_run(void)
{
	server_signalled = false;
	if (server_impostor)
		server_impostor();
	else if (console_model.virtio.type)
		server_virtio_console_model.signal(&console_model);
}

void place_configure(void)
{
	memset(&shared, 0, sizeof(shared));
	memset(&console_model, 0, sizeof(console_model));
	server_impostor = NULL;
	server_urgent = true;
	server_signalled = false;
	vmm_signalled = false;
	config.devices[2].kind = VMM_DEVICE_CONSOLE_COPY;
	config.devices[2].channel = (uint64_t)(uintptr_t)&shared;
	config.devices[2].peer = CAP_SERVER;
}

void place_signal(uint32_t cap)
{
	if (cap == CAP_VMM)
		vmm_signalled = true;
	if (cap != CAP_SERVER)
		return;
	/* It starts with the machine. */
	if (!console_model.virtio.type && !server_impostor)
		server_start();
	server_signalled = true;
	if (server_urgent)
		server_run();
}

uint64_t place_event(uint64_t bits)
{
	if (bits & VMM_EVENT_VIRTIO_CONSOLE) {
		server_signalled = true;
		if (server_urgent)
			server_run();
	}
	if (vmm_signalled)
		bits |= VMM_EVENT_CONSOLE_COPY;
	vmm_signalled = false;
	return bits & ~(uint64_t)VMM_EVENT_VIRTIO_CONSOLE;
}

/* Signals of the server that came while the VMM had an exit to answer. */
void place_after_exit(void)
{
	static bool inside;
	uint64_t kept[sizeof(result) / sizeof(result[0])];

	if (inside)
		return;
	inside = true;
	memcpy(kept, result, sizeof(result));
	while (vmm_signalled)
		guest_event(0);
	memcpy(result, kept, sizeof(result));
	inside = false;
}
