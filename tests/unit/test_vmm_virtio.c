/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * virtio over MMIO and the virtio console, as a driver sees them: registers, negotiation, resets,
 * lines that are full or empty, and drivers that keep to no rule.
 */
#include <string.h>

#include <virtio/registers.h>

#include "test_vmm_fixture.h"
#include "test_vmm_virtio.h"

#define RECEIVE  0
#define TRANSMIT 1
#define DATA     (MEMORY_BASE + 0x4000)
#define SIZE     DRIVER_RING_SIZE

static void prepare(void)
{
	driver_prepare(VIRTIO_F_VERSION_1, 2);
}

static void begin(void)
{
	guest_start();
	prepare();
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
}

static const char *output(void)
{
	static char text[STREAM_SIZE + 1];

	text[stream_read(&virtio_out[0], text, STREAM_SIZE)] = 0;
	return text;
}

/* Offer text for output, from `address` on. */
static void offer(uint16_t head, uint64_t address, const char *text)
{
	memcpy(memory + (address - MEMORY_BASE), text, strlen(text));
	ring_offer(&driver_rings[TRANSMIT], head, address, (uint32_t)strlen(text), 0);
}

static void type(const char *text)
{
	ck_assert_uint_eq(stream_write(&virtio_in[0], text, (uint32_t)strlen(text)), strlen(text));
	if (stream_wakes_consumer(&virtio_in[0]))
		guest_event(VMM_EVENT_VIRTIO_CONSOLE);
}

START_TEST(test_registers)
{
	guest_start();
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_MAGIC_VALUE), 0x74726976);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_VERSION), 2);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_DEVICE_ID), 3);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), 0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	for (uint64_t offset = VIRTIO_MMIO_SHM_LEN_LOW; offset <= VIRTIO_MMIO_SHM_BASE_HIGH;
	     offset += 4)
		ck_assert_uint_eq(driver_reg(offset), UINT32_MAX);
	/* ConfigGeneration, and the configuration space in all sizes. */
	ck_assert_uint_eq(driver_reg(0xfc), 0);
	for (unsigned int size = 1; size <= 8; size *= 2)
		ck_assert_uint_eq(guest_read(VIRTIO + VIRTIO_MMIO_CONFIG, size), 0);
	/* Other sizes and places between registers. */
	ck_assert_uint_eq(guest_read(VIRTIO, 1), 0);
	ck_assert_uint_eq(guest_read(VIRTIO, 2), 0);
	ck_assert_uint_eq(guest_read(VIRTIO, 8), 0);
	ck_assert_uint_eq(guest_read(VIRTIO + 1, 4), 0);
	guest_write(VIRTIO + VIRTIO_MMIO_STATUS, 1, FOUND);
	guest_write(VIRTIO + VIRTIO_MMIO_STATUS, 8, FOUND);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), 0);
	for (uint64_t offset = 0; offset < 0x1000; offset += 4)
		driver_set(offset, driver_reg(offset));
}
END_TEST

START_TEST(test_features)
{
	static const uint64_t wrong[] = { 0,
					  1,
					  VIRTIO_F_VERSION_1 | 1,
					  VIRTIO_F_VERSION_1 << 1,
					  VIRTIO_F_VERSION_1 | 1ULL << 29,
					  UINT64_MAX };

	guest_start();
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_DEVICE_FEATURES), 0);
	driver_set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_DEVICE_FEATURES), 1);
	driver_set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_DEVICE_FEATURES), 0);
	driver_set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, UINT32_MAX);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_DEVICE_FEATURES), 0);
	for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		driver_set(VIRTIO_MMIO_STATUS, 0);
		driver_set(VIRTIO_MMIO_STATUS, FOUND);
		driver_accept(wrong[i]);
		/* Neither agreed nor, whatever the driver says, live. */
		driver_set(VIRTIO_MMIO_STATUS, FOUND | VIRTIO_STATUS_FEATURES_OK);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), FOUND);
		driver_set(VIRTIO_MMIO_STATUS, LIVE);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), FOUND);
	}
	driver_accept(VIRTIO_F_VERSION_1);
	driver_set(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 2);
	driver_set(VIRTIO_MMIO_DRIVER_FEATURES, 77);
	driver_set(VIRTIO_MMIO_STATUS, FOUND | VIRTIO_STATUS_FEATURES_OK);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), FOUND | VIRTIO_STATUS_FEATURES_OK);
	/* Agreed is agreed. */
	driver_accept(UINT64_MAX);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
}
END_TEST

