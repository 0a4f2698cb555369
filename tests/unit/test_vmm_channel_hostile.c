/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Either end of a channel with a peer that writes anything anywhere, also while it is read: the
 * sanitizers see what is touched, the tests that work ends, and that with an honest peer and a reset
 * all is well again.
 */
#include <pthread.h>
#include <string.h>

#include <virtio/registers.h>

#include "test_vmm_copy.h"
#include "test_vmm_virtio.h"

#define RECEIVE  0
#define TRANSMIT 1
#define DATA     (MEMORY_BASE + 0x4000)
#define STEPS    60000
/* Signals to the server that one exit may cost for each queue. */
#define SIGNALS_MAX 9

static uint32_t scribbler_seed;
static bool scribbling;

static uint32_t scribbler_random(void)
{
	scribbler_seed = scribbler_seed * 1664525 + 1013904223;
	return scribbler_seed >> 8;
}

/* A value that is near what it should be, or any. */
static uint32_t nasty(uint32_t random)
{
	static const uint32_t values[] = {
		0,
		1,
		2,
		3,
		4,
		5,
		CHANNEL_BUFFER_SIZE - 1,
		CHANNEL_BUFFER_SIZE,
		CHANNEL_BUFFER_SIZE + 1,
		0x7fffffff,
		0x80000000,
		0xffffffff,
	};
	uint32_t count = sizeof(values) / sizeof(values[0]);

	return random % 4 ? values[random / 4 % count] : random * 2654435761U;
}

static void scribble(uint32_t (*random)(void))
{
	uint32_t words = (uint32_t)sizeof(struct channel) / 4;
	uint32_t r = random();

	/* Mostly the queues that are used. */
	if (r % 4)
		words = (uint32_t)(offsetof(struct channel, queues) +
				   2 * sizeof(struct channel_queue)) /
			4;
	__atomic_store_n(&shared.words[random() % words], nasty(random()), __ATOMIC_RELAXED);
}

static void *scribbler(void *unused)
{
	while (__atomic_load_n(&scribbling, __ATOMIC_RELAXED))
		scribble(scribbler_random);
	return unused;
}

static pthread_t start_scribbling(void)
{
	pthread_t thread;

	scribbling = true;
	ck_assert_int_eq(pthread_create(&thread, NULL, scribbler, NULL), 0);
	return thread;
}

static void stop_scribbling(pthread_t thread)
{
	__atomic_store_n(&scribbling, false, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

void channel_prepare(void)
{
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
}

static const char *output(void)
{
	static char text[STREAM_SIZE + 1];

	text[stream_read(&virtio_out[0], text, STREAM_SIZE)] = 0;
	return text;
}

void channel_is_well(void)
{
	shared.channel.given_up = 0;
	channel_prepare();
	output();
	memcpy(memory + (DATA - MEMORY_BASE), "still here", 10);
	ring_offer(&driver_rings[TRANSMIT], 0, DATA, 10, 0);
	driver_kick(TRANSMIT);
	ck_assert_str_eq(output(), "still here");
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
}

/* It says that it knows of all generations, mostly: else it would never be asked for anything. */
static void impostor(void)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct channel_queue *queue = &shared.channel.queues[i];

		if (ring_random() % 8)
			queue->acknowledged = queue->generation;
		if (ring_random() % 4)
			queue->completed = queue->offered;
	}
	for (uint32_t i = ring_random() % 4; i; i--)
		scribble(ring_random);
	if (ring_random() % 2)
		place_signal(CAP_VMM);
}

static void driver_step(uint32_t r)
{
	uint32_t queue = r >> 8 & 1;

	if (r % 4 == 0)
		ring_offer(&driver_rings[queue], (r >> 9) % DRIVER_RING_SIZE,
			   DATA + (r >> 12) % 0x8000, (r >> 10) % 0x4000,
			   queue == RECEIVE ? RING_WRITE : 0);
	if (r % 4 == 1)
		driver_kick(queue);
	if (r % 4 == 2)
		guest_event(VMM_EVENT_CONSOLE_COPY);
	if (r % 64 == 3)
		channel_prepare();
}

