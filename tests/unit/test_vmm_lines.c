/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lines of the PL011 and of the virtio console while the multiplexer at their other ends dies at
 * any point between two of its steps, and is replaced: the new one finds the rings as they are and
 * signals everybody once. Drivers that wait for interrupts send and receive all, in order, and
 * nobody waits for ever.
 */
#include <string.h>

#include <devices/pl011_registers.h>

#include "test_vmm_fixture.h"
#include "test_vmm_virtio.h"

#define TOTAL 30000
#define RUNS  24

#define EVENTS (VMM_EVENT_CONSOLE | VMM_EVENT_LOG | VMM_EVENT_VIRTIO_CONSOLE)

/* The multiplexer, of which one line counts. */
static struct {
	struct line *line;
	struct stream_consumer out;
	struct stream_producer in;
	uint64_t event;
	uint32_t cap;
	/* Signals that it has taken. */
	uint32_t seen;
	bool asleep;
	uint32_t deaths;
} multiplexer;

/* Bytes sent and received, each way. */
static uint32_t written;
static uint32_t shown;
static uint32_t typed;
static uint32_t got;

static uint8_t byte_at(uint32_t place)
{
	return (uint8_t)(place * 7 + place / 256);
}

static void multiplexer_start(void)
{
	stream_consumer_init(&multiplexer.out, &multiplexer.line->output);
	stream_producer_init(&multiplexer.in, &multiplexer.line->input);
	multiplexer.asleep = false;
	guest_event(EVENTS);
}

static bool dies(void)
{
	if (ring_random() % 16)
		return false;
	multiplexer.deaths++;
	multiplexer_start();
	return true;
}

/* Each part gives true if the multiplexer is done for now: it died. */
static bool multiplexer_show(bool *moved)
{
	uint8_t bytes[700];
	uint32_t count = stream_read(&multiplexer.out, bytes, 1 + ring_random() % sizeof(bytes));
	bool wakes;

	for (uint32_t i = 0; i < count; i++)
		must(bytes[i] == byte_at(shown++));
	*moved |= count;
	if (dies())
		return true;
	wakes = stream_wakes_producer(&multiplexer.out);
	if (dies())
		return true;
	if (wakes)
		guest_event(multiplexer.event);
	return false;
}

static bool multiplexer_type(bool *moved)
{
	uint32_t count = ring_random() % 700;
	bool wakes;

	for (uint32_t i = 0; i < count && typed < TOTAL; i++) {
		uint8_t byte = byte_at(typed);

		if (!stream_write(&multiplexer.in, &byte, 1))
			break;
		typed++;
		*moved = true;
	}
	if (dies())
		return true;
	wakes = stream_wakes_consumer(&multiplexer.in);
	if (dies())
		return true;
	if (wakes)
		guest_event(multiplexer.event);
	return false;
}

/* Sleeps only if there is nothing to do, as the real one. */
static void multiplexer_sleep(void)
{
	bool ready = stream_await_data(&multiplexer.out);

	if (typed < TOTAL)
		ready |= stream_await_room(&multiplexer.in, 1);
	if (!dies())
		multiplexer.asleep = !ready;
}

static bool multiplexer_step(void)
{
	bool moved = false;

	if (multiplexer.asleep && multiplexer.seen == signals[multiplexer.cap])
		return false;
	multiplexer.asleep = false;
	multiplexer.seen = signals[multiplexer.cap];
	if (multiplexer_show(&moved) || multiplexer_type(&moved))
		return true;
	if (!moved)
		multiplexer_sleep();
	return true;
}

static void begin(struct line *line, uint64_t event, uint32_t cap, int seed)
{
	guest_start();
	memset(&multiplexer, 0, sizeof(multiplexer));
	multiplexer.line = line;
	multiplexer.event = event;
	multiplexer.cap = cap;
	written = 0;
	shown = 0;
	typed = 0;
	got = 0;
	for (int i = 0; i < 1000 * seed; i++)
		ring_random();
	multiplexer_start();
}