START_TEST(test_status)
{
	guest_start();
	/* Reserved bits, and the one that is the device's own. */
	driver_set(VIRTIO_MMIO_STATUS, 0xffffff30 | VIRTIO_STATUS_NEEDS_RESET);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), 0);
	driver_set(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE);
	/* A driver cannot take bits back. */
	driver_set(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FAILED);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), FOUND | VIRTIO_STATUS_FAILED);
	driver_set(VIRTIO_MMIO_STATUS, 0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), 0);
}
END_TEST

START_TEST(test_queues)
{
	guest_start();
	prepare();
	for (uint32_t queue = 0; queue < 2; queue++) {
		driver_set(VIRTIO_MMIO_QUEUE_SEL, queue);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_QUEUE_NUM_MAX), QUEUE_SIZE_MAX);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_QUEUE_READY), 1);
	}
	/* Where a queue is does not change under it; what is ready is so once. */
	driver_set(VIRTIO_MMIO_QUEUE_NUM, 3);
	driver_set_wide(VIRTIO_MMIO_QUEUE_DESC_LOW, 0);
	driver_set(VIRTIO_MMIO_QUEUE_READY, 1);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	offer(0, DATA, "here");
	driver_kick(TRANSMIT);
	ck_assert_str_eq(output(), "here");
	/* Queues that are not there. */
	for (uint32_t queue = 2; queue; queue *= 2) {
		driver_set(VIRTIO_MMIO_QUEUE_SEL, queue);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
		driver_set(VIRTIO_MMIO_QUEUE_READY, 1);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_QUEUE_READY), 0);
		driver_kick(queue);
	}
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
	/* Not ready any more. */
	driver_set(VIRTIO_MMIO_QUEUE_SEL, TRANSMIT);
	driver_set(VIRTIO_MMIO_QUEUE_READY, 0);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_QUEUE_READY), 0);
	offer(1, DATA, "gone");
	driver_kick(TRANSMIT);
	ck_assert_str_eq(output(), "");
	driver_queue(TRANSMIT);
	offer(1, DATA, "again");
	driver_kick(TRANSMIT);
	ck_assert_str_eq(output(), "again");
}
END_TEST

/* Nothing is used, and nobody interrupted, before the driver says that it is ready (3.1.1). */
START_TEST(test_not_before_driver_ok)
{
	guest_start();
	prepare();
	offer(0, DATA, "early");
	ring_offer(&driver_rings[RECEIVE], 0, DATA + 0x100, 16, RING_WRITE);
	type("typed");
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	driver_kick(TRANSMIT);
	driver_kick(RECEIVE);
	ck_assert_str_eq(output(), "");
	ck_assert(driver_none(TRANSMIT) && driver_none(RECEIVE));
	ck_assert(!slot[VIRTIO_IRQ].line);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_str_eq(output(), "early");
	ck_assert_uint_eq(driver_take(RECEIVE, 0), 5);
	ck_assert_mem_eq(memory + (DATA + 0x100 - MEMORY_BASE), "typed", 5);
	ck_assert(slot[VIRTIO_IRQ].line);
}
END_TEST

START_TEST(test_interrupt)
{
	begin();
	offer(0, DATA, "one");
	driver_kick(TRANSMIT);
	ck_assert(slot[VIRTIO_IRQ].line);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_INTERRUPT_USED);
	driver_set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_CONFIG);
	ck_assert(slot[VIRTIO_IRQ].line);
	driver_set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	ck_assert(!slot[VIRTIO_IRQ].line);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	/* A driver that does not ask is not interrupted. */
	ring_silence(&driver_rings[TRANSMIT], true);
	offer(1, DATA, "two");
	driver_kick(TRANSMIT);
	ck_assert(!slot[VIRTIO_IRQ].line);
	ck_assert_str_eq(output(), "onetwo");
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
	ck_assert_uint_eq(driver_take(TRANSMIT, 1), 0);
}
END_TEST

