/* SPDX-License-Identifier: BSD-2-Clause */
/* The ports of a virtio console, and the control queues through which a driver hears of them. */
#include <string.h>

#include "test_vmm_virtio.h"

#define PORTS     3
#define FEATURES  (VIRTIO_F_VERSION_1 | VIRTIO_CONSOLE_F_MULTIPORT)
#define LISTEN    2
#define SAY       3
#define INPUT(n)  ((n) ? 2 + 2 * (n) : 0)
#define OUTPUT(n) (INPUT(n) + 1)
#define DATA      (MEMORY_BASE + 0x4000)
#define MESSAGES  (MEMORY_BASE + 0x2000)
#define ROOM      64

struct control {
	uint32_t id;
	uint16_t event;
	uint16_t value;
	char text[ROOM - 8];
};

static uint16_t said;
static uint16_t heard;

static struct control *buffer(uint32_t index)
{
	return (struct control *)(memory + (MESSAGES - MEMORY_BASE) + index * ROOM);
}

/* Give the device a buffer for a message. */
static void listen(void)
{
	uint16_t head = heard++ % DRIVER_RING_SIZE;

	memset(buffer(head), 0xee, ROOM);
	ring_offer(&driver_rings[LISTEN], head, MESSAGES + head * ROOM, ROOM, RING_WRITE);
}

static void say(uint32_t id, uint16_t event, uint16_t value)
{
	uint16_t head = said++ % DRIVER_RING_SIZE;

	*buffer(32 + head) = (struct control){ .id = id, .event = event, .value = value };
	ring_offer(&driver_rings[SAY], head, MESSAGES + (32 + head) * ROOM, 8, 0);
	driver_kick(SAY);
	ck_assert_uint_eq(driver_take(SAY, head), 0);
}

static void begin(uint32_t ports)
{
	guest_configure();
	config.port_count = ports;
	guest_begin();
	driver_prepare(FEATURES, 2 + 2 * ports);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
	said = 0;
	heard = 0;
}

/* The message that came to the driver's oldest buffer, which is offered anew. */
static void hear(uint32_t id, uint16_t event, const char *text)
{
	uint32_t head;
	uint32_t written;
	struct control *message;

	ck_assert(ring_take(&driver_rings[LISTEN], &head, &written));
	message = buffer(head);
	ck_assert_uint_eq(written, 8 + strlen(text));
	ck_assert_uint_eq(message->id, id);
	ck_assert_uint_eq(message->event, event);
	ck_assert_uint_eq(message->value, 1);
	ck_assert_mem_eq(message->text, text, strlen(text));
	ck_assert_uint_eq((uint8_t)message->text[strlen(text)], 0xee);
	listen();
	driver_kick(LISTEN);
}

static const char *const names[] = { "hvc0", "vport1", "two", "0123456789abcdef" };

static void hear_of_port(uint32_t id)
{
	if (!id)
		hear(id, VIRTIO_CONSOLE_CONSOLE_PORT, "");
	hear(id, VIRTIO_CONSOLE_PORT_OPEN, "");
	hear(id, VIRTIO_CONSOLE_PORT_NAME, names[id]);
}

/* As Linux does, up to where all ports are ready and none is open. */
static void meet(uint32_t ports)
{
	begin(ports);
	for (uint32_t i = 0; i < DRIVER_RING_SIZE; i++)
		listen();
	driver_kick(LISTEN);
	ck_assert(driver_none(LISTEN));
	say(UINT32_MAX, VIRTIO_CONSOLE_DEVICE_READY, 1);
	for (uint32_t id = 0; id < ports; id++)
		hear(id, VIRTIO_CONSOLE_PORT_ADD, "");
	for (uint32_t id = 0; id < ports; id++)
		say(id, VIRTIO_CONSOLE_PORT_READY, 1);
	for (uint32_t id = 0; id < ports; id++)
		hear_of_port(id);
	ck_assert(driver_none(LISTEN));
}

