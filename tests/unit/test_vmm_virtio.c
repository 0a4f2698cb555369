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
#define RINGS    (MEMORY_BASE + 0x10000)
#define DATA     (MEMORY_BASE + 0x4000)
#define SIZE     8

/* The status of a driver on its way, and at the end of it. */
#define FOUND (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER)
#define LIVE  (FOUND | VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK)

static struct ring rings[2];

static uint32_t reg(uint64_t offset)
{
	return (uint32_t)guest_read(VIRTIO + offset, 4);
}

static void set(uint64_t offset, uint32_t value)
{
	guest_write(VIRTIO + offset, 4, value);
}

static void accept(uint64_t features)
{
	for (uint32_t half = 0; half < 2; half++) {
		set(VIRTIO_MMIO_DRIVER_FEATURES_SEL, half);
		set(VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)(features >> 32 * half));
	}
}

static void set_wide(uint64_t offset, uint64_t value)
{
	set(offset, (uint32_t)value);
	set(offset + 4, (uint32_t)(value >> 32));
}

static void set_queue(uint32_t index)
{
	struct ring *ring = &rings[index];

	*ring = (struct ring){ .base = RINGS + 0x2000 * index, .size = SIZE };
	memset(memory + (ring->base - MEMORY_BASE), 0, 0x2000);
	set(VIRTIO_MMIO_QUEUE_SEL, index);
	set(VIRTIO_MMIO_QUEUE_NUM, SIZE);
	set_wide(VIRTIO_MMIO_QUEUE_DESC_LOW, ring->base);
	set_wide(VIRTIO_MMIO_QUEUE_DRIVER_LOW, ring->base + RING_AVAILABLE);
	set_wide(VIRTIO_MMIO_QUEUE_DEVICE_LOW, ring->base + RING_USED);
	set(VIRTIO_MMIO_QUEUE_READY, 1);
}

/* As a driver does, up to what is still to come: DRIVER_OK (3.1.1). */
static void prepare(void)
{
	set(VIRTIO_MMIO_STATUS, 0);
	set(VIRTIO_MMIO_STATUS, FOUND);
	accept(VIRTIO_F_VERSION_1);
	set(VIRTIO_MMIO_STATUS, FOUND | VIRTIO_STATUS_FEATURES_OK);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), FOUND | VIRTIO_STATUS_FEATURES_OK);
	set_queue(RECEIVE);
	set_queue(TRANSMIT);
}

static void begin(void)
{
	guest_start();
	prepare();
	set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), LIVE);
}

