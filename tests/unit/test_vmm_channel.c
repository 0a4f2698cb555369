/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A driver, its VMM and a device server that keep to the rules, each running when it comes to it: what
 * is sent arrives whole and in order, nobody waits for what nobody will say, and after a reset or another
 * server all begin at the same point.
 */
#include <string.h>

#include <virtio/registers.h>

#include "test_vmm_copy.h"
#include "test_vmm_virtio.h"

#define RECEIVE  0
#define TRANSMIT 1
#define TOTAL    400000
#define CHAINS   4
/* Two descriptors a chain. */
#define SEND_ROOM 0x2800
#define SEND_AT   (MEMORY_BASE + 0x4000)
#define TAKE_ROOM 0x400
#define TAKE_AT   (MEMORY_BASE + 0xe000)

static uint8_t byte_at(uint32_t place)
{
	return (uint8_t)(place * 7 + place / 256 + place / 65536);
}

static void begin(void)
{
	guest_start();
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
}

/* Where the streams are: bytes offered and shown, typed and got. */
static struct {
	uint32_t offered;
	uint32_t shown;
	uint32_t typed;
	uint32_t got;
	/* Chains under way, by queue; the size of each for output. */
	uint32_t busy[2];
	uint32_t sizes[CHAINS];
} flow;

static void step_send(void)
{
	uint32_t chain = driver_rings[TRANSMIT].offered % CHAINS;
	uint64_t at = SEND_AT + chain * (uint64_t)SEND_ROOM;
	uint32_t size = ring_random() % 4 ? ring_random() % 100 : ring_random() % SEND_ROOM;
	uint32_t first = size ? ring_random() % size : 0;

	if (flow.busy[TRANSMIT] == CHAINS || flow.offered >= TOTAL)
		return;
	for (uint32_t i = 0; i < size; i++)
		memory[at - MEMORY_BASE + i] = byte_at(flow.offered + i);
	ring_describe(&driver_rings[TRANSMIT], 2 * chain, at, first, RING_NEXT,
		      (uint16_t)(2 * chain + 1));
	ring_describe(&driver_rings[TRANSMIT], 2 * chain + 1, at + first, size - first, 0, 0);
	ring_put(&driver_rings[TRANSMIT], (uint16_t)(2 * chain));
	ring_show(&driver_rings[TRANSMIT]);
	flow.sizes[chain] = size;
	flow.offered += size;
	flow.busy[TRANSMIT]++;
	driver_kick(TRANSMIT);
}

static void step_offer_room(void)
{
	uint32_t chain = driver_rings[RECEIVE].offered % CHAINS;
	uint64_t at = TAKE_AT + chain * (uint64_t)TAKE_ROOM;
	uint32_t first = 1 + ring_random() % (TAKE_ROOM / 2);

	if (flow.busy[RECEIVE] == CHAINS)
		return;
	ring_describe(&driver_rings[RECEIVE], 2 * chain, at, first, RING_WRITE | RING_NEXT,
		      (uint16_t)(2 * chain + 1));
	ring_describe(&driver_rings[RECEIVE], 2 * chain + 1, at + first,
		      ring_random() % (TAKE_ROOM / 2), RING_WRITE, 0);
	ring_put(&driver_rings[RECEIVE], (uint16_t)(2 * chain));
	ring_show(&driver_rings[RECEIVE]);
	flow.busy[RECEIVE]++;
	driver_kick(RECEIVE);
}

/* The driver's interrupt. */
static void step_take(void)
{
	uint32_t head;
	uint32_t written;

	if (!slot[VIRTIO_IRQ].line)
		return;
	driver_set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	while (ring_take(&driver_rings[TRANSMIT], &head, &written)) {
		must(written == 0);
		flow.busy[TRANSMIT]--;
	}
	while (ring_take(&driver_rings[RECEIVE], &head, &written)) {
		uint64_t at = TAKE_AT + head / 2 * (uint64_t)TAKE_ROOM - MEMORY_BASE;

		must(written > 0);
		for (uint32_t i = 0; i < written; i++)
			must(memory[at + i] == byte_at(flow.got + i));
		flow.got += written;
		flow.busy[RECEIVE]--;
	}
}