static void offer(uint32_t port, uint16_t head, const char *text)
{
	uint64_t address = DATA + 0x100 * port;

	memcpy(memory + (address - MEMORY_BASE), text, strlen(text));
	ring_offer(&driver_rings[OUTPUT(port)], head, address, (uint32_t)strlen(text), 0);
	driver_kick(OUTPUT(port));
}

static const char *output(uint32_t port)
{
	static char text[STREAM_SIZE + 1];

	text[stream_read(&virtio_out[port], text, STREAM_SIZE)] = 0;
	return text;
}

static void type(uint32_t port, const char *text)
{
	stream_write(&virtio_in[port], text, (uint32_t)strlen(text));
	if (stream_wakes_consumer(&virtio_in[port]))
		guest_event(VMM_EVENT_VIRTIO_CONSOLE);
}

static void offer_input(uint32_t port, uint16_t head)
{
	ring_offer(&driver_rings[INPUT(port)], head, DATA + 0x1000 + 0x100 * port, 64, RING_WRITE);
	driver_kick(INPUT(port));
}

static void take_input(uint32_t port, uint16_t head, const char *text)
{
	ck_assert_uint_eq(driver_take(INPUT(port), head), strlen(text));
	ck_assert_mem_eq(memory + (DATA - MEMORY_BASE) + 0x1000 + 0x100 * port, text, strlen(text));
}

/* One port alone needs no control queues. */
START_TEST(test_offered)
{
	guest_start();
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_DEVICE_FEATURES), 0);
	for (uint32_t ports = 2; ports <= VMM_PORTS_MAX; ports++) {
		begin(ports);
		driver_set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_DEVICE_FEATURES),
				  VIRTIO_CONSOLE_F_MULTIPORT);
		driver_set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_DEVICE_FEATURES), 1);
		driver_set(VIRTIO_MMIO_QUEUE_SEL, 1 + 2 * ports);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_QUEUE_NUM_MAX), QUEUE_SIZE_MAX);
		driver_set(VIRTIO_MMIO_QUEUE_SEL, 2 + 2 * ports);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
	}
}
END_TEST

/* cols and rows of no meaning, max_nr_ports, and then nothing (5.3.4); none of it can be written. */
START_TEST(test_configuration_space)
{
	begin(PORTS);
	for (uint32_t i = 0; i < 2; i++) {
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_CONFIG), 0);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_CONFIG + 4), PORTS);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_CONFIG + 8), 0);
		ck_assert_uint_eq(guest_read(VIRTIO + VIRTIO_MMIO_CONFIG + 4, 1), PORTS);
		ck_assert_uint_eq(guest_read(VIRTIO + VIRTIO_MMIO_CONFIG + 4, 2), PORTS);
		ck_assert_uint_eq(guest_read(VIRTIO + VIRTIO_MMIO_CONFIG + 5, 1), 0);
		ck_assert_uint_eq(guest_read(VIRTIO + VIRTIO_MMIO_CONFIG, 8),
				  (uint64_t)PORTS << 32);
		/* Over its end. */
		ck_assert_uint_eq(guest_read(VIRTIO + VIRTIO_MMIO_CONFIG + 4, 8), 0);
		ck_assert_uint_eq(guest_read(VIRTIO + 0xff8, 8), 0);
		driver_set(VIRTIO_MMIO_CONFIG + 4, 77);
		guest_write(VIRTIO + VIRTIO_MMIO_CONFIG, 8, UINT64_MAX);
	}
}
END_TEST