static void kick(uint32_t queue)
{
	set(VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}

static const char *output(void)
{
	static char text[STREAM_SIZE + 1];

	text[stream_read(&virtio_out, text, STREAM_SIZE)] = 0;
	return text;
}

/* Offer text for output, from `address` on. */
static void offer(uint16_t head, uint64_t address, const char *text)
{
	memcpy(memory + (address - MEMORY_BASE), text, strlen(text));
	ring_offer(&rings[TRANSMIT], head, address, (uint32_t)strlen(text), 0);
}

static void type(const char *text)
{
	ck_assert_uint_eq(stream_write(&virtio_in, text, (uint32_t)strlen(text)), strlen(text));
	if (stream_wakes_consumer(&virtio_in))
		guest_event(VMM_EVENT_VIRTIO_CONSOLE);
}

/* The next chain that came back, which must be there. */
static uint32_t take(uint32_t queue, uint32_t head)
{
	uint32_t found;
	uint32_t written;

	ck_assert(ring_take(&rings[queue], &found, &written));
	ck_assert_uint_eq(found, head);
	return written;
}

static bool none(uint32_t queue)
{
	uint32_t found;
	uint32_t written;

	return !ring_take(&rings[queue], &found, &written);
}

START_TEST(test_registers)
{
	guest_start();
	ck_assert_uint_eq(reg(VIRTIO_MMIO_MAGIC_VALUE), 0x74726976);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_VERSION), 2);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_DEVICE_ID), 3);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), 0);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	for (uint64_t offset = VIRTIO_MMIO_SHM_LEN_LOW; offset <= VIRTIO_MMIO_SHM_BASE_HIGH;
	     offset += 4)
		ck_assert_uint_eq(reg(offset), UINT32_MAX);
	/* ConfigGeneration, and the configuration space in all sizes. */
	ck_assert_uint_eq(reg(0xfc), 0);
	for (unsigned int size = 1; size <= 8; size *= 2)
		ck_assert_uint_eq(guest_read(VIRTIO + VIRTIO_MMIO_CONFIG, size), 0);
	/* Other sizes and places between registers. */
	ck_assert_uint_eq(guest_read(VIRTIO, 1), 0);
	ck_assert_uint_eq(guest_read(VIRTIO, 2), 0);
	ck_assert_uint_eq(guest_read(VIRTIO, 8), 0);
	ck_assert_uint_eq(guest_read(VIRTIO + 1, 4), 0);
	guest_write(VIRTIO + VIRTIO_MMIO_STATUS, 1, FOUND);
	guest_write(VIRTIO + VIRTIO_MMIO_STATUS, 8, FOUND);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), 0);
	for (uint64_t offset = 0; offset < 0x1000; offset += 4)
		set(offset, reg(offset));
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
	ck_assert_uint_eq(reg(VIRTIO_MMIO_DEVICE_FEATURES), 0);
	set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_DEVICE_FEATURES), 1);
	set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_DEVICE_FEATURES), 0);
	set(VIRTIO_MMIO_DEVICE_FEATURES_SEL, UINT32_MAX);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_DEVICE_FEATURES), 0);
	for (uint32_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		set(VIRTIO_MMIO_STATUS, 0);
		set(VIRTIO_MMIO_STATUS, FOUND);
		accept(wrong[i]);
		/* Neither agreed nor, whatever the driver says, live. */
		set(VIRTIO_MMIO_STATUS, FOUND | VIRTIO_STATUS_FEATURES_OK);
		ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), FOUND);
		set(VIRTIO_MMIO_STATUS, LIVE);
		ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), FOUND);
	}
	accept(VIRTIO_F_VERSION_1);
	set(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 2);
	set(VIRTIO_MMIO_DRIVER_FEATURES, 77);
	set(VIRTIO_MMIO_STATUS, FOUND | VIRTIO_STATUS_FEATURES_OK);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), FOUND | VIRTIO_STATUS_FEATURES_OK);
	/* Agreed is agreed. */
	accept(UINT64_MAX);
	set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), LIVE);
}
END_TEST

START_TEST(test_status)
{
	guest_start();
	/* Reserved bits, and the one that is the device's own. */
	set(VIRTIO_MMIO_STATUS, 0xffffff30 | VIRTIO_STATUS_NEEDS_RESET);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), 0);
	set(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE);
	/* A driver cannot take bits back. */
	set(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FAILED);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), FOUND | VIRTIO_STATUS_FAILED);
	set(VIRTIO_MMIO_STATUS, 0);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), 0);
}
END_TEST

START_TEST(test_queues)
{
	guest_start();
	prepare();
	for (uint32_t queue = 0; queue < 2; queue++) {
		set(VIRTIO_MMIO_QUEUE_SEL, queue);
		ck_assert_uint_eq(reg(VIRTIO_MMIO_QUEUE_NUM_MAX), QUEUE_SIZE_MAX);
		ck_assert_uint_eq(reg(VIRTIO_MMIO_QUEUE_READY), 1);
	}
	/* Where a queue is does not change under it; what is ready is so once. */
	set(VIRTIO_MMIO_QUEUE_NUM, 3);
	set_wide(VIRTIO_MMIO_QUEUE_DESC_LOW, 0);
	set(VIRTIO_MMIO_QUEUE_READY, 1);
	set(VIRTIO_MMIO_STATUS, LIVE);
	offer(0, DATA, "here");
	kick(TRANSMIT);
	ck_assert_str_eq(output(), "here");
	/* Queues that are not there. */
	for (uint32_t queue = 2; queue; queue *= 2) {
		set(VIRTIO_MMIO_QUEUE_SEL, queue);
		ck_assert_uint_eq(reg(VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
		set(VIRTIO_MMIO_QUEUE_READY, 1);
		ck_assert_uint_eq(reg(VIRTIO_MMIO_QUEUE_READY), 0);
		kick(queue);
	}
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), LIVE);
	/* Not ready any more. */
	set(VIRTIO_MMIO_QUEUE_SEL, TRANSMIT);
	set(VIRTIO_MMIO_QUEUE_READY, 0);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_QUEUE_READY), 0);
	offer(1, DATA, "gone");
	kick(TRANSMIT);
	ck_assert_str_eq(output(), "");
	set_queue(TRANSMIT);
	offer(1, DATA, "again");
	kick(TRANSMIT);
	ck_assert_str_eq(output(), "again");
}
END_TEST