/* The multiplexer, which signals only who has asked for it. */
static void step_lines(void)
{
	static uint8_t bytes[STREAM_SIZE];
	uint32_t count = stream_read(&virtio_out[0], bytes, 1 + ring_random() % STREAM_SIZE);
	bool wakes = stream_wakes_producer(&virtio_out[0]);

	if (!count)
		stream_await_data(&virtio_out[0]);
	for (uint32_t i = 0; i < count; i++)
		must(bytes[i] == byte_at(flow.shown + i));
	flow.shown += count;
	count = flow.typed < TOTAL ? ring_random() % 1000 : 0;
	for (uint32_t i = 0; i < count; i++)
		bytes[i] = byte_at(flow.typed + i);
	flow.typed += stream_write(&virtio_in[0], bytes, count);
	if (wakes || stream_wakes_consumer(&virtio_in[0]))
		guest_event(VMM_EVENT_VIRTIO_CONSOLE);
}

static void step_server(void)
{
	if (!server_signalled)
		return;
	server_run();
	/* An event of the VMM's, if the server has signalled. */
	guest_event(0);
}

START_TEST(test_all_arrives)
{
	static void (*const steps[])(void) = { step_send,  step_offer_room, step_take,
					       step_lines, step_server,     step_server };
	uint32_t idle = 0;

	begin();
	memset(&flow, 0, sizeof(flow));
	while (flow.shown < TOTAL || flow.got < TOTAL) {
		uint32_t before = flow.shown + flow.got;

		server_urgent = _i == 0 || (_i == 2 && ring_random() % 2);
		steps[ring_random() % (sizeof(steps) / sizeof(steps[0]))]();
		idle = before == flow.shown + flow.got ? idle + 1 : 0;
		ck_assert_msg(idle < 1000, "after %u and %u bytes nobody goes on", flow.shown,
			      flow.got);
	}
}
END_TEST

/* One chain of more than all buffers of its queue together. */
START_TEST(test_large_chain)
{
	const uint32_t size = 0xa000;
	static uint8_t bytes[STREAM_SIZE];
	uint32_t shown = 0;

	begin();
	for (uint32_t i = 0; i < size; i++)
		memory[SEND_AT - MEMORY_BASE + i] = byte_at(i);
	ring_offer(&driver_rings[TRANSMIT], 0, SEND_AT, size, 0);
	driver_kick(TRANSMIT);
	while (shown < size) {
		uint32_t count = stream_read(&virtio_out[0], bytes, sizeof(bytes));

		ck_assert_uint_gt(count, 0);
		for (uint32_t i = 0; i < count; i++)
			must(bytes[i] == byte_at(shown + i));
		shown += count;
		if (stream_wakes_producer(&virtio_out[0]))
			guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	}
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
	/* And one with room for more than a buffer gets what one buffer holds. */
	for (uint32_t i = 0; i < STREAM_SIZE; i++)
		bytes[i] = byte_at(i);
	ck_assert_uint_eq(stream_write(&virtio_in[0], bytes, STREAM_SIZE), STREAM_SIZE);
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	ring_offer(&driver_rings[RECEIVE], 0, SEND_AT, size, RING_WRITE);
	driver_kick(RECEIVE);
	ck_assert_uint_eq(driver_take(RECEIVE, 0), CHANNEL_BUFFER_SIZE);
	ck_assert_mem_eq(memory + (SEND_AT - MEMORY_BASE), bytes, STREAM_SIZE);
}
END_TEST

static const char *output(void)
{
	static char text[STREAM_SIZE + 1];

	text[stream_read(&virtio_out[0], text, STREAM_SIZE)] = 0;
	return text;
}

static void send(uint16_t head, const char *text)
{
	memcpy(memory + (SEND_AT - MEMORY_BASE), text, strlen(text));
	ring_offer(&driver_rings[TRANSMIT], head, SEND_AT, (uint32_t)strlen(text), 0);
	driver_kick(TRANSMIT);
}

/* A driver that uses no interrupt is served within its notification: nothing more comes as an event. */
START_TEST(test_served_at_once)
{
	begin();
	send(0, "at once");
	ck_assert_str_eq(output(), "at once");
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
	signals[CAP_VMM] = 0;
	send(1, "again");
	ck_assert_uint_eq(driver_take(TRANSMIT, 1), 0);
	ck_assert_uint_eq(signals[CAP_VMM], 0);
}
END_TEST