START_TEST(test_output)
{
	struct ring *ring;

	begin();
	ring = &driver_rings[TRANSMIT];
	virtio_lines[0].output.consumer_waits = 1;
	memcpy(memory + (DATA - MEMORY_BASE), "hello world", 11);
	ring_describe(ring, 3, DATA, 5, RING_NEXT, 6);
	ring_describe(ring, 6, DATA, 0, RING_NEXT, 1);
	ring_describe(ring, 1, DATA + 5, 6, RING_NEXT, 2);
	/* What a device may write is not output. */
	ring_describe(ring, 2, DATA, 5, RING_WRITE, 0);
	ring_put(ring, 3);
	ring_show(ring);
	driver_kick(TRANSMIT);
	ck_assert_str_eq(output(), "hello world");
	ck_assert_uint_eq(driver_take(TRANSMIT, 3), 0);
	ck_assert_uint_eq(signals[CAP_VIRTIO_NOTIFY], 1);
}
END_TEST

/* A chain far longer than the line: it goes as room comes, all of it once, and then comes back. */
START_TEST(test_output_to_a_full_line)
{
	const uint32_t size = 30000;
	uint8_t *from = memory + (DATA - MEMORY_BASE);
	uint32_t got = 0;

	begin();
	for (uint32_t i = 0; i < size; i++)
		from[i] = (uint8_t)(i * 7 + i / 256);
	ring_describe(&driver_rings[TRANSMIT], 0, DATA, 20001, RING_NEXT, 1);
	ring_describe(&driver_rings[TRANSMIT], 1, DATA + 20001, size - 20001, 0, 0);
	ring_put(&driver_rings[TRANSMIT], 0);
	ring_show(&driver_rings[TRANSMIT]);
	driver_kick(TRANSMIT);
	while (got < size) {
		uint8_t piece[1000];
		uint32_t count = stream_read(&virtio_out[0], piece, 1 + ring_random() % 1000);

		ck_assert_uint_gt(count, 0);
		ck_assert_mem_eq(piece, from + got, count);
		got += count;
		if (got < size - STREAM_SIZE)
			ck_assert(driver_none(TRANSMIT));
		/* More kicks change nothing. */
		if (got % 3 == 0)
			driver_kick(TRANSMIT);
		if (stream_wakes_producer(&virtio_out[0]))
			guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	}
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
	ck_assert_uint_eq(stream_available(&virtio_out[0]), 0);
}
END_TEST

static void fill_line(void)
{
	static const char more[] = "more";

	ring_offer(&driver_rings[TRANSMIT], 0, DATA, STREAM_SIZE + 100, 0);
	driver_kick(TRANSMIT);
	ck_assert(driver_none(TRANSMIT));
	ck_assert_uint_eq(stream_available(&virtio_out[0]), STREAM_SIZE);
	offer(1, DATA + 0x8000, more);
}

/* In the middle of a chain the driver resets the device, or takes its queue away. */
START_TEST(test_reset_in_the_middle)
{
	static char line[STREAM_SIZE];

	begin();
	fill_line();
	if (_i == 0) {
		prepare();
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS), 0);
		ck_assert(!slot[VIRTIO_IRQ].line);
		driver_set(VIRTIO_MMIO_STATUS, LIVE);
	} else {
		driver_set(VIRTIO_MMIO_QUEUE_SEL, TRANSMIT);
		driver_set(VIRTIO_MMIO_QUEUE_READY, 0);
		driver_queue(TRANSMIT);
	}
	ck_assert_uint_eq(stream_read(&virtio_out[0], line, STREAM_SIZE), STREAM_SIZE);
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	ck_assert_str_eq(output(), "");
	offer(0, DATA, "anew");
	driver_kick(TRANSMIT);
	ck_assert_str_eq(output(), "anew");
	ck_assert_uint_eq(driver_take(TRANSMIT, 0), 0);
}
END_TEST