/* Nothing is used, and nobody interrupted, before the driver says that it is ready (3.1.1). */
START_TEST(test_not_before_driver_ok)
{
	guest_start();
	prepare();
	offer(0, DATA, "early");
	ring_offer(&rings[RECEIVE], 0, DATA + 0x100, 16, RING_WRITE);
	type("typed");
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	kick(TRANSMIT);
	kick(RECEIVE);
	ck_assert_str_eq(output(), "");
	ck_assert(none(TRANSMIT) && none(RECEIVE));
	ck_assert(!slot[VIRTIO_IRQ].line);
	set(VIRTIO_MMIO_STATUS, LIVE);
	ck_assert_str_eq(output(), "early");
	ck_assert_uint_eq(take(RECEIVE, 0), 5);
	ck_assert_mem_eq(memory + (DATA + 0x100 - MEMORY_BASE), "typed", 5);
	ck_assert(slot[VIRTIO_IRQ].line);
}
END_TEST

START_TEST(test_interrupt)
{
	begin();
	offer(0, DATA, "one");
	kick(TRANSMIT);
	ck_assert(slot[VIRTIO_IRQ].line);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_INTERRUPT_USED);
	set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_CONFIG);
	ck_assert(slot[VIRTIO_IRQ].line);
	set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	ck_assert(!slot[VIRTIO_IRQ].line);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	/* A driver that does not ask is not interrupted. */
	ring_silence(&rings[TRANSMIT], true);
	offer(1, DATA, "two");
	kick(TRANSMIT);
	ck_assert(!slot[VIRTIO_IRQ].line);
	ck_assert_str_eq(output(), "onetwo");
	ck_assert_uint_eq(take(TRANSMIT, 0), 0);
	ck_assert_uint_eq(take(TRANSMIT, 1), 0);
}
END_TEST

START_TEST(test_output)
{
	struct ring *ring;

	begin();
	ring = &rings[TRANSMIT];
	virtio_line.output.consumer_waits = 1;
	memcpy(memory + (DATA - MEMORY_BASE), "hello world", 11);
	ring_describe(ring, 3, DATA, 5, RING_NEXT, 6);
	ring_describe(ring, 6, DATA, 0, RING_NEXT, 1);
	ring_describe(ring, 1, DATA + 5, 6, RING_NEXT, 2);
	/* What a device may write is not output. */
	ring_describe(ring, 2, DATA, 5, RING_WRITE, 0);
	ring_put(ring, 3);
	ring_show(ring);
	kick(TRANSMIT);
	ck_assert_str_eq(output(), "hello world");
	ck_assert_uint_eq(take(TRANSMIT, 3), 0);
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
	ring_describe(&rings[TRANSMIT], 0, DATA, 20001, RING_NEXT, 1);
	ring_describe(&rings[TRANSMIT], 1, DATA + 20001, size - 20001, 0, 0);
	ring_put(&rings[TRANSMIT], 0);
	ring_show(&rings[TRANSMIT]);
	kick(TRANSMIT);
	while (got < size) {
		uint8_t piece[1000];
		uint32_t count = stream_read(&virtio_out, piece, 1 + ring_random() % 1000);

		ck_assert_uint_gt(count, 0);
		ck_assert_mem_eq(piece, from + got, count);
		got += count;
		if (got < size - STREAM_SIZE)
			ck_assert(none(TRANSMIT));
		/* More kicks change nothing. */
		if (got % 3 == 0)
			kick(TRANSMIT);
		if (stream_wakes_producer(&virtio_out))
			guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	}
	ck_assert_uint_eq(take(TRANSMIT, 0), 0);
	ck_assert_uint_eq(stream_available(&virtio_out), 0);
}
END_TEST

