/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtio console. A chain for output is given back when all of it is in the line; until then it
 * stays the oldest, and what of it is sent is skipped when it is looked at again. What a driver
 * puts into a chain for the wrong direction is passed over.
 */
#include <stddef.h>

#include <virtio/console.h>
#include <virtio/registers.h>
#include <vmm.h>

/* The queues of the one port (5.3.2). */
#define QUEUE_RECEIVE  0
#define QUEUE_TRANSMIT 1
#define QUEUES         2

_Static_assert(QUEUES <= VIRTIO_QUEUES_MAX, "a console's queues have room");

/* Write to the line; gives how many bytes had room. If not all, an event comes with room. */
static uint32_t console_put(struct virtio_console *console, const uint8_t *data, uint32_t size)
{
	uint32_t count = stream_write(&console->out, data, size);

	/* It may have been emptied since, before its other end knew that it shall signal. */
	if (count < size && stream_await_room(&console->out, 1))
		count += stream_write(&console->out, data + count, size - count);
	return count;
}

/* Send what is left of a chain. True: all of it is in the line. */
static bool console_send(struct virtio_console *console, const struct queue_chain *chain)
{
	uint64_t skip = console->sent;

	for (uint32_t i = 0; i < chain->readable; i++) {
		const struct queue_vector *vector = &chain->vectors[i];
		uint32_t from = skip < vector->size ? (uint32_t)skip : vector->size;
		uint32_t count = console_put(console, vector->data + from, vector->size - from);

		skip -= from;
		console->sent += count;
		if (count < vector->size - from)
			return false;
	}
	console->sent = 0;
	return true;
}

static void console_transmit(struct virtio_console *console)
{
	struct queue_chain chain;

	/* As many as the queue holds: what a further vCPU adds meanwhile it notifies of. */
	for (uint32_t i = 0; i < QUEUE_SIZE_MAX; i++) {
		if (!virtio_next(&console->virtio, QUEUE_TRANSMIT, &chain) ||
		    !console_send(console, &chain))
			break;
		virtio_done(&console->virtio, QUEUE_TRANSMIT, &chain, 0);
	}
	if (stream_wakes_consumer(&console->out))
		notification_signal(console->notify);
}

/* Fill the writable part of a chain from the line; gives how many bytes came. */
static uint32_t console_fill(struct virtio_console *console, const struct queue_chain *chain)
{
	uint32_t filled = 0;

	for (uint32_t i = chain->readable; i < chain->count; i++) {
		const struct queue_vector *vector = &chain->vectors[i];
		uint32_t count = stream_read(&console->in, vector->data, vector->size);

		filled += count;
		if (count < vector->size)
			break;
	}
	return filled;
}

static void console_receive(struct virtio_console *console)
{
	struct queue_chain chain;

	for (uint32_t i = 0; i < QUEUE_SIZE_MAX; i++) {
		/* Without data an event comes with it; without a chain, a notification. */
		if (!stream_available(&console->in) && !stream_await_data(&console->in))
			break;
		if (!virtio_next(&console->virtio, QUEUE_RECEIVE, &chain))
			break;
		virtio_done(&console->virtio, QUEUE_RECEIVE, &chain, console_fill(console, &chain));
	}
	if (stream_wakes_producer(&console->in))
		notification_signal(console->notify);
}

static void console_notify(struct virtio *virtio, uint32_t queue)
{
	struct virtio_console *console = &virtio->vmm->virtio_console;

	if (queue == QUEUE_TRANSMIT)
		console_transmit(console);
	else
		console_receive(console);
}

static void console_stop(struct virtio *virtio, uint32_t queue)
{
	if (queue == QUEUE_TRANSMIT)
		virtio->vmm->virtio_console.sent = 0;
}

static const struct virtio_type console_type = {
	.id = VIRTIO_ID_CONSOLE,
	.queues = QUEUES,
	.notify = console_notify,
	.stop = console_stop,
};

void virtio_console_event(struct virtio_console *console)
{
	for (uint32_t i = 0; i < QUEUES; i++)
		if (virtio_queue_live(&console->virtio, i))
			console_notify(&console->virtio, i);
}

static const char *virtio_console_attach(struct vmm *vmm, const struct vmm_device *device)
{
	struct virtio_console *console = &vmm->virtio_console;
	struct line *line = (struct line *)(uintptr_t)vmm->config->virtio_console_line;

	console->notify = vmm->config->virtio_console_notify;
	stream_producer_init(&console->out, &line->output);
	stream_consumer_init(&console->in, &line->input);
	return virtio_attach(&console->virtio, vmm, &console_type, device);
}

static void virtio_console_reset(struct vmm *vmm)
{
	virtio_reset(&vmm->virtio_console.virtio);
}

const struct device_model virtio_console_model = {
	.attach = virtio_console_attach,
	.reset = virtio_console_reset,
};
