/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A server that answers a request of its channel twice, when the driver has begun anew meanwhile, or never: the driver's memory has
 * what the first answer in time was, and with another server all is well again.
 */
#include <string.h>

#include <virtio/registers.h>

#include "test_vmm_copy.h"
#include "test_vmm_virtio.h"

#define QUEUE       0 /* of input */
#define DATA        (MEMORY_BASE + 0x4000)
#define SIZE        16
#define KICKS       1000
#define SIGNALS_MAX 9 /* that one exit may cost */

static struct channel_queue *const queue = &shared.channel.queues[QUEUE];
static uint8_t *data;

static void acknowledge(void)
{
	queue->acknowledged = queue->generation;
}

static void ignore(void)
{
}

/* Its request is with the server, which has not answered. */
static void begin(void)
{
	guest_configure();
	server_impostor = acknowledge;
	guest_begin();
	channel_prepare();
	data = memory + (DATA - MEMORY_BASE);
	ring_offer(&driver_rings[QUEUE], 0, DATA, SIZE, RING_WRITE);
	driver_kick(QUEUE);
	ck_assert_uint_eq(queue->offered, 1);
}

/* So many requests are done, it says, and fills its buffer. */
static void say(uint32_t completed, int byte)
{
	memset(shared.bytes + CHANNEL_BUFFERS, byte, SIZE);
	queue->written[0] = SIZE;
	queue->completed = completed;
	guest_event(VMM_EVENT_CONSOLE_COPY);
}

static void another_server(void)
{
	server_impostor = NULL;
	server_start();
	channel_is_well();
}

START_TEST(twice)
{
	begin();
	say(1, 0x11);
	ck_assert_uint_eq(driver_take(QUEUE, 0), SIZE);
	ck_assert_uint_eq(data[0], 0x11);
	/* The same count says nothing, however often. */
	for (unsigned int i = 0; i < KICKS; i++)
		say(1, 0x22);
	ck_assert(driver_none(QUEUE));
	ck_assert_uint_eq(data[0], 0x11);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
	/* One more is one that was never offered, one less takes back what was done. */
	say(_i ? 2 : 0, 0x33);
	ck_assert(driver_none(QUEUE));
	ck_assert_uint_eq(data[0], 0x11);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE | VIRTIO_STATUS_NEEDS_RESET);
	another_server();
}
END_TEST

START_TEST(late)
{
	uint32_t old;

	begin();
	old = queue->generation;
	server_impostor = ignore;
	channel_prepare();
	ring_offer(&driver_rings[QUEUE], 0, DATA, SIZE, RING_WRITE);
	driver_kick(QUEUE);
	ck_assert_uint_ne(queue->generation, old);
	/* It answers what was before; it knows of nothing else. */
	say(1, 0x11);
	ck_assert(driver_none(QUEUE));
	ck_assert_uint_eq(data[0], 0);
	ck_assert_uint_eq(queue->offered, 0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
	/* And now that it does, what it says is impossible. */
	acknowledge();
	say(1, 0x22);
	ck_assert(driver_none(QUEUE));
	ck_assert_uint_eq(data[0], 0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE | VIRTIO_STATUS_NEEDS_RESET);
	another_server();
}
END_TEST

START_TEST(never)
{
	begin();
	for (uint16_t head = 1; head < DRIVER_RING_SIZE; head++)
		ring_offer(&driver_rings[QUEUE], head, DATA, SIZE, RING_WRITE);
	for (unsigned int i = 0; i < KICKS; i++) {
		signals[CAP_SERVER] = 0;
		driver_kick(QUEUE);
		guest_event(VMM_EVENT_CONSOLE_COPY);
		ck_assert_uint_le(signals[CAP_SERVER], SIGNALS_MAX);
		ck_assert_uint_le(queue->offered, CHANNEL_REQUESTS);
	}
	ck_assert(driver_none(QUEUE));
	ck_assert_uint_eq(data[0], 0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
	ck_assert_str_eq(log_text(), "");
	another_server();
}
END_TEST

Suite *channel_answers_suite(void)
{
	Suite *suite = suite_create("answers in a channel");
	TCase *tests = tcase_create("answers in a channel");

	tcase_add_loop_test(tests, twice, 0, 2);
	tcase_add_test(tests, late);
	tcase_add_test(tests, never);
	suite_add_tcase(suite, tests);
	return suite;
}