static void fill_line(void)
{
	static const char more[] = "more";

	ring_offer(&rings[TRANSMIT], 0, DATA, STREAM_SIZE + 100, 0);
	kick(TRANSMIT);
	ck_assert(none(TRANSMIT));
	ck_assert_uint_eq(stream_available(&virtio_out), STREAM_SIZE);
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
		ck_assert_uint_eq(reg(VIRTIO_MMIO_INTERRUPT_STATUS), 0);
		ck_assert(!slot[VIRTIO_IRQ].line);
		set(VIRTIO_MMIO_STATUS, LIVE);
	} else {
		set(VIRTIO_MMIO_QUEUE_SEL, TRANSMIT);
		set(VIRTIO_MMIO_QUEUE_READY, 0);
		set_queue(TRANSMIT);
	}
	ck_assert_uint_eq(stream_read(&virtio_out, line, STREAM_SIZE), STREAM_SIZE);
	guest_event(VMM_EVENT_VIRTIO_CONSOLE);
	ck_assert_str_eq(output(), "");
	offer(0, DATA, "anew");
	kick(TRANSMIT);
	ck_assert_str_eq(output(), "anew");
	ck_assert_uint_eq(take(TRANSMIT, 0), 0);
}
END_TEST

/* The guest itself is started again. */
START_TEST(test_guest_reset)
{
	static const uint64_t nothing[5];

	begin();
	offer(0, DATA, "x");
	kick(TRANSMIT);
	ck_assert(slot[VIRTIO_IRQ].line);
	guest_exit(EXIT_START, nothing);
	ck_assert(!slot[VIRTIO_IRQ].line);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), 0);
	set(VIRTIO_MMIO_QUEUE_SEL, TRANSMIT);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_QUEUE_READY), 0);
}
END_TEST