/* Until all is there: with both sides waiting, only a deadline may still come. */
static void run(bool (*driver_step)(void))
{
	while (shown < TOTAL || got < TOTAL) {
		bool moved = driver_step();

		if (multiplexer_step() || moved)
			continue;
		ck_assert_msg(vmm.vcpus[0].next_deadline != DEADLINE_NEVER,
			      "hangs: %u of %u shown, %u of %u taken", shown, written, got, typed);
		now = vmm.vcpus[0].next_deadline;
		guest_event(0);
	}
	ck_assert_uint_gt(multiplexer.deaths, 0);
}

/* A UART's driver: it does something only when it is interrupted. */
static bool uart_step(void)
{
	if (!slot[UART_IRQ].line)
		return false;
	for (uint32_t i = 0; i < 32 && !(guest_read(UART + UARTFR, 4) & FR_RXFE); i++)
		must(guest_read(UART + UARTDR, 4) == byte_at(got++));
	for (uint32_t i = 0; i < 16 && written < TOTAL && !(guest_read(UART + UARTFR, 4) & FR_TXFF);
	     i++)
		guest_write(UART + UARTDR, 4, byte_at(written++));
	if (written == TOTAL)
		guest_write(UART + UARTIMSC, 4, INT_RX | INT_RT);
	return true;
}

START_TEST(test_pl011)
{
	begin(&console, VMM_EVENT_CONSOLE, CAP_CONSOLE_NOTIFY, _i);
	guest_write(UART + UARTLCR_H, 4, LCR_H_FEN);
	guest_write(UART + UARTCR, 4, CR_TRANSMIT | CR_RECEIVE);
	guest_write(UART + UARTIMSC, 4, INT_TX | INT_RX | INT_RT);
	guest_write(UART + UARTDR, 4, byte_at(written++));
	run(uart_step);
}
END_TEST

#define DATA(queue, head) (MEMORY_BASE + 0x4000 + (queue)*0x4000 + (head)*0x400)
#define RECEIVE           0
#define TRANSMIT          1

static uint8_t *data(uint32_t queue, uint32_t head)
{
	return memory + (DATA(queue, head) - MEMORY_BASE);
}

static void offer_output(uint16_t head)
{
	uint32_t size = ring_random() % 0x400;

	if (size > TOTAL - written)
		size = TOTAL - written;
	for (uint32_t i = 0; i < size; i++)
		data(TRANSMIT, head)[i] = byte_at(written++);
	ring_offer(&driver_rings[TRANSMIT], head, DATA(TRANSMIT, head), size, 0);
}

static void offer_input(uint16_t head)
{
	ring_offer(&driver_rings[RECEIVE], head, DATA(RECEIVE, head), 1 + ring_random() % 0x400,
		   RING_WRITE);
}

static bool virtio_step(void)
{
	uint32_t head;
	uint32_t size;

	if (!slot[VIRTIO_IRQ].line)
		return false;
	driver_set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	while (ring_take(&driver_rings[RECEIVE], &head, &size)) {
		for (uint32_t i = 0; i < size; i++)
			must(data(RECEIVE, head)[i] == byte_at(got++));
		offer_input((uint16_t)head);
	}
	while (ring_take(&driver_rings[TRANSMIT], &head, &size))
		if (written < TOTAL)
			offer_output((uint16_t)head);
	driver_kick(RECEIVE);
	driver_kick(TRANSMIT);
	return true;
}

START_TEST(test_virtio_console)
{
	begin(&virtio_lines[0], VMM_EVENT_VIRTIO_CONSOLE, CAP_VIRTIO_NOTIFY, _i);
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
	for (uint16_t head = 0; head < DRIVER_RING_SIZE; head++) {
		offer_output(head);
		offer_input(head);
	}
	driver_kick(RECEIVE);
	driver_kick(TRANSMIT);
	run(virtio_step);
}
END_TEST

Suite *lines_suite(void)
{
	Suite *suite = suite_create("lines");
	TCase *tests = tcase_create("lines");

	tcase_add_loop_test(tests, test_pl011, 0, RUNS);
	tcase_add_loop_test(tests, test_virtio_console, 0, RUNS);
	tcase_set_timeout(tests, 30);
	suite_add_tcase(suite, tests);
	return suite;
}