START_TEST(test_hostile_server)
{
	pthread_t thread;

	guest_configure();
	server_impostor = impostor;
	guest_begin();
	channel_prepare();
	thread = start_scribbling();
	for (uint32_t i = 0; i < STEPS; i++) {
		signals[CAP_SERVER] = 0;
		driver_step(ring_random());
		must(signals[CAP_SERVER] <= 20 * SIGNALS_MAX);
		must(slot[VIRTIO_IRQ].line == (driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS) != 0));
	}
	stop_scribbling(thread);
	/* However often it was wrong, the log has a line of it, and counts. */
	ck_assert_uint_lt(strlen(log_text()), 1000);
	server_impostor = NULL;
	server_start();
	channel_is_well();
}
END_TEST

/* What it may not do, one by one; each stops the device until its reset. */
static const struct {
	uint32_t completed;
	uint32_t written;
	bool wrong;
} answers[] = {
	{ 1, 0, false }, { 1, 16, false }, { 1, 17, true },         { 1, UINT32_MAX, true },
	{ 2, 0, true },  { 5, 0, true },   { UINT32_MAX, 0, true }, { 0x80000000, 0, true },
};

static uint32_t answer;

static void answer_wrongly(void)
{
	struct channel_queue *queue = &shared.channel.queues[RECEIVE];

	queue->acknowledged = queue->generation;
	if (!queue->offered)
		return;
	queue->written[0] = answers[answer].written;
	queue->completed = answers[answer].completed;
}

START_TEST(test_wrong_answers)
{
	uint8_t *behind = memory + (DATA - MEMORY_BASE) + 16;
	uint32_t state = answers[_i].wrong ? LIVE | VIRTIO_STATUS_NEEDS_RESET : LIVE;

	guest_configure();
	answer = (uint32_t)_i;
	server_impostor = answer_wrongly;
	guest_begin();
	channel_prepare();
	*behind = 0x77;
	memset(shared.bytes + CHANNEL_BUFFERS, 0x11, CHANNEL_BUFFER_SIZE);
	ring_offer(&driver_rings[RECEIVE], 0, DATA, 16, RING_WRITE);
	driver_kick(RECEIVE);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), state);
	ck_assert_uint_eq(*behind, 0x77);
	ck_assert_str_eq(
		log_text(),
		answers[_i].wrong ? "device: broken channel of 0xc000000 (pc 0x40001000)\n" : "");
	if (!answers[_i].wrong)
		ck_assert_uint_eq(driver_take(RECEIVE, 0), answers[_i].written);
	else
		ck_assert(driver_none(RECEIVE));
	server_impostor = NULL;
	server_start();
	channel_is_well();
}
END_TEST

/* The driver takes back, while the server writes, the room that it has offered. */
static void shrink(void)
{
	struct channel_queue *queue = &shared.channel.queues[RECEIVE];

	queue->acknowledged = queue->generation;
	if (!queue->offered)
		return;
	ring_describe(&driver_rings[RECEIVE], 0, DATA, 3, RING_WRITE, 0);
	queue->written[0] = 16;
	queue->completed = 1;
}

START_TEST(test_room_that_shrinks)
{
	guest_configure();
	server_impostor = shrink;
	guest_begin();
	channel_prepare();
	memset(shared.bytes + CHANNEL_BUFFERS, 0x11, 16);
	ring_offer(&driver_rings[RECEIVE], 0, DATA, 16, RING_WRITE);
	driver_kick(RECEIVE);
	ck_assert_uint_eq(driver_take(RECEIVE, 0), 3);
	ck_assert_uint_eq(memory[DATA - MEMORY_BASE + 2], 0x11);
	ck_assert_uint_eq(memory[DATA - MEMORY_BASE + 3], 0);
}
END_TEST