START_TEST(test_input)
{
	const uint8_t *to = memory + (DATA - MEMORY_BASE);

	begin();
	/* Nowhere to put it: it stays in the line. */
	type("abcdefghij");
	ck_assert(!slot[VIRTIO_IRQ].line);
	ring_describe(&rings[RECEIVE], 0, DATA, 3, RING_WRITE | RING_NEXT, 1);
	ring_describe(&rings[RECEIVE], 1, DATA + 3, 4, RING_WRITE, 0);
	ring_put(&rings[RECEIVE], 0);
	/* Nothing can be written to it, so nothing is. */
	ring_describe(&rings[RECEIVE], 2, DATA + 100, 4, 0, 0);
	ring_put(&rings[RECEIVE], 2);
	ring_show(&rings[RECEIVE]);
	kick(RECEIVE);
	ck_assert_uint_eq(take(RECEIVE, 0), 7);
	ck_assert_mem_eq(to, "abcdefg", 7);
	ck_assert_uint_eq(take(RECEIVE, 2), 0);
	ck_assert(none(RECEIVE));
	ring_offer(&rings[RECEIVE], 3, DATA + 200, 64, RING_WRITE);
	kick(RECEIVE);
	ck_assert_uint_eq(take(RECEIVE, 3), 3);
	ck_assert_mem_eq(to + 200, "hij", 3);
	/* A buffer waits for what comes. */
	set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	ring_offer(&rings[RECEIVE], 4, DATA + 300, 64, RING_WRITE);
	kick(RECEIVE);
	ck_assert(none(RECEIVE) && !slot[VIRTIO_IRQ].line);
	type("k");
	ck_assert_uint_eq(take(RECEIVE, 4), 1);
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
	ck_assert_uint_eq(stream_write(&virtio_in, text, STREAM_SIZE), STREAM_SIZE);
	ck_assert(!stream_await_room(&virtio_in, 1));
	while (got < STREAM_SIZE) {
		uint32_t written;

		ring_offer(&rings[RECEIVE], got % SIZE, DATA, 300, RING_WRITE);
		kick(RECEIVE);
		written = take(RECEIVE, got % SIZE);
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

		ring_offer(&rings[queue], 0, 0, 16, RING_WRITE);
		type("x");
		kick(queue);
		ck_assert_uint_eq(reg(VIRTIO_MMIO_STATUS), LIVE | VIRTIO_STATUS_NEEDS_RESET);
		ck_assert_uint_eq(reg(VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_INTERRUPT_CONFIG);
		ck_assert(slot[VIRTIO_IRQ].line);
		/* It is not used even if it is mended. */
		ring_describe(&rings[queue], 0, DATA, 1, 0, 0);
		kick(queue);
		guest_event(VMM_EVENT_VIRTIO_CONSOLE);
		set(VIRTIO_MMIO_STATUS, LIVE);
		ck_assert(none(queue));
		prepare();
		set(VIRTIO_MMIO_STATUS, LIVE);
		ck_assert(!slot[VIRTIO_IRQ].line);
		offer(0, DATA, "well");
		kick(TRANSMIT);
		ck_assert_str_eq(output(), "well");
		take(TRANSMIT, 0);
		set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	}
	ck_assert_str_eq(log_text(), "guest: broken virtqueue of 0xc000000 (pc 0x1234)\n");
}
END_TEST

START_TEST(test_bad_place)
{
	guest_start();
	prepare();
	set(VIRTIO_MMIO_QUEUE_SEL, RECEIVE);
	set(VIRTIO_MMIO_QUEUE_READY, 0);
	set_wide(VIRTIO_MMIO_QUEUE_DEVICE_LOW, MEMORY_BASE | 1ULL << 40);
	set(VIRTIO_MMIO_QUEUE_READY, 1);
	ck_assert_uint_eq(reg(VIRTIO_MMIO_QUEUE_READY), 0);
	ck_assert(reg(VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
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
			set(VIRTIO_MMIO_STATUS, LIVE);
		} else if (r % 4 == 0) {
			memory[0x10000 + (r >> 8) % 0x4000] = (uint8_t)ring_random();
		} else if (r % 4 == 1) {
			ring_offer(&rings[r >> 8 & 1], (r >> 9) % SIZE,
				   MEMORY_BASE + ring_random() % MEMORY_SIZE, r >> 20 & 0xff,
				   (r >> 12) % 4);
		} else if (r % 4 == 2) {
			kick(r >> 8 & 1);
		} else {
			set((r >> 8) % 0x40 * 4, r & 1U << 16 ? ring_random() : (r >> 17) % 8);
		}
		if (r % 31 == 0) {
			stream_write(&virtio_in, &r, sizeof(r));
			output();
			guest_event(VMM_EVENT_VIRTIO_CONSOLE);
		}
		must(slot[VIRTIO_IRQ].line == (reg(VIRTIO_MMIO_INTERRUPT_STATUS) != 0));
	}
	prepare();
	set(VIRTIO_MMIO_STATUS, LIVE);
	output();
	offer(0, DATA, "still here");
	kick(TRANSMIT);
	ck_assert_str_eq(output(), "still here");
}
END_TEST

static void refuse(const char *why)
{
	ck_assert_str_eq(vmm_init(&vmm, &config), why);
	guest_configure();
}

START_TEST(test_bad_configurations)
{
	guest_configure();
	config.devices[2].irq = 31;
	refuse("a virtio device whose interrupt is none for devices");
	config.devices[2].size = 0x200;
	refuse("a virtio device whose registers are not 4 KiB");
	config.devices[2].address = UART;
	refuse("a virtio device that overlaps another device");
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
	tcase_add_test(tests, test_bad_configurations);
	tcase_set_timeout(tests, 60);
	suite_add_tcase(suite, tests);
	return suite;
}