/* A driver that does not agree has port 0 alone, and it is open. */
START_TEST(test_not_agreed)
{
	guest_configure();
	config.port_count = PORTS;
	guest_begin();
	driver_prepare(VIRTIO_F_VERSION_1, 2 + 2 * PORTS);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	offer(0, 0, "zero");
	offer(1, 0, "one");
	offer_input(0, 0);
	offer_input(1, 0);
	type(0, "typed");
	type(1, "typed");
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	ck_assert_str_eq(output(0), "zero");
	ck_assert_str_eq(output(1), "");
	take_input(0, 0, "typed");
	ck_assert(driver_none(INPUT(1)) && driver_none(OUTPUT(1)));
	ring_offer(&driver_rings[LISTEN], 0, MESSAGES, ROOM, RING_WRITE);
	*buffer(1) = (struct control){ .event = VIRTIO_CONSOLE_DEVICE_READY, .value = 1 };
	ring_offer(&driver_rings[SAY], 0, MESSAGES + ROOM, 8, 0);
	driver_kick(SAY);
	driver_kick(LISTEN);
	ck_assert(driver_none(LISTEN) && driver_none(SAY));
}
END_TEST

START_TEST(test_meeting)
{
	meet((uint32_t)_i);
	/* Once is enough. */
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	ck_assert(driver_none(LISTEN));
	/* Unless the driver begins anew. */
	meet((uint32_t)_i);
}
END_TEST

/* With one buffer at a time, offered late, all the same comes in the same order. */
START_TEST(test_meeting_without_buffers)
{
	begin(2);
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	ck_assert(driver_none(LISTEN));
	listen();
	driver_kick(LISTEN);
	hear(0, VIRTIO_CONSOLE_PORT_ADD, "");
	say(0, VIRTIO_CONSOLE_PORT_READY, 1);
	/* Asked for twice, told once. */
	say(0, VIRTIO_CONSOLE_PORT_READY, 1);
	hear(1, VIRTIO_CONSOLE_PORT_ADD, "");
	hear_of_port(0);
	ck_assert(driver_none(LISTEN));
	say(1, VIRTIO_CONSOLE_PORT_READY, 1);
	hear_of_port(1);
	ck_assert(driver_none(LISTEN));
}
END_TEST

START_TEST(test_failures)
{
	begin(2);
	listen();
	driver_kick(LISTEN);
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 0);
	ck_assert(driver_none(LISTEN));
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	hear(0, VIRTIO_CONSOLE_PORT_ADD, "");
	hear(1, VIRTIO_CONSOLE_PORT_ADD, "");
	say(1, VIRTIO_CONSOLE_PORT_READY, 0);
	ck_assert(driver_none(LISTEN));
}
END_TEST

START_TEST(test_data)
{
	meet(VMM_PORTS_MAX);
	for (uint32_t id = 0; id < VMM_PORTS_MAX; id++) {
		offer(id, 0, names[id]);
		ck_assert_uint_eq(driver_take(OUTPUT(id), 0), 0);
		say(id, VIRTIO_CONSOLE_PORT_OPEN, 1);
		offer_input(id, 0);
		ck_assert(driver_none(INPUT(id)));
	}
	for (uint32_t id = 0; id < VMM_PORTS_MAX; id++) {
		ck_assert_str_eq(output(id), names[id]);
		type(id, names[id]);
		take_input(id, 0, names[id]);
	}
}
END_TEST

