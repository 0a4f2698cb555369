/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device whose model is in a device server, as its VMM has it: what the guest does there is forwarded,
 * and whatever comes of that, the VMM goes on.
 */
#include <string.h>

#include <idl/device.h>

#include "test_vmm_fixture.h"

#define CALLS_MAX 16

static struct message calls[CALLS_MAX];
static uint32_t call_count;
/* What the server answers, from the first call on; the last for all that follow. */
static enum status statuses[4];
static uint64_t label;
static uint64_t value;

static enum status serve(struct message *m, uint64_t deadline)
{
	enum status status = statuses[call_count < 4 ? call_count : 3];

	ck_assert_uint_lt(call_count, CALLS_MAX);
	/* Nobody makes it wait for ever. */
	ck_assert_uint_gt(deadline, now);
	ck_assert_uint_lt(deadline, now + (1ULL << 40));
	calls[call_count++] = *m;
	if (m->label != DEVICE_RESET) {
		m->label = label;
		m->word[0] = value;
	} else {
		m->label = OK;
	}
	return status;
}

static void answer(enum status status)
{
	for (uint32_t i = 0; i < 4; i++)
		statuses[i] = status;
}

static void start(void)
{
	guest_configure();
	config.devices[2].server = CAP_DEVICE;
	config.devices[2].line = CAP_DEVICE_LINE;
	config.port_count = 0;
	device_server = serve;
	answer(OK);
	label = DISPOSITION_STEP;
	value = 0;
	call_count = 0;
	guest_begin();
}

/* With the guest, and the line of its interrupt, which is the server's, leads to vCPU 0. */
START_TEST(reset)
{
	start();
	ck_assert_uint_eq(call_count, 1);
	ck_assert_uint_eq(calls[0].label, DEVICE_RESET);
	ck_assert_str_eq(log_text(), "");
	ck_assert_uint_eq(bound_slot, VIRTIO_IRQ);
	line_status = ERR_RIGHTS;
	vmm_reset(&vmm);
	ck_assert_str_eq(log_text(), "interrupt 48 cannot be bound: ERR_RIGHTS\n");
}
END_TEST

START_TEST(forwarded)
{
	start();
	call_count = 0;
	value = 0x11223344;
	ck_assert_uint_eq(guest_read(VIRTIO + 0x70, 4), 0x11223344);
	/* No more than was asked for, whatever the server says. */
	ck_assert_uint_eq(guest_read(VIRTIO + 0x100, 1), 0x44);
	guest_write(VIRTIO + 0x70, 4, 0xf);
	ck_assert_uint_eq(call_count, 3);
	for (uint32_t i = 0; i < 3; i++)
		ck_assert_uint_eq(calls[i].label, LABEL_EXIT + EXIT_WINDOW);
	ck_assert_uint_eq(calls[0].word[1], 0x70);
	ck_assert_uint_eq(calls[0].word[2], ACCESS_DECODED | ACCESS_SIZE(2));
	ck_assert_uint_eq(calls[1].word[1], 0x100);
	ck_assert_uint_eq(calls[1].word[2], ACCESS_DECODED);
	ck_assert_uint_eq(calls[2].word[2], ACCESS_DECODED | ACCESS_SIZE(2) | ACCESS_WRITE);
	ck_assert_uint_eq(calls[2].word[3], 0xf);
}
END_TEST

/* What the hardware did not decode: ldp w1, w2, [x3] is two accesses. */
START_TEST(pair)
{
	const uint64_t exit[5] = { VIRTIO, ACCESS_WINDOW(1), 0, 0x92000000, VIRTUAL + VIRTIO };
	const uint32_t word = 0x29400861;

	start();
	call_count = 0;
	value = 0x74726976;
	memcpy(memory + 0x1000, &word, sizeof(word));
	page->registers.pc = VIRTUAL + ENTRY;
	page->registers.x[3] = VIRTUAL + VIRTIO;
	ck_assert_uint_eq(guest_exit(EXIT_MEMORY, exit) & ~(uint64_t)REPLY_SLOTS,
			  DISPOSITION_STEP | REPLY_REGISTERS);
	ck_assert_uint_eq(call_count, 2);
	ck_assert_uint_eq(calls[0].word[1], 0);
	ck_assert_uint_eq(calls[1].word[1], 4);
	ck_assert_uint_eq(update->registers.x[1], value);
	ck_assert_uint_eq(update->registers.x[2], value);
}
END_TEST

static const enum status failures[] = { ERR_CAPABILITY, ERR_ABORTED, ERR_DEADLINE };

/* Nobody answers: the guest reads zero, the log gets a line. A server can refuse: the guest takes an abort. */
START_TEST(nobody)
{
	start();
	answer(failures[_i]);
	value = 0x1234;
	ck_assert_uint_eq(guest_access(VIRTIO, 4, false, 0), DISPOSITION_STEP);
	ck_assert_uint_eq(guest_read(VIRTIO, 4), 0);
	ck_assert_uint_eq(guest_access(VIRTIO, 4, true, 1), DISPOSITION_STEP);
	ck_assert_ptr_nonnull(strstr(log_text(), "device: no answer at 0xc000000"));
	answer(OK);
	label = DISPOSITION_ABORT;
	ck_assert_uint_eq(guest_access(VIRTIO, 4, true, 0), DISPOSITION_ABORT);
	/* A disposition that is none for an access is no success. */
	label = DISPOSITION_START;
	ck_assert_uint_eq(guest_access(VIRTIO, 4, true, 0), DISPOSITION_ABORT);
}
END_TEST

/* A server that dies in a reset is asked again; one that is not there is said. */
START_TEST(failed_resets)
{
	guest_configure();
	config.devices[2].server = CAP_DEVICE;
	device_server = serve;
	call_count = 0;
	statuses[0] = statuses[1] = ERR_ABORTED;
	statuses[2] = OK;
	guest_begin();
	ck_assert_uint_eq(call_count, 3);
	ck_assert_str_eq(log_text(), "");
	call_count = 0;
	answer(ERR_ABORTED);
	guest_configure();
	config.devices[2].server = CAP_DEVICE;
	guest_begin();
	ck_assert_uint_eq(call_count, 3);
	ck_assert_str_eq(log_text(), "device: no reset of 0xc000000 (pc 0x0)\n");
	call_count = 0;
	answer(ERR_DEADLINE);
	guest_begin();
	ck_assert_uint_eq(call_count, 1);
}
END_TEST

/* However often its guest is reset meanwhile, the log has a line of that, and counts. */
START_TEST(resets_without_server)
{
	uint32_t length = 0;

	start();
	answer(ERR_CAPABILITY);
	for (uint32_t i = 0; i < 1000; i++) {
		call_count = 0;
		vmm_reset(&vmm);
		length += (uint32_t)strlen(log_text());
	}
	ck_assert_uint_gt(length, 0);
	ck_assert_uint_lt(length, 200);
}
END_TEST

Suite *isolated_suite(void)
{
	Suite *suite = suite_create("isolated");
	TCase *tests = tcase_create("isolated");

	tcase_add_test(tests, reset);
	tcase_add_test(tests, forwarded);
	tcase_add_test(tests, pair);
	tcase_add_loop_test(tests, nobody, 0, sizeof(failures) / sizeof(failures[0]));
	tcase_add_test(tests, failed_resets);
	tcase_add_test(tests, resets_without_server);
	suite_add_tcase(suite, tests);
	return suite;
}
