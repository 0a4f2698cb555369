/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting, refusing, violations and their bounded log, and slot changes that travel together. */
#include <string.h>

#include <cloister/message.h>

#include <boot.h>
#include <exits.h>

#include "test_vmm_fixture.h"
#include "slot_changes.h"

static const char image[] = "an image";

START_TEST(test_start)
{
	static const uint64_t nothing[5];

	guest_configure();
	config.image_count = 2;
	config.images[0].source = (uint64_t)(uintptr_t)image;
	config.images[0].size = sizeof(image);
	config.images[0].destination = ENTRY;
	config.images[1] = config.images[0];
	config.images[1].destination = MEMORY_BASE + MEMORY_SIZE - sizeof(image);
	ck_assert_ptr_null(vmm_init(&vmm, &config));
	/* The multiplexer looks at all its lines, whatever a server before this one has not said. Each VMM has a log. */
	ck_assert_uint_eq(signals[CAP_LOG_NOTIFY], 1);
	ck_assert_uint_eq(guest_exit(EXIT_START, nothing),
			  DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM | REPLY_SLOTS);
	ck_assert_str_eq((char *)memory + 0x1000, image);
	ck_assert_str_eq((char *)memory + MEMORY_SIZE - sizeof(image), image);
	ck_assert_uint_eq(update->registers.pc, ENTRY);
	ck_assert_uint_eq(update->registers.x[0], config.argument);
	ck_assert_uint_eq(update->registers.x[1], 0);
	ck_assert_uint_eq(update->registers.pstate, 0x3c5);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
	for (uint32_t i = 0; i < VCPU_SLOTS; i++) {
		ck_assert_uint_eq(SLOT_NUMBER_OF(slot[i].configuration), i);
		ck_assert(!(slot[i].configuration & SLOT_ENABLED));
		ck_assert_uint_eq(slot[i].unpended, 1);
		ck_assert_uint_eq(slot[i].deactivated, 1);
	}
	ck_assert_str_eq(log_text(), "");
}
END_TEST

/* The guest starts, after so many starts before. */
static void check_memory(const uint8_t expected[MEMORY_SIZE], uint64_t before)
{
	const uint64_t start[5] = { 0, 0, before };

	ck_assert_uint_eq(guest_exit(EXIT_START, start),
			  DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM | REPLY_SLOTS);
	ck_assert_mem_eq(memory, expected, MEMORY_SIZE);
}

/* Images and the bytes between them; the first column is their order, which is none. */
static const struct {
	uint64_t at;
	uint64_t size;
} layouts[][3] = {
	{ { 0x1000, 8 }, { 0x8000, 0x123 }, { 0x10000, 1 } },
	{ { MEMORY_SIZE - 9, 9 }, { 0, 7 }, { 7, 0x200 } },
	{ { 0x5000, 0x100 }, { 0x4000, 0x8000 }, { 0x4fff, 2 } },
	{ { 0x4100, 0x100 }, { 0x4000, 0x180 }, { 0x8000, 0 } },
	{ { 0, MEMORY_SIZE }, { 0, MEMORY_SIZE }, { 3, 1 } },
	{ { 0, 0 }, { MEMORY_SIZE, 0 }, { 0x6000, 0 } },
};

#define LAYOUTS ((int)(sizeof(layouts) / sizeof(layouts[0])))

/* A start that is not the first finds memory as the first did, whatever the guest left there. */
START_TEST(test_memory_of_each_start)
{
	static uint8_t source[MEMORY_SIZE], expected[MEMORY_SIZE];
	uint64_t uncovered = 0;

	memset(source, 0x55, sizeof(source));
	memset(expected, 0, sizeof(expected));
	guest_configure();
	config.image_count = 3;
	for (uint32_t i = 0; i < config.image_count; i++) {
		config.images[i].source = (uint64_t)(uintptr_t)source;
		config.images[i].size = layouts[_i][i].size;
		config.images[i].destination = MEMORY_BASE + layouts[_i][i].at;
		memset(expected + layouts[_i][i].at, 0x55, layouts[_i][i].size);
	}
	for (uint64_t i = 0; i < MEMORY_SIZE; i++)
		uncovered += !expected[i];
	ck_assert_ptr_null(vmm_init(&vmm, &config));
	check_memory(expected, 0);
	/* The first start finds zeros. */
	ck_assert_uint_eq(cleared, 0);
	for (uint32_t again = 1; again <= 2; again++) {
		memset(memory, 0xaa, sizeof(memory));
		check_memory(expected, again);
		ck_assert_uint_eq(cleared, again * uncovered);
	}
}
END_TEST