/* Drivers drop what comes for a port that nobody has open, so it waits in the line. */
START_TEST(test_closed_port)
{
	meet(2);
	offer_input(0, 0);
	offer_input(1, 0);
	type(1, "for one");
	type(0, "for zero");
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	ck_assert(driver_none(INPUT(0)) && driver_none(INPUT(1)));
	say(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
	take_input(1, 0, "for one");
	ck_assert(driver_none(INPUT(0)));
	offer_input(1, 1);
	say(1, VIRTIO_CONSOLE_PORT_OPEN, 0);
	type(1, "later");
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	ck_assert(driver_none(INPUT(1)));
	say(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
	take_input(1, 1, "later");
	say(0, VIRTIO_CONSOLE_PORT_OPEN, 1);
	take_input(0, 0, "for zero");
}
END_TEST

/* The driver resets the device, or takes away the queue on which it listens. */
START_TEST(test_forgotten)
{
	meet(2);
	say(1, VIRTIO_CONSOLE_PORT_OPEN, 1);
	if (_i) {
		driver_prepare(FEATURES, 2 + 2 * 2);
		driver_set(VIRTIO_MMIO_STATUS, LIVE);
	} else {
		driver_set(VIRTIO_MMIO_QUEUE_SEL, LISTEN);
		driver_set(VIRTIO_MMIO_QUEUE_READY, 0);
		driver_queue(LISTEN);
	}
	said = driver_rings[SAY].offered;
	heard = 0;
	offer_input(1, 0);
	type(1, "x");
	ck_assert(driver_none(INPUT(1)));
	listen();
	driver_kick(LISTEN);
	ck_assert(driver_none(LISTEN));
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	hear(0, VIRTIO_CONSOLE_PORT_ADD, "");
	hear(1, VIRTIO_CONSOLE_PORT_ADD, "");
}
END_TEST

/* Messages in pieces, cut off, without end, of ports that there are not, of events that are not the driver's. */
START_TEST(test_odd_messages)
{
	struct ring *ring;

	meet(2);
	ring = &driver_rings[SAY];
	for (uint32_t event = 0; event < 0x10000; event += event < 16 ? 1 : 4093) {
		say(2, (uint16_t)event, event != VIRTIO_CONSOLE_DEVICE_READY);
		say(UINT32_MAX, (uint16_t)event, event != VIRTIO_CONSOLE_DEVICE_READY);
		if (event != VIRTIO_CONSOLE_PORT_READY)
			say(1, (uint16_t)event, event != VIRTIO_CONSOLE_DEVICE_READY);
	}
	ck_assert(driver_none(LISTEN));
	*buffer(40) = (struct control){ .id = 1, .event = VIRTIO_CONSOLE_PORT_READY, .value = 1 };
	/* Cut off, or in what is to be written. */
	ring_offer(ring, 0, MESSAGES + 40 * ROOM, 7, 0);
	ring_offer(ring, 1, MESSAGES + 40 * ROOM, 0, 0);
	ring_offer(ring, 2, MESSAGES + 40 * ROOM, 8, RING_WRITE);
	driver_kick(SAY);
	for (uint32_t i = 0; i < 3; i++)
		ck_assert_uint_eq(driver_take(SAY, i), 0);
	ck_assert(driver_none(LISTEN));
	/* In pieces, with more behind it. */
	ring_describe(ring, 3, MESSAGES + 40 * ROOM, 3, RING_NEXT, 4);
	ring_describe(ring, 4, MESSAGES + 40 * ROOM, 0, RING_NEXT, 5);
	ring_describe(ring, 5, MESSAGES + 40 * ROOM + 3, 20, 0, 0);
	ring_put(ring, 3);
	ring_show(ring);
	driver_kick(SAY);
	ck_assert_uint_eq(driver_take(SAY, 3), 0);
	hear_of_port(1);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
}
END_TEST

/* A buffer too small for a message gets what has room. */
START_TEST(test_small_buffers)
{
	begin(2);
	memset(buffer(0), 0xee, ROOM);
	ring_describe(&driver_rings[LISTEN], 0, MESSAGES, 3, RING_WRITE | RING_NEXT, 1);
	ring_describe(&driver_rings[LISTEN], 1, MESSAGES + 3, 2, RING_WRITE, 0);
	ring_put(&driver_rings[LISTEN], 0);
	ring_show(&driver_rings[LISTEN]);
	ring_offer(&driver_rings[LISTEN], 2, MESSAGES + ROOM, ROOM, 0);
	driver_kick(LISTEN);
	say(0, VIRTIO_CONSOLE_DEVICE_READY, 1);
	ck_assert_uint_eq(driver_take(LISTEN, 0), 5);
	ck_assert_uint_eq(buffer(0)->event & 0xff, VIRTIO_CONSOLE_PORT_ADD);
	ck_assert_uint_eq(buffer(0)->event >> 8, 0xee);
	ck_assert_uint_eq(driver_take(LISTEN, 2), 0);
}
END_TEST

/* A broken control queue stops the whole device, at once. */
START_TEST(test_broken_control_queue)
{
	meet(2);
	*buffer(40) = (struct control){ .id = 1, .event = VIRTIO_CONSOLE_PORT_READY, .value = 1 };
	if (_i)
		ring_offer(&driver_rings[SAY], 0, MESSAGES + 40 * ROOM, 8, RING_INDIRECT);
	else
		ring_offer(&driver_rings[SAY], 0, MESSAGES + 40 * ROOM, 8, 0);
	for (uint32_t i = 0; !_i && i < DRIVER_RING_SIZE; i++)
		ring_describe(&driver_rings[LISTEN], i, 0, 64, RING_WRITE, 0);
	driver_kick(SAY);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE | VIRTIO_STATUS_NEEDS_RESET);
	ck_assert(driver_none(LISTEN));
	offer(1, 0, "x");
	ck_assert_str_eq(output(1), "");
}
END_TEST

/* Anything anywhere: it ends, and a reset mends it. */
START_TEST(test_hostile)
{
	begin(PORTS);
	for (uint32_t i = 0; i < 200000; i++) {
		uint32_t r = ring_random();
		uint32_t queue = (r >> 8) % (2 + 2 * PORTS);

		if (r % 256 == 0) {
			driver_prepare(r & 1U << 16 ? FEATURES : VIRTIO_F_VERSION_1, 2 + 2 * PORTS);
			driver_set(VIRTIO_MMIO_STATUS, LIVE);
		} else if (r % 4 == 0) {
			*buffer(r >> 8 & 63) = (struct control){ .id = ring_random() % 5,
								 .event = (r >> 16) % 9,
								 .value = r >> 20 & 1 };
		} else if (r % 4 == 1) {
			ring_offer(&driver_rings[queue], (r >> 16) % DRIVER_RING_SIZE,
				   MESSAGES + (r >> 20 & 63) * ROOM, r >> 24 & 15,
				   r % 7 ? queue % 2 ? 0 : RING_WRITE : r >> 28);
		} else if (r % 4 == 2) {
			driver_kick(queue);
		} else {
			stream_write(&virtio_in[queue % PORTS], &r, sizeof(r));
			output(queue % PORTS);
			guest_event(VMM_EVENT_VIRTIO_CONSOLE);
		}
		must(slot[VIRTIO_IRQ].line == (driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS) != 0));
	}
	meet(PORTS);
}
END_TEST

