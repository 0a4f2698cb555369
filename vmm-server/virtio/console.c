/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtio console. A chain for output is given back when all of it is in the line; until then it
 * stays the oldest, and what of it is sent is skipped when it is looked at again. What a driver
 * puts into a chain for the wrong direction is passed over.
 */
#include <stddef.h>

#include <virtio/console.h>
#include <virtio/control.h>
#include <virtio/registers.h>

_Static_assert(offsetof(struct virtio_console, virtio) == 0, "a console begins as a virtio device");
_Static_assert(2 + 2 * VMM_PORTS_MAX <= VIRTIO_QUEUES_MAX, "a console's queues have room");

/* The port whose queue it is; of the control queues none. Odd queues are for output. */
static struct virtio_port *console_port(struct virtio_console *console, uint32_t queue)
{
	return queue <= CONSOLE_TRANSMIT ? &console->ports[0] : &console->ports[queue / 2 - 1];
}

static bool console_multiport(const struct virtio_console *console)
{
	return console->virtio.driver_features & VIRTIO_CONSOLE_F_MULTIPORT;
}

/* Write to the line; gives how many bytes had room. If not all, an event comes with room. */
static uint32_t console_put(struct virtio_port *port, const uint8_t *data, uint32_t size)
{
	uint32_t count = stream_write(&port->out, data, size);

	/* It may have been emptied since, before its other end knew that it shall signal. */
	if (count < size && stream_await_room(&port->out, 1))
		count += stream_write(&port->out, data + count, size - count);
	return count;
}

/* Send what is left of a chain. True: all of it is in the line. */
static bool console_send(struct virtio_port *port, const struct queue_chain *chain)
{
	uint64_t skip = port->sent;

	for (uint32_t i = 0; i < chain->readable; i++) {
		const struct queue_vector *vector = &chain->vectors[i];
		uint32_t from = skip < vector->size ? (uint32_t)skip : vector->size;
		uint32_t count = console_put(port, vector->data + from, vector->size - from);

		skip -= from;
		port->sent += count;
		if (count < vector->size - from)
			return false;
	}
	port->sent = 0;
	return true;
}

static void console_transmit(struct virtio_console *console, uint32_t queue)
{
	struct virtio_port *port = console_port(console, queue);
	struct queue_chain chain;

	/* As many as the queue holds: what a further vCPU adds meanwhile it notifies of. */
	for (uint32_t i = 0; i < QUEUE_SIZE_MAX; i++) {
		if (!virtio_next(&console->virtio, queue, &chain) || !console_send(port, &chain))
			break;
		virtio_done(&console->virtio, queue, &chain, 0);
	}
	if (stream_wakes_consumer(&port->out))
		notification_signal(port->notify);
}

/* Fill the writable part of a chain from the line; gives how many bytes came. */
static uint32_t console_fill(struct virtio_port *port, const struct queue_chain *chain)
{
	uint32_t filled = 0;

	for (uint32_t i = chain->readable; i < chain->count; i++) {
		const struct queue_vector *vector = &chain->vectors[i];
		uint32_t count = stream_read(&port->in, vector->data, vector->size);

		filled += count;
		if (count < vector->size)
			break;
	}
	return filled;
}

static void console_receive(struct virtio_console *console, uint32_t queue)
{
	struct virtio_port *port = console_port(console, queue);
	struct queue_chain chain;

	/* Drivers throw away what comes for a port that nobody has opened. */
	if (console_multiport(console) && !port->open)
		return;
	for (uint32_t i = 0; i < QUEUE_SIZE_MAX; i++) {
		/* Without data an event comes with it; without a chain, a notification. */
		if (!stream_available(&port->in) && !stream_await_data(&port->in))
			break;
		if (!virtio_next(&console->virtio, queue, &chain))
			break;
		virtio_done(&console->virtio, queue, &chain, console_fill(port, &chain));
	}
	if (stream_wakes_producer(&port->in))
		notification_signal(port->notify);
}

static void console_listen(struct virtio_console *console)
{
	control_listen(console);
	/* A port that was opened takes what has waited for that. */
	for (uint32_t i = 0; i < console->type.queues; i += 2)
		if (i != CONSOLE_CONTROL_RECEIVE && virtio_queue_live(&console->virtio, i))
			console_receive(console, i);
}

static void console_notify(struct virtio *virtio, uint32_t queue)
{
	struct virtio_console *console = (struct virtio_console *)virtio;

	if (queue > CONSOLE_TRANSMIT && !console_multiport(console))
		return;
	if (queue == CONSOLE_CONTROL_RECEIVE)
		control_say(console);
	else if (queue == CONSOLE_CONTROL_TRANSMIT)
		console_listen(console);
	else if (queue % 2)
		console_transmit(console, queue);
	else
		console_receive(console, queue);
}

static void console_stop(struct virtio *virtio, uint32_t queue)
{
	struct virtio_console *console = (struct virtio_console *)virtio;

	if (queue == CONSOLE_CONTROL_RECEIVE)
		control_forget(console);
	else if (queue % 2 && queue != CONSOLE_CONTROL_TRANSMIT)
		console_port(console, queue)->sent = 0;
}

/* The other end of a line: there is input, or room. */
static void console_signal(void *device)
{
	struct virtio_console *console = device;

	virtio_signal(&console->virtio);
}

bool virtio_console_describe(struct virtio_type *type, struct virtio_console_config *config,
			     uint32_t ports)
{
	if (!ports || ports > VMM_PORTS_MAX)
		return false;
	*type = (struct virtio_type){
		.id = VIRTIO_ID_CONSOLE,
		.features = VIRTIO_F_VERSION_1,
		.queues = CONSOLE_TRANSMIT + 1,
	};
	if (ports == 1)
		return true;
	type->features |= VIRTIO_CONSOLE_F_MULTIPORT;
	type->queues = 2 + 2 * ports;
	type->config = config;
	type->config_size = sizeof(*config);
	config->max_nr_ports = ports;
	return true;
}

static const char *console_init(void *device, struct host *host)
{
	struct virtio_console *console = device;

	if (!virtio_console_describe(&console->type, &console->config, host->port_count))
		return "a virtio console without a port, or with too many";
	console->port_count = host->port_count;
	for (uint32_t i = 0; i < console->port_count; i++) {
		const struct vmm_port *config = &host->ports[i];
		struct line *line = (struct line *)(uintptr_t)config->line;

		console->ports[i].notify = config->notify;
		console->ports[i].name = config->name;
		stream_producer_init(&console->ports[i].out, &line->output);
		stream_consumer_init(&console->ports[i].in, &line->input);
	}
	console->type.notify = console_notify;
	console->type.stop = console_stop;
	virtio_init(&console->virtio, host, &console->type);
	return NULL;
}

static void console_reset(void *device)
{
	struct virtio_console *console = device;

	virtio_reset(&console->virtio);
}

const struct device_model virtio_console_model = {
	.size = VIRTIO_SIZE,
	.init = console_init,
	.reset = console_reset,
	.access = virtio_access,
	.signal = console_signal,
	.driver = virtio_driver,
	.succeed = virtio_succeed,
};
