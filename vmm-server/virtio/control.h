/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control queues of a virtio console (Virtual I/O Device 1.2, 5.3.6.2), for a driver that has
 * agreed on VIRTIO_CONSOLE_F_MULTIPORT: which ports there are, and whether the driver has them open.
 */
#pragma once

struct virtio_console;

/* Tell the driver what it has still to be told, as far as there are chains in a live queue. */
void control_say(struct virtio_console *console);

/* Take what the driver says, from a live queue, and answer. */
void control_listen(struct virtio_console *console);

/* The driver begins anew: it has heard of no port. */
void control_forget(struct virtio_console *console);