/* What was offered before the server knew of the queue is offered to it when it does, without another word. */
START_TEST(test_slow_beginning)
{
	guest_start();
	server_urgent = false;
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	ring_offer(&driver_rings[RECEIVE], 0, TAKE_AT, 16, RING_WRITE);
	driver_kick(RECEIVE);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_uint_eq(shared.channel.queues[RECEIVE].offered, 0);
	step_server();
	ck_assert_uint_eq(shared.channel.queues[RECEIVE].offered, 1);
	step_server();
	ck_assert_uint_eq(stream_write(&virtio_in[0], "word", 4), 4);
	ck_assert(stream_wakes_consumer(&virtio_in[0]));
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	step_server();
	ck_assert_uint_eq(driver_take(RECEIVE, 0), 4);
}
END_TEST

/* Killed with chains in its hands: its successor is offered them again, and the driver sees nothing of it. */
START_TEST(test_killed_server)
{
	begin();
	server_urgent = false;
	memcpy(memory + (SEND_AT - MEMORY_BASE), "first, second", 13);
	ring_offer(&driver_rings[TRANSMIT], 0, SEND_AT, 7, 0);
	ring_offer(&driver_rings[TRANSMIT], 1, SEND_AT + 7, 6, 0);
	ring_offer(&driver_rings[RECEIVE], 0, TAKE_AT, 16, RING_WRITE);
	driver_kick(TRANSMIT);
	driver_kick(RECEIVE);
	server_start();
	server_urgent = true;
	guest_event(0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
	ck_assert_str_eq(output(), "first, second");
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
	ck_assert_uint_eq(driver_take(TRANSMIT, 1), 0);
	ck_assert_uint_eq(stream_write(&virtio_in[0], "word", 4), 4);
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	ck_assert_uint_eq(driver_take(RECEIVE, 0), 4);
	ck_assert_str_eq(log_text(), "");
}
END_TEST

/* The first bytes of the output. */
static const char *cut(uint32_t size)
{
	static char text[16];

	text[stream_read(&virtio_out[0], text, size)] = 0;
	return text;
}

static void expect_bytes(uint32_t from, uint32_t count)
{
	static uint8_t bytes[STREAM_SIZE];

	while (count) {
		uint32_t most = count < STREAM_SIZE ? count : STREAM_SIZE;
		uint32_t got = stream_read(&virtio_out[0], bytes, most);

		ck_assert_uint_gt(got, 0);
		for (uint32_t i = 0; i < got; i++)
			must(bytes[i] == byte_at(from + i));
		from += got;
		count -= got;
		if (stream_wakes_producer(&virtio_out[0]))
			guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	}
}

/* What it has said that it is done with is not done again; a part of a chain that it was in the middle of is. */
START_TEST(test_killed_server_half_done)
{
	const uint32_t part = CHANNEL_BUFFER_SIZE;

	begin();
	for (uint32_t i = 0; i < 3 * part; i++)
		memory[SEND_AT - MEMORY_BASE + i] = byte_at(i);
	ring_offer(&driver_rings[TRANSMIT], 0, SEND_AT, 3 * part, 0);
	driver_kick(TRANSMIT);
	expect_bytes(0, 1000);
	server_start();
	guest_event(0);
	expect_bytes(1000, part);
	expect_bytes(part, 2 * part);
	ck_assert_str_eq(output(), "");
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
}
END_TEST

/* One that was killed before it knew of a queue had nothing in its hands, and nothing is lost with it. */
START_TEST(test_killed_servers)
{
	begin();
	send(0, "first");
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
	server_urgent = false;
	server_start();
	guest_event(0);
	server_start();
	guest_event(0);
	server_urgent = true;
	server_run();
	guest_event(0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
	send(1, ", second");
	ck_assert_str_eq(output(), "first, second");
	ck_assert_str_eq(log_text(), "");
}
END_TEST

/* A driver begins with a server of which the VMM has not heard yet: what that has half done it does not do again. */
START_TEST(test_killed_server_unheard)
{
	const uint32_t size = 2 * CHANNEL_BUFFER_SIZE;

	begin();
	send(0, "short");
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	for (uint32_t i = 0; i < size; i++)
		memory[SEND_AT - MEMORY_BASE + i] = byte_at(i);
	ring_offer(&driver_rings[TRANSMIT], 0, SEND_AT, size, 0);
	server_start();
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_str_eq(cut(5), "short");
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	expect_bytes(0, size);
	ck_assert_str_eq(output(), "");
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
}
END_TEST

/* What a server has left in the channel does not keep its successor from serving. */
START_TEST(test_killed_hostile_server)
{
	struct channel_queue *queue = &shared.channel.queues[TRANSMIT];

	begin();
	server_urgent = false;
	send(0, "to be seen");
	if (_i == 0)
		queue->acknowledged = 0;
	else if (_i == 1)
		queue->generation = 0;
	else if (_i == 2)
		queue->acknowledged = queue->generation += 77;
	else
		memset(&shared.channel, 0xff, offsetof(struct channel, given_up));
	server_start();
	server_urgent = true;
	guest_event(0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
	ck_assert_str_eq(output(), "to be seen");
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
}
END_TEST

/* What a driver of several ports has said is lost: it has to begin anew. */
START_TEST(test_killed_server_of_ports)
{
	guest_configure();
	config.port_count = 2;
	guest_begin();
	driver_prepare(VIRTIO_F_VERSION_1 | VIRTIO_CONSOLE_F_MULTIPORT, 6);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	server_start();
	guest_event(0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE | VIRTIO_STATUS_NEEDS_RESET);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_INTERRUPT_CONFIG);
	ck_assert(slot[VIRTIO_IRQ].line);
}
END_TEST

static void nobody(void)
{
}

/* Nobody will ever serve the driver: it is told, now and when it begins anew, until there is a server again. */
START_TEST(test_given_up)
{
	begin();
	server_impostor = nobody;
	send(0, "too late");
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
	shared.channel.given_up = 1;
	guest_event(VMM_EVENT_CONSOLE_COPY);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE | VIRTIO_STATUS_NEEDS_RESET);
	ck_assert(slot[VIRTIO_IRQ].line);
	ck_assert(driver_none(TRANSMIT));
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE & ~VIRTIO_STATUS_DRIVER_OK);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE | VIRTIO_STATUS_NEEDS_RESET);
	ck_assert(slot[VIRTIO_IRQ].line);
	shared.channel.given_up = 0;
	server_impostor = NULL;
	server_start();
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	send(0, "in time");
	ck_assert_str_eq(output(), "in time");
}
END_TEST

