/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device server with the model of a virtio console, between a driver, a multiplexer and a kernel that the
 * test plays. The driver is that of the VMM's tests: the model is the same.
 */
#include <stdlib.h>
#include <string.h>

#include <idl/kernel_client.h>

#include <cloister/counter.h>

#include <device_server.h>

#include "test_vmm_virtio.h"

#define CAP_INTERRUPT 3
#define CAP_LOG       4
#define CAP_PORT      5
#define OUTPUT        CONSOLE_TRANSMIT
#define SEQUENCE      77

uint8_t memory[MEMORY_SIZE] __attribute__((aligned(4096)));

static struct device_config settings;
static struct device_server server;
static struct device_state kept;
static struct line port;
static struct line log_memory;
static struct stream_consumer port_out;
static struct stream_producer port_in;
struct stream_consumer log_out;
uint64_t now;
static bool line_up;
uint32_t signals[16];

uint64_t arch_counter(void)
{
	return now;
}

uint64_t arch_counter_frequency(void)
{
	return 1000000000;
}

enum status arch_message(enum syscall number, cap_t cap, struct message *m, uint64_t deadline)
{
	(void)deadline;
	if (number == SYS_CALL) {
		ck_assert_uint_eq(cap, CAP_INTERRUPT);
		ck_assert_uint_eq(m->label, NOTIFICATION_CLEAR);
		line_up = false;
		return OK;
	}
	ck_assert_int_eq(number, SYS_SIGNAL);
	if (cap == CAP_INTERRUPT)
		line_up = true;
	signals[cap]++;
	return OK;
}

/* One message; gives the label of the answer. */
static uint64_t tell(uint64_t label, uint64_t badge, struct message *m)
{
	m->label = label;
	m->badge = badge;
	device_server_handle(&server, m);
	return m->label;
}

static uint64_t access_from(uint64_t badge, uint64_t offset, uint32_t size, bool write,
			    uint64_t *value)
{
	struct message m = { .word = { SEQUENCE, offset,
				       ACCESS_DECODED | ACCESS_SIZE((uint64_t)__builtin_ctz(size)) |
					       (write ? ACCESS_WRITE : 0),
				       *value } };
	uint64_t label = tell(LABEL_EXIT + EXIT_WINDOW, badge, &m);

	ck_assert_uint_eq(m.word[4], SEQUENCE);
	ck_assert_uint_eq(m.word[5], 0);
	*value = m.word[0];
	return label;
}

/* For the driver, which knows the device's place in the guest. */
uint64_t guest_read(uint64_t address, unsigned int size)
{
	uint64_t value = 0;

	ck_assert_uint_eq(access_from(0, address - VIRTIO, size, false, &value), DISPOSITION_STEP);
	return value;
}

/* As the window has it: a write to the doorbell comes as a signal, without what was written. */
void guest_write(uint64_t address, unsigned int size, uint64_t value)
{
	struct message m = { .word = { DEVICE_EVENT_DOORBELL } };

	if (address == VIRTIO + VIRTIO_MMIO_QUEUE_NOTIFY)
		tell(LABEL_SIGNAL, 0, &m);
	else
		ck_assert_uint_eq(access_from(0, address - VIRTIO, size, true, &value),
				  DISPOSITION_STEP);
}

static void signal(uint64_t bits)
{
	struct message m = { .word = { bits } };

	tell(LABEL_SIGNAL, 0, &m);
}

static uint64_t reset(uint64_t badge)
{
	struct message m = { 0 };

	return tell(DEVICE_RESET, badge, &m);
}

static void configure(void)
{
	memset(&kept, 0, sizeof(kept));
	memset(&port, 0, sizeof(port));
	memset(&log_memory, 0, sizeof(log_memory));
	settings = (struct device_config){
		.device = { .kind = VMM_DEVICE_VIRTIO_CONSOLE, .irq = 48, .size = 0x1000 },
		.memory = (uint64_t)(uintptr_t)memory,
		.memory_base = MEMORY_BASE,
		.memory_size = MEMORY_SIZE,
		.state = (uint64_t)(uintptr_t)&kept,
		.log_line = (uint64_t)(uintptr_t)&log_memory,
		.log_notify = CAP_LOG,
		.interrupt = CAP_INTERRUPT,
		.port_count = 1,
		.ports = { { .line = (uint64_t)(uintptr_t)&port, .notify = CAP_PORT } },
	};
	stream_consumer_init(&port_out, &port.output);
	stream_producer_init(&port_in, &port.input);
	stream_consumer_init(&log_out, &log_memory.output);
}