/* It is done with all that it gets, at once. */
static void complete_all(void)
{
	struct channel_queue *queue = &shared.channel.queues[TRANSMIT];

	queue->acknowledged = queue->generation;
	queue->completed = queue->offered;
}

/* A guest and its server that work together keep the VMM busy for a while at one exit, and not longer. */
START_TEST(test_work_is_bounded)
{
	const struct ring *ring = &driver_rings[TRANSMIT];
	uint32_t exits = 0;
	uint32_t head;
	uint32_t written;

	guest_configure();
	server_impostor = complete_all;
	guest_begin();
	channel_prepare();
	for (uint32_t i = 0; i < DRIVER_RING_SIZE; i++)
		ring_describe(ring, i, MEMORY_BASE, 0x10000,
			      i + 1 < DRIVER_RING_SIZE ? RING_NEXT : 0, (uint16_t)(i + 1));
	ring_put(&driver_rings[TRANSMIT], 0);
	ring_show(ring);
	signals[CAP_SERVER] = 0;
	driver_kick(TRANSMIT);
	while (!ring_take(&driver_rings[TRANSMIT], &head, &written)) {
		ck_assert_uint_gt(signals[CAP_SERVER], 0);
		ck_assert_uint_le(signals[CAP_SERVER], SIGNALS_MAX);
		ck_assert_uint_eq(shared.channel.queues[TRANSMIT].awaits, 1);
		signals[CAP_SERVER] = 0;
		guest_event(VMM_EVENT_CONSOLE_COPY);
		exits++;
	}
	ck_assert_uint_gt(exits, 2);
}
END_TEST

/* A VMM that has counted wrongly has offered nothing. */
START_TEST(test_wrong_offers)
{
	static const uint32_t offers[] = { 5, 0x80000000, UINT32_MAX };

	guest_configure();
	guest_begin();
	channel_prepare();
	for (uint32_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		shared.channel.queues[TRANSMIT].requests[0].readable = 4;
		shared.channel.queues[TRANSMIT].offered = offers[i];
		server_run();
		ck_assert_str_eq(output(), "");
		ck_assert_uint_eq(shared.channel.queues[TRANSMIT].completed, 0);
	}
	channel_is_well();
}
END_TEST

/* The server, of whose channel a hostile VMM has the other end. */
START_TEST(test_hostile_vmm)
{
	pthread_t thread;

	guest_configure();
	guest_begin();
	server_urgent = false;
	thread = start_scribbling();
	for (uint32_t i = 0; i < STEPS; i++) {
		uint32_t r = ring_random();
		struct channel_queue *queue = &shared.channel.queues[r >> 8 & 1];

		if (r % 16 == 0)
			queue->generation = r;
		if (r % 4 == 1)
			queue->offered = queue->completed + (r >> 10) % 5;
		if (r % 4 == 2)
			queue->requests[(r >> 10) % CHANNEL_REQUESTS] =
				(struct channel_request){ (r >> 12) % 0x1100, (r >> 13) % 0x1100 };
		for (uint32_t n = r % 3; n; n--)
			scribble(ring_random);
		stream_write(&virtio_in[0], &r, sizeof(r));
		output();
		server_run();
	}
	stop_scribbling(thread);
	guest_begin();
	server_urgent = true;
	channel_is_well();
}
END_TEST

Suite *channel_hostile_suite(void)
{
	Suite *suite = suite_create("hostile channel");
	TCase *tests = tcase_create("hostile channel");

	tcase_add_test(tests, test_hostile_server);
	tcase_add_loop_test(tests, test_wrong_answers, 0, sizeof(answers) / sizeof(answers[0]));
	tcase_add_test(tests, test_room_that_shrinks);
	tcase_add_test(tests, test_work_is_bounded);
	tcase_add_test(tests, test_wrong_offers);
	tcase_add_test(tests, test_hostile_vmm);
	tcase_set_timeout(tests, 60);
	suite_add_tcase(suite, tests);
	return suite;
}