/* The guest itself is started again. */
START_TEST(test_guest_reset)
{
	static const uint64_t nothing[5];

	begin();
	offer(0, DATA, "x");
	driver_kick(TRANSMIT);
	ck_assert(slot[VIRTIO_IRQ].line);
	guest_exit(EXIT_START, nothing);
	ck_assert(!slot[VIRTIO_IRQ].line);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), 0);
	driver_set(VIRTIO_MMIO_QUEUE_SEL, TRANSMIT);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_QUEUE_READY), 0);
}
END_TEST

START_TEST(test_input)
{
	const uint8_t *to = memory + (DATA - MEMORY_BASE);

	begin();
	/* Nowhere to put it: it stays in the line. */
	type("abcdefghij");
	ck_assert(!slot[VIRTIO_IRQ].line);
	ring_describe(&driver_rings[RECEIVE], 0, DATA, 3, RING_WRITE | RING_NEXT, 1);
	ring_describe(&driver_rings[RECEIVE], 1, DATA + 3, 4, RING_WRITE, 0);
	ring_put(&driver_rings[RECEIVE], 0);
	/* Nothing can be written to it, so nothing is. */
	ring_describe(&driver_rings[RECEIVE], 2, DATA + 100, 4, 0, 0);
	ring_put(&driver_rings[RECEIVE], 2);
	ring_show(&driver_rings[RECEIVE]);
	driver_kick(RECEIVE);
	ck_assert_uint_eq(driver_take(RECEIVE, 0), 7);
	ck_assert_mem_eq(to, "abcdefg", 7);
	ck_assert_uint_eq(driver_take(RECEIVE, 2), 0);
	ck_assert(driver_none(RECEIVE));
	ring_offer(&driver_rings[RECEIVE], 3, DATA + 200, 64, RING_WRITE);
	driver_kick(RECEIVE);
	ck_assert_uint_eq(driver_take(RECEIVE, 3), 3);
	ck_assert_mem_eq(to + 200, "hij", 3);
	/* A buffer waits for what comes. */
	driver_set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	ring_offer(&driver_rings[RECEIVE], 4, DATA + 300, 64, RING_WRITE);
	driver_kick(RECEIVE);
	ck_assert(driver_none(RECEIVE) && !slot[VIRTIO_IRQ].line);
	type("k");
	ck_assert_uint_eq(driver_take(RECEIVE, 4), 1);
	ck_assert_uint_eq(to[300], 'k');
	ck_assert(slot[VIRTIO_IRQ].line);
}
END_TEST

/* A line that is full of input: all of it arrives, and its other end is told that there is room. */
START_TEST(test_input_of_a_full_line)
{
	static uint8_t text[STREAM_SIZE];
	uint32_t got = 0;

	begin();
	for (uint32_t i = 0; i < STREAM_SIZE; i++)
		text[i] = (uint8_t)(i * 3 + i / 256);
	ck_assert_uint_eq(stream_write(&virtio_in[0], text, STREAM_SIZE), STREAM_SIZE);
	ck_assert(!stream_await_room(&virtio_in[0], 1));
	while (got < STREAM_SIZE) {
		uint32_t written;

		ring_offer(&driver_rings[RECEIVE], got % SIZE, DATA, 300, RING_WRITE);
		driver_kick(RECEIVE);
		written = driver_take(RECEIVE, got % SIZE);
		ck_assert_uint_gt(written, 0);
		ck_assert_mem_eq(memory + (DATA - MEMORY_BASE), text + got, written);
		got += written;
	}
	ck_assert_uint_eq(signals[CAP_VIRTIO_NOTIFY], 1);
}
END_TEST

