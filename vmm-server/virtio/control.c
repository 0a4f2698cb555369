/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control messages of a virtio console. What is to be said is a set of events a port, so whatever a
 * driver asks for how often, it takes no memory. Messages that are too short, of events that are not
 * the driver's, or about ports that there are not, are passed over.
 */
#include <cloister/string.h>

#include <virtio/console.h>
#include <virtio/control.h>
#include <virtio/registers.h>

#define NAME_SIZE sizeof(((struct vmm_port *)0)->name)

/* struct virtio_console_control (5.3.6.2); behind PORT_NAME comes the name. */
struct control_message {
	uint32_t id;
	uint16_t event;
	uint16_t value;
};

struct control_text {
	struct control_message message;
	char name[NAME_SIZE];
};

/* The message at the start of a chain; false if it holds none. */
static bool control_take(const struct queue_chain *chain, struct control_message *message)
{
	uint32_t got = 0;

	for (uint32_t i = 0; i < chain->readable && got < sizeof(*message); i++) {
		const struct queue_vector *vector = &chain->vectors[i];
		uint32_t left = sizeof(*message) - got;
		uint32_t count = vector->size < left ? vector->size : left;

		memcpy((uint8_t *)message + got, vector->data, count);
		got += count;
	}
	return got == sizeof(*message);
}

/* Write to a chain; gives how many bytes had room in it. */
static uint32_t control_put(const struct queue_chain *chain, const void *data, uint32_t size)
{
	uint32_t done = 0;

	for (uint32_t i = chain->readable; i < chain->count; i++) {
		const struct queue_vector *vector = &chain->vectors[i];
		uint32_t count = vector->size < size - done ? vector->size : size - done;

		memcpy(vector->data, (const uint8_t *)data + done, count);
		done += count;
	}
	return done;
}

static uint32_t name_length(const char *name)
{
	uint32_t length = 0;

	while (length < NAME_SIZE && name[length])
		length++;
	return length;
}

/* Tell the lowest event that is unsaid of a port. False: there is no chain for it. */
static bool control_tell(struct virtio_console *console, uint32_t id)
{
	struct virtio_port *port = &console->ports[id];
	uint16_t event = (uint16_t)__builtin_ctz(port->unsaid);
	struct control_text text = { { id, event, 1 }, { 0 } };
	uint32_t size = sizeof(text.message);
	struct queue_chain chain;

	if (!virtio_next(&console->virtio, CONSOLE_CONTROL_RECEIVE, &chain))
		return false;
	if (event == VIRTIO_CONSOLE_PORT_NAME) {
		size += name_length(port->name);
		memcpy(text.name, port->name, NAME_SIZE);
	}
	port->unsaid &= port->unsaid - 1;
	virtio_done(&console->virtio, CONSOLE_CONTROL_RECEIVE, &chain,
		    control_put(&chain, &text, size));
	return true;
}

void control_say(struct virtio_console *console)
{
	if (!virtio_queue_live(&console->virtio, CONSOLE_CONTROL_RECEIVE))
		return;
	for (uint32_t id = 0; id < console->port_count; id++)
		while (console->ports[id].unsaid)
			if (!control_tell(console, id))
				return;
}

/* The driver is ready for messages: tell it of each port, once (5.3.6.2.1). */
static void control_add(struct virtio_console *console)
{
	for (uint32_t id = 0; id < console->port_count; id++) {
		struct virtio_port *port = &console->ports[id];

		if (!port->added)
			port->unsaid |= 1U << VIRTIO_CONSOLE_PORT_ADD;
		port->added = true;
	}
}

static void control_heed(struct virtio_console *console, const struct control_message *message)
{
	struct virtio_port *port;

	if (message->event == VIRTIO_CONSOLE_DEVICE_READY && message->value)
		control_add(console);
	if (message->id >= console->port_count)
		return;
	port = &console->ports[message->id];
	if (message->event == VIRTIO_CONSOLE_PORT_OPEN) {
		port->open = message->value;
	} else if (message->event == VIRTIO_CONSOLE_PORT_READY && message->value) {
		port->unsaid |= 1U << VIRTIO_CONSOLE_PORT_NAME | 1U << VIRTIO_CONSOLE_PORT_OPEN;
		if (!message->id)
			port->unsaid |= 1U << VIRTIO_CONSOLE_CONSOLE_PORT;
	}
}

void control_listen(struct virtio_console *console)
{
	struct control_message message;
	struct queue_chain chain;

	for (uint32_t i = 0; i < QUEUE_SIZE_MAX; i++) {
		if (!virtio_next(&console->virtio, CONSOLE_CONTROL_TRANSMIT, &chain))
			break;
		if (control_take(&chain, &message))
			control_heed(console, &message);
		virtio_done(&console->virtio, CONSOLE_CONTROL_TRANSMIT, &chain, 0);
	}
	control_say(console);
}

void control_forget(struct virtio_console *console)
{
	for (uint32_t id = 0; id < console->port_count; id++) {
		console->ports[id].added = false;
		console->ports[id].open = false;
		console->ports[id].unsaid = 0;
	}
}