/* A process, be it the first or a successor; whatever the line was left at. */
static void begin(void)
{
	line_up = true;
	ck_assert_ptr_null(device_server_init(&server, &settings));
}

static void start(void)
{
	configure();
	begin();
	ck_assert(!line_up);
}

static void live(void)
{
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	driver_set(VIRTIO_MMIO_STATUS, LIVE);
}

static void put(struct ring *ring, uint16_t head, const char *text)
{
	uint64_t address = MEMORY_BASE + 0x1000 + 0x100ULL * head;

	memcpy(memory + (address - MEMORY_BASE), text, strlen(text));
	ring_offer(ring, head, address, (uint32_t)strlen(text), 0);
}

static const char *text_of(struct stream_consumer *consumer)
{
	static char text[STREAM_SIZE + 1];

	text[stream_read(consumer, text, STREAM_SIZE)] = 0;
	return text;
}

/* The doorbell says nothing of which queue it was for: all are looked at. */
START_TEST(output_by_doorbell)
{
	start();
	live();
	put(&driver_rings[OUTPUT], 0, "one ");
	put(&driver_rings[OUTPUT], 1, "two");
	driver_kick(CONSOLE_RECEIVE);
	ck_assert_str_eq(text_of(&port_out), "one two");
	ck_assert(line_up);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_INTERRUPT_USED);
	driver_set(VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_INTERRUPT_USED);
	ck_assert(!line_up);
	driver_take(OUTPUT, 0);
	driver_take(OUTPUT, 1);
	ck_assert(driver_none(OUTPUT));
}
END_TEST

START_TEST(input_by_line)
{
	start();
	live();
	ring_offer(&driver_rings[CONSOLE_RECEIVE], 0, MEMORY_BASE, 16, RING_WRITE);
	driver_kick(CONSOLE_RECEIVE);
	ck_assert_uint_eq(stream_write(&port_in, "typed", 5), 5);
	signal(DEVICE_EVENT_LINE);
	ck_assert_uint_eq(driver_take(CONSOLE_RECEIVE, 0), 5);
	ck_assert_mem_eq(memory, "typed", 5);
	ck_assert(line_up);
}
END_TEST

/* The VMM forwards accesses, and nothing tells a forwarded one from a guest's own; it alone resets. */
START_TEST(calls_of_the_vmm)
{
	uint64_t value = 0;

	start();
	live();
	ck_assert_uint_eq(access_from(DEVICE_BADGE_VMM, VIRTIO_MMIO_STATUS, 4, false, &value),
			  DISPOSITION_STEP);
	ck_assert_uint_eq(value, LIVE);
	ck_assert_uint_eq(reset(0), ERR_RIGHTS);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE);
	put(&driver_rings[OUTPUT], 0, "x");
	driver_kick(OUTPUT);
	ck_assert(line_up);
	ck_assert_uint_eq(reset(DEVICE_BADGE_VMM), OK);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), 0);
	ck_assert(!line_up);
	ck_assert_uint_eq(kept.driver, 0);
}
END_TEST

/* A VMM cannot pretend to be the kernel, and what nobody sends is refused. */
START_TEST(refused_messages)
{
	struct message m = { .word = { DEVICE_EVENT_DOORBELL } };

	start();
	live();
	put(&driver_rings[OUTPUT], 0, "x");
	ck_assert_uint_eq(tell(LABEL_SIGNAL, DEVICE_BADGE_VMM, &m), ERR_TYPE);
	ck_assert_str_eq(text_of(&port_out), "");
	ck_assert_uint_eq(tell(LABEL_EXIT + EXIT_MEMORY, DEVICE_BADGE_VMM, &m), ERR_TYPE);
	ck_assert_uint_eq(tell(LABEL_FAULT, 0, &m), ERR_TYPE);
	ck_assert_uint_eq(tell(DEVICE_RESET + 1, DEVICE_BADGE_VMM, &m), ERR_TYPE);
}
END_TEST