/* What breaks the rules stops the device, is logged once, and is mended by a reset. */
START_TEST(test_broken_ring)
{
	begin();
	page->registers.pc = 0x1234;
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t queue = i % 2;

		ring_offer(&driver_rings[queue], 0, 0, 16, RING_WRITE);
		type("x");
		driver_kick(queue);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE | VIRTIO_STATUS_NEEDS_RESET);
		ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS),
				  VIRTIO_INTERRUPT_CONFIG);
		ck_assert(slot[VIRTIO_IRQ].line);
		/* It is not used even if it is mended. */
		ring_describe(&driver_rings[queue], 0, DATA, 1, 0, 0);
		driver_kick(queue);
		guest_event(VMM_EVENT_VIRTIO_CONSOLE);
		driver_set(VIRTIO_MMIO_STATUS, LIVE);
		ck_assert(driver_none(queue));
		prepare();
		driver_set(VIRTIO_MMIO_STATUS, LIVE);
		ck_assert(!slot[VIRTIO_IRQ].line);
		offer(0, DATA, "well");
		driver_kick(TRANSMIT);
		ck_assert_str_eq(output(), "well");
		driver_take(TRANSMIT, 0);
		driver_set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	}
	ck_assert_str_eq(log_text(), "guest: broken virtqueue of 0xc000000 (pc 0x1234)\n");
}
END_TEST

START_TEST(test_bad_place)
{
	guest_start();
	prepare();
	driver_set(VIRTIO_MMIO_QUEUE_SEL, RECEIVE);
	driver_set(VIRTIO_MMIO_QUEUE_READY, 0);
	driver_set_wide(VIRTIO_MMIO_QUEUE_DEVICE_LOW, MEMORY_BASE | 1ULL << 40);
	driver_set(VIRTIO_MMIO_QUEUE_READY, 1);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_QUEUE_READY), 0);
	ck_assert(driver_reg(VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
	/* Before DRIVER_OK nobody is interrupted (2.1.2). */
	ck_assert(!slot[VIRTIO_IRQ].line);
}
END_TEST

/* A driver that keeps to no rule, with rings of any content. */
START_TEST(test_hostile)
{
	begin();
	for (uint32_t i = 0; i < 300000; i++) {
		uint32_t r = ring_random();

		if (r % 64 == 0) {
			prepare();
			driver_set(VIRTIO_MMIO_STATUS, LIVE);
		} else if (r % 4 == 0) {
			memory[DRIVER_RINGS - MEMORY_BASE + (r >> 8) % (2 * DRIVER_RING_SPACE)] =
				(uint8_t)ring_random();
		} else if (r % 4 == 1) {
			ring_offer(&driver_rings[r >> 8 & 1], (r >> 9) % SIZE,
				   MEMORY_BASE + ring_random() % MEMORY_SIZE, r >> 20 & 0xff,
				   (r >> 12) % 4);
		} else if (r % 4 == 2) {
			driver_kick(r >> 8 & 1);
		} else {
			driver_set((r >> 8) % 0x40 * 4,
				   r & 1U << 16 ? ring_random() : (r >> 17) % 8);
		}
		if (r % 31 == 0) {
			stream_write(&virtio_in[0], &r, sizeof(r));
			output();
			guest_event(VMM_EVENT_VIRTIO_CONSOLE);
		}
		must(slot[VIRTIO_IRQ].line == (driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS) != 0));
	}
	prepare();
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	output();
	offer(0, DATA, "still here");
	driver_kick(TRANSMIT);
	ck_assert_str_eq(output(), "still here");
}
END_TEST

Suite *virtio_suite(void)
{
	Suite *suite = suite_create("virtio");
	TCase *tests = tcase_create("virtio");

	tcase_add_test(tests, test_registers);
	tcase_add_test(tests, test_features);
	tcase_add_test(tests, test_status);
	tcase_add_test(tests, test_queues);
	tcase_add_test(tests, test_not_before_driver_ok);
	tcase_add_test(tests, test_interrupt);
	tcase_add_test(tests, test_output);
	tcase_add_test(tests, test_output_to_a_full_line);
	tcase_add_loop_test(tests, test_reset_in_the_middle, 0, 2);
	tcase_add_test(tests, test_guest_reset);
	tcase_add_test(tests, test_input);
	tcase_add_test(tests, test_input_of_a_full_line);
	tcase_add_test(tests, test_broken_ring);
	tcase_add_test(tests, test_bad_place);
	tcase_add_test(tests, test_hostile);
	tcase_set_timeout(tests, 60);
	suite_add_tcase(suite, tests);
	return suite;
}