static void refuse(const char *error)
{
	ck_assert_str_eq(vmm_init(&vmm, &config), error);
}

START_TEST(test_bad_configurations)
{
	guest_configure();
	config.vcpu_count = 0;
	refuse("no vCPU, or more than the configuration holds");
	guest_configure();
	config.vcpu_count = VMM_VCPUS_MAX + 1;
	refuse("no vCPU, or more than the configuration holds");
	guest_configure();
	config.memory_base = 0 - 0x1000ULL;
	refuse("the guest's memory wraps around");
	guest_configure();
	config.rom_count = VMM_ROMS_MAX + 1;
	refuse("more ROMs than the configuration holds");
	guest_configure();
	config.device_count = VMM_DEVICES_MAX + 1;
	refuse("more devices than the configuration holds");
	guest_configure();
	config.devices[1].kind = 77;
	refuse("a device of a kind that this program has no model of");
	config.devices[1].kind = 0;
	refuse("a device of a kind that this program has no model of");
	config.devices[1].kind = VMM_DEVICE_GICV3;
	refuse("a second device of a kind of which a guest has one");
	for (uint32_t i = 1; i < config.device_count; i++) {
		guest_configure();
		config.devices[i].irq = 31;
		refuse("a device whose interrupt is none for devices");
		config.devices[i].irq = 64;
		refuse("a device whose interrupt is none for devices");
		guest_configure();
		config.devices[i].size = 0x800;
		refuse("a device whose registers have another size than its model's");
		guest_configure();
		config.devices[i].address = DISTRIBUTOR + 0xf000;
		refuse("a device that overlaps another device");
	}
	guest_configure();
	config.devices[0].address2 = DISTRIBUTOR + 0xf000;
	refuse("a GICv3 that overlaps another device");
	guest_configure();
	config.devices[0].size2 = 0x40000;
	refuse("a GICv3 whose distributor is not 64 KiB or whose redistributors not 128 KiB each");
	guest_configure();
	config.devices[1].address = MEMORY_BASE + 0x1000;
	refuse("a device lies in the guest's memory");
	config.devices[1].address = MEMORY_BASE - 0x800;
	refuse("a device lies in the guest's memory");
	guest_configure();
	config.image_count = VMM_IMAGES_MAX + 1;
	refuse("more images than the configuration holds");
	config.image_count = 1;
	config.images[0].destination = MEMORY_BASE + MEMORY_SIZE - 8;
	config.images[0].size = 9;
	refuse("an image does not lie in the guest's memory");
}
END_TEST

/* After a refusal the server goes on answering: whatever comes, the guest stays parked. */
START_TEST(test_refused_guest)
{
	static const uint64_t start[5];
	static const uint64_t events[5] = { VMM_EVENT_CONSOLE | VMM_EVENT_LOG };

	guest_configure();
	config.devices[1].irq = 31;
	ck_assert_ptr_nonnull(vmm_init(&vmm, &config));
	vmm.refused = true;
	vmm_end(&vmm, GUEST_FAILED);
	ck_assert_int_eq(ended, GUEST_FAILED);
	ck_assert_uint_eq(guest_exit(EXIT_START, start), DISPOSITION_PARK);
	ck_assert_uint_eq(guest_exit(EXIT_EVENT, events), DISPOSITION_RESUME | REPLY_REARM);
}
END_TEST