START_TEST(test_bad_configurations)
{
	guest_configure();
	config.port_count = 0;
	ck_assert_str_eq(vmm_init(&vmm, &config),
			 "a virtio console without a port, or with too many");
	guest_configure();
	config.port_count = VMM_PORTS_MAX + 1;
	ck_assert_str_eq(vmm_init(&vmm, &config),
			 "a virtio console without a port, or with too many");
}
END_TEST

Suite *virtio_ports_suite(void)
{
	Suite *suite = suite_create("virtio ports");
	TCase *tests = tcase_create("virtio ports");

	tcase_add_test(tests, test_offered);
	tcase_add_test(tests, test_configuration_space);
	tcase_add_test(tests, test_not_agreed);
	tcase_add_loop_test(tests, test_meeting, 2, VMM_PORTS_MAX + 1);
	tcase_add_test(tests, test_meeting_without_buffers);
	tcase_add_test(tests, test_failures);
	tcase_add_test(tests, test_data);
	tcase_add_test(tests, test_closed_port);
	tcase_add_loop_test(tests, test_forgotten, 0, 2);
	tcase_add_test(tests, test_odd_messages);
	tcase_add_test(tests, test_small_buffers);
	tcase_add_loop_test(tests, test_broken_control_queue, 0, 2);
	tcase_add_test(tests, test_hostile);
	tcase_add_test(tests, test_bad_configurations);
	tcase_set_timeout(tests, 60);
	suite_add_tcase(suite, tests);
	return suite;
}
