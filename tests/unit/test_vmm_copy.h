/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device server in the same program as the VMM: virtio/remote.c and the console's model, compiled with
 * other names for what both have. It has the lines of the virtio console, the VMM the channel to it.
 */
#pragma once

#include <virtio/channel.h>

#include "test_vmm_fixture.h"

#define CAP_SERVER 13
#define CAP_VMM    14

#define CHANNEL_SIZE (CHANNEL_BUFFERS + CHANNEL_QUEUES * CHANNEL_REQUESTS * CHANNEL_BUFFER_SIZE)

extern union shared_channel {
	struct channel channel;
	uint8_t bytes[CHANNEL_SIZE];
	uint32_t words[CHANNEL_SIZE / 4];
} shared;

/*
 * Whether the server runs as soon as it is signalled, as one that is more urgent than the VMM, or when
 * server_run() is called.
 */
extern bool server_urgent;

/* It has been signalled, and has not looked. */
extern bool server_signalled;

/* What another process than the server does when it is signalled; NULL: it is the server. */
extern void (*server_impostor)(void);

/* The server begins to exist: a new process, with another's lines and channel. */
void server_start(void);

/* It looks at what there is to do. */
void server_run(void);

/* The driver begins anew with two queues. */
void channel_prepare(void);

/* With another server, of which the root server says that it is there, all is as it should be. */
void channel_is_well(void);

Suite *channel_suite(void);
Suite *channel_answers_suite(void);
Suite *channel_hostile_suite(void);