/* No access reaches beyond the registers, wherever a VMM says it lies. */
START_TEST(accesses_outside)
{
	static const uint64_t offsets[] = { 0xffd, 0x1000, 0x7fffffffffffffff, UINT64_MAX - 1,
					    UINT64_MAX - 3 };
	uint64_t value = 0;

	start();
	for (uint32_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		for (uint32_t write = 0; write < 2; write++)
			ck_assert_uint_eq(access_from(DEVICE_BADGE_VMM, offsets[i], 4, write,
						      &value),
					  DISPOSITION_ABORT);
	ck_assert_uint_eq(access_from(DEVICE_BADGE_VMM, 0xffc, 4, false, &value), DISPOSITION_STEP);
}
END_TEST

/* What is read has no more bytes than were asked for. */
START_TEST(narrow_values)
{
	uint64_t value = UINT64_MAX;

	start();
	ck_assert_uint_eq(access_from(0, VIRTIO_MMIO_CONFIG, 1, true, &value), DISPOSITION_STEP);
	ck_assert_uint_le(value, 0xff);
}
END_TEST

/* However often a guest breaks rules, its lines in the log are few. */
START_TEST(bounded_log)
{
	uint64_t value = 0;
	const char *text;
	uint32_t lines = 0;

	start();
	for (uint32_t i = 0; i < 5000; i++)
		access_from(0, 0x1000, 4, false, &value);
	for (text = text_of(&log_out); *text; text++)
		lines += *text == '\n';
	ck_assert_uint_eq(lines, 4);
}
END_TEST

/* A successor does not know the queues: its driver is told that it has to begin anew, and does. */
START_TEST(successor)
{
	start();
	live();
	ck_assert_uint_eq(kept.driver, LIVE);
	begin();
	ck_assert(line_up);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), LIVE | VIRTIO_STATUS_NEEDS_RESET);
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_INTERRUPT_CONFIG);
	put(&driver_rings[OUTPUT], 0, "lost");
	signal(DEVICE_EVENT_WAKE | DEVICE_EVENT_DOORBELL);
	ck_assert_str_eq(text_of(&port_out), "");
	live();
	ck_assert(!line_up);
	put(&driver_rings[OUTPUT], 0, "again");
	driver_kick(OUTPUT);
	ck_assert_str_eq(text_of(&port_out), "again");
}
END_TEST

/* A driver that was not live is not interrupted; one that had not begun finds a device at power-on. */
START_TEST(early_successors)
{
	start();
	driver_prepare(VIRTIO_F_VERSION_1, 2);
	begin();
	ck_assert(!line_up);
	ck_assert(driver_reg(VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET);
	driver_set(VIRTIO_MMIO_STATUS, 0);
	begin();
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), 0);
	/* What a predecessor left may be anything. */
	kept.driver = UINT64_MAX;
	begin();
	ck_assert_uint_eq(driver_reg(VIRTIO_MMIO_STATUS), 0xcf);
}
END_TEST

static void check_refused(const char *words)
{
	const char *error = device_server_init(&server, &settings);

	ck_assert_ptr_nonnull(error);
	ck_assert_ptr_nonnull(strstr(error, words));
}

START_TEST(configurations)
{
	configure();
	settings.device.kind = VMM_DEVICE_GICV3;
	check_refused("no model");
	settings.device.kind = 1000;
	check_refused("no model");
	configure();
	settings.device.size = 0x2000;
	check_refused("size");
	configure();
	settings.memory_base = UINT64_MAX - 0xfff;
	check_refused("wraps");
	configure();
	settings.port_count = 0;
	check_refused("port");
}
END_TEST

/* A peer may wait for a signal that the predecessor owed it. */
START_TEST(signals_owed)
{
	configure();
	memset(signals, 0, sizeof(signals));
	begin();
	ck_assert_uint_eq(signals[CAP_LOG], 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("device");
	TCase *tests = tcase_create("device");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_test(tests, output_by_doorbell);
	tcase_add_test(tests, input_by_line);
	tcase_add_test(tests, calls_of_the_vmm);
	tcase_add_test(tests, refused_messages);
	tcase_add_test(tests, accesses_outside);
	tcase_add_test(tests, narrow_values);
	tcase_add_test(tests, bounded_log);
	tcase_add_test(tests, successor);
	tcase_add_test(tests, early_successors);
	tcase_add_test(tests, configurations);
	tcase_add_test(tests, signals_owed);
	suite_add_tcase(suite, tests);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