START_TEST(test_no_exit)
{
	struct message m = { .label = LABEL_EXIT + EXIT_OTHER + 1 };

	guest_start();
	exits_handle(&vmm.vcpus[0], &m);
	ck_assert_uint_eq(m.label, ERR_TYPE);
	m.label = 0;
	exits_handle(&vmm.vcpus[0], &m);
	ck_assert_uint_eq(m.label, ERR_TYPE);
	m.label = UINT64_MAX;
	exits_handle(&vmm.vcpus[0], &m);
	ck_assert_uint_eq(m.label, ERR_TYPE);
}
END_TEST

START_TEST(test_holes)
{
	static const uint64_t fetch[5] = { NOWHERE };
	static const uint64_t other[5] = { 0, 0, 0, 0x64000000 };

	guest_start();
	page->registers.pc = 0xffff000008081234;
	ck_assert_int_eq(guest_access(NOWHERE, 4, false, 0), DISPOSITION_ABORT);
	ck_assert_int_eq(guest_access(NOWHERE, 4, true, 0), DISPOSITION_ABORT);
	ck_assert_int_eq(guest_access(UART + 0xffe, 4, true, 0), DISPOSITION_ABORT);
	ck_assert_uint_eq(guest_exit(EXIT_FETCH, fetch), DISPOSITION_ABORT);
	ck_assert_uint_eq(guest_exit(EXIT_OTHER, other), DISPOSITION_UNDEFINED);
	ck_assert_str_eq(log_text(),
			 "guest: no device to read at 0xa000000 (pc 0xffff000008081234)\n"
			 "guest: no device to write at 0xa000000 (pc 0xffff000008081234)\n"
			 "guest: no device to write at 0x9000ffe (pc 0xffff000008081234)\n"
			 "guest: no memory to run from at 0xa000000 (pc 0xffff000008081234)\n"
			 "guest: unexpected trap 0x64000000 (pc 0xffff000008081234)\n");
}
END_TEST

/* A million violations, all different, and as many of one kind: the log stays below 4 KiB. */
START_TEST(test_log_is_bounded)
{
	const uint64_t far = 0xffff000000000000;
	const char *text;

	guest_start();
	page->registers.pc = 0xffffffffffff1234;
	for (uint64_t i = 0; i < 1000000; i++)
		must(guest_access(far + (_i ? i : i % 100) * 8, 8, i & 1, 0) == DISPOSITION_ABORT);
	vmm_end(&vmm, GUEST_OFF);
	ck_assert_uint_eq(vmm.log.lost, 0);
	text = log_text();
	ck_assert_uint_lt(strlen(text), 4096);
	ck_assert_ptr_nonnull(strstr(text, "guest: 1000000 violations so far\n"));
	ck_assert_ptr_nonnull(strstr(text, _i ? "guest: 999980 other violations\n" :
						"guest: 10000 times no device to read at "
						"0xffff000000000000\n"));
	/* And begins anew. */
	ck_assert_int_eq(guest_access(NOWHERE, 8, false, 0), DISPOSITION_ABORT);
	ck_assert_str_eq(log_text(),
			 "guest: no device to read at 0xa000000 (pc 0xffffffffffff1234)\n");
}
END_TEST

START_TEST(test_slot_changes_merge)
{
	struct slot_changes changes;
	struct slots slots = { .changes = &changes };

	ck_assert(!slots_commit(&slots));
	slots_configure(&slots, 63, SLOT_NUMBER(63) | SLOT_ENABLED | SLOT_PRIORITY(8));
	slots_configure(&slots, 63, SLOT_NUMBER(63) | SLOT_PRIORITY(16));
	slots_set_pending(&slots, 63, true);
	slots_set_pending(&slots, 63, false);
	slots_set_line(&slots, 63, true);
	slots_set_active(&slots, 0, true);
	ck_assert(slots_commit(&slots));
	for (uint32_t i = 1; i < 63; i++)
		ck_assert_uint_eq(slot_changes_of(&changes, i), 0);
	ck_assert_uint_eq(slot_changes_of(&changes, 0), SLOT_ACTIVATE);
	ck_assert_uint_eq(slot_changes_of(&changes, 63), SLOT_CONFIGURE | SLOT_NUMBER(63) |
								 SLOT_PRIORITY(16) | SLOT_UNPEND |
								 SLOT_SET_LINE | SLOT_LINE);
	ck_assert(!slots_commit(&slots));
	/* Of what one reply took nothing is in the next. */
	slots_set_active(&slots, 0, false);
	ck_assert(slots_commit(&slots));
	ck_assert_uint_eq(slot_changes_of(&changes, 0), SLOT_DEACTIVATE);
	ck_assert_uint_eq(slot_changes_of(&changes, 63), 0);
}
END_TEST