/* While no driver is there it is none of the guest's business either. */
START_TEST(test_given_up_unused)
{
	guest_start();
	shared.channel.given_up = 1;
	guest_event(VMM_EVENT_CONSOLE_COPY);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), 0);
	ck_assert(!slot[VIRTIO_IRQ].line);
}
END_TEST

/* While no driver is there a new server is none of the guest's business. */
START_TEST(test_killed_unused_server)
{
	guest_start();
	server_start();
	guest_event(0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), 0);
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	send(0, "fine");
	ck_assert_str_eq(output(), "fine");
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
}
END_TEST

/* A new VMM with the server of its predecessor, which was in the middle of something. */
START_TEST(test_killed_vmm)
{
	static const uint64_t nothing[5];

	begin();
	for (uint32_t i = 0; i < STREAM_SIZE; i++)
		memory[SEND_AT - MEMORY_BASE + i] = 'x';
	ring_offer(&driver_rings[TRANSMIT], 0, SEND_AT, STREAM_SIZE, 0);
	driver_kick(TRANSMIT);
	send(1, "not to be seen");
	ck_assert_ptr_null(vmm_init(&vmm, &config));
	guest_exit(EXIT_START, nothing);
	ck_assert_uint_eq(strlen(output()), STREAM_SIZE);
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	ck_assert_str_eq(output(), "");
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	send(0, "a new life");
	ck_assert_str_eq(output(), "a new life");
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
}
END_TEST

Suite *channel_suite(void)
{
	Suite *suite = suite_create("channel");
	TCase *tests = tcase_create("channel");

	tcase_add_loop_test(tests, test_all_arrives, 0, 3);
	tcase_add_test(tests, test_large_chain);
	tcase_add_test(tests, test_served_at_once);
	tcase_add_test(tests, test_slow_beginning);
	tcase_add_test(tests, test_killed_server);
	tcase_add_test(tests, test_killed_server_half_done);
	tcase_add_test(tests, test_killed_servers);
	tcase_add_test(tests, test_killed_server_unheard);
	tcase_add_loop_test(tests, test_killed_hostile_server, 0, 4);
	tcase_add_test(tests, test_killed_server_of_ports);
	tcase_add_test(tests, test_given_up);
	tcase_add_test(tests, test_given_up_unused);
	tcase_add_test(tests, test_killed_unused_server);
	tcase_add_test(tests, test_killed_vmm);
	tcase_set_timeout(tests, 60);
	suite_add_tcase(suite, tests);
	return suite;
}