/* What is made by calls is the same. */
START_TEST(test_slot_changes_by_calls)
{
	struct slots *slots = &vmm.vcpus[0].slots;

	guest_start();
	slots_configure(slots, 40, SLOT_NUMBER(40) | SLOT_PRIORITY(16) | SLOT_ENABLED | SLOT_LEVEL);
	slots_set_line(slots, 40, true);
	slots_set_pending(slots, 41, true);
	slots_set_active(slots, 42, false);
	slots_apply(slots, CAP_VCPU);
	ck_assert_uint_eq(slot[40].configuration, SLOT_NUMBER(40) | SLOT_PRIORITY(16) |
							  SLOT_ENABLED | SLOT_LEVEL | SLOT_LINE);
	ck_assert(slot[40].line);
	ck_assert_uint_eq(slot[41].pended, 1);
	ck_assert_uint_eq(slot[42].deactivated, 1);
	ck_assert(!slots_commit(slots));
}
END_TEST

START_TEST(test_deadlines)
{
	guest_start();
	vcpu_set_deadline(&vmm.vcpus[0], DEADLINE_TIMER, 500);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, 500);
	vcpu_set_deadline(&vmm.vcpus[0], DEADLINE_DEVICES, 400);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, 400);
	vcpu_set_deadline(&vmm.vcpus[0], DEADLINE_DEVICES, DEADLINE_NEVER);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, 500);
}
END_TEST

/* Each device has a clock of its own; the reply's deadline is the earliest of all. */
START_TEST(test_device_clocks)
{
	static const uint64_t nothing[5];

	guest_start();
	host_set_deadline(vmm.arch.pl061.host, now + 300);
	host_set_deadline(vmm.arch.pl011.uart.host, now + 200);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, now + 200);
	vcpu_set_deadline(&vmm.vcpus[0], DEADLINE_TIMER, now + 250);
	host_set_deadline(vmm.arch.pl011.uart.host, DEADLINE_NEVER);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, now + 250);
	vcpu_set_deadline(&vmm.vcpus[0], DEADLINE_TIMER, DEADLINE_NEVER);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, now + 300);
	/* None of them outlives the guest. */
	guest_exit(EXIT_START, nothing);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, DEADLINE_NEVER);
	host_set_deadline(vmm.arch.pl011.uart.host, now + 400);
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, now + 400);
}
END_TEST

Suite *exits_suite(void)
{
	Suite *suite = suite_create("exits");
	TCase *tests = tcase_create("exits");

	tcase_add_test(tests, test_start);
	tcase_add_loop_test(tests, test_memory_of_each_start, 0, LAYOUTS);
	tcase_add_test(tests, test_bad_configurations);
	tcase_add_test(tests, test_refused_guest);
	tcase_add_test(tests, test_no_exit);
	tcase_add_test(tests, test_holes);
	tcase_add_loop_test(tests, test_log_is_bounded, 0, 2);
	tcase_add_test(tests, test_device_clocks);
	tcase_add_test(tests, test_slot_changes_merge);
	tcase_add_test(tests, test_slot_changes_by_calls);
	tcase_add_test(tests, test_deadlines);
	tcase_set_timeout(tests, 30);
	suite_add_tcase(suite, tests);
	return suite;
}
