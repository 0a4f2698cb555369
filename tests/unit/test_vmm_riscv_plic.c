/* SPDX-License-Identifier: BSD-2-Clause */
/* The PLIC as a guest of three harts finds it, and the interrupts that it raises. */
#include <arch/interrupt.h>

#include "test_vmm_riscv.h"

#define PRIORITY(n)  (PLIC + 4 * (n))
#define PENDING      (PLIC + 0x1000)
#define ENABLE(h)    (PLIC + 0x2000 + 0x80 * (h))
#define THRESHOLD(h) (PLIC + 0x200000 + 0x1000 * (h))
#define CLAIM(h)     (THRESHOLD(h) + 4)

static void line(uint32_t irq, bool up)
{
	static const uint64_t nothing[5];

	/* In an exit, as all that a model does. */
	vmm.current = &vmm.vcpus[0];
	arch_interrupt_line(&vmm, irq, up);
	hart_exit(0, EXIT_EVENT, nothing);
}

static uint64_t claim(uint32_t hart)
{
	return hart_read(hart, CLAIM(hart), 4);
}

static void complete(uint32_t hart, uint32_t source)
{
	hart_write(hart, CLAIM(hart), 4, source);
}

static void enable(uint32_t hart, uint32_t source)
{
	hart_write(hart, PRIORITY(source), 4, 1);
	hart_write(hart, ENABLE(hart), 4, hart_read(hart, ENABLE(hart), 4) | 1U << source);
}

START_TEST(test_registers)
{
	guest_start();
	for (uint32_t i = 0; i < 40; i++) {
		hart_write(0, PRIORITY(i), 4, 0xffffffff);
		ck_assert_uint_eq(hart_read(0, PRIORITY(i), 4), i && i <= 31 ? 7 : 0);
	}
	for (uint32_t hart = 0; hart < 5; hart++) {
		hart_write(0, ENABLE(hart), 4, 0xffffffff);
		hart_write(0, ENABLE(hart) + 4, 4, 0xffffffff);
		hart_write(0, THRESHOLD(hart), 4, 0xfffffffa);
		ck_assert_uint_eq(hart_read(0, ENABLE(hart), 4), hart < HARTS ? 0xfffffffe : 0);
		ck_assert_uint_eq(hart_read(0, ENABLE(hart) + 4, 4), 0);
		ck_assert_uint_eq(hart_read(0, THRESHOLD(hart), 4), hart < HARTS ? 2 : 0);
		ck_assert_uint_eq(hart_read(0, THRESHOLD(hart) + 8, 4), 0);
		ck_assert_uint_eq(hart_read(0, CLAIM(hart), 4), 0);
	}
	/* Pending bits are for reading; between the arrays nothing is. */
	hart_write(0, PENDING, 4, 0xffffffff);
	ck_assert_uint_eq(hart_read(0, PENDING, 4), 0);
	ck_assert_uint_eq(hart_read(0, PENDING + 4, 4), 0);
	ck_assert_uint_eq(hart_read(0, PLIC + 0x3ffffc, 4), 0);
}
END_TEST

START_TEST(test_sizes)
{
	guest_start();
	for (unsigned int size = 1; size <= 8; size *= 2)
		for (unsigned int at = 0; at < 4; at++)
			ck_assert_uint_eq(hart_access(0, PRIORITY(4) + at, size, at & 1, 0),
					  size == 4 && !at ? DISPOSITION_STEP : DISPOSITION_ABORT);
}
END_TEST

/* A request is claimed once, by whoever comes first; there is no other before it is complete. */
START_TEST(test_flow)
{
	guest_start();
	enable(0, 3);
	enable(1, 3);
	line(3, true);
	ck_assert(vseip(0) && vseip(1) && !vseip(2));
	ck_assert_uint_eq(hart_read(0, PENDING, 4), 1U << 3);
	ck_assert_uint_eq(claim(1), 3);
	ck_assert(!vseip(0) && !vseip(1));
	ck_assert_uint_eq(hart_read(0, PENDING, 4), 0);
	ck_assert_uint_eq(claim(0), 0);
	/* The line goes on, or comes again: for the gateway it is the same request. */
	line(3, false);
	line(3, true);
	ck_assert(!vseip(0) && !vseip(1));
	/* Complete by a hart that has it enabled, whichever. */
	complete(2, 3);
	ck_assert(!vseip(0));
	complete(0, 3);
	ck_assert(vseip(0) && vseip(1));
	ck_assert_uint_eq(claim(0), 3);
	line(3, false);
	complete(0, 3);
	ck_assert(!vseip(0) && !vseip(1));
	ck_assert_uint_eq(claim(0), 0);
}
END_TEST

/* A request that is in the core stays there when the device lets go. */
START_TEST(test_no_way_back)
{
	guest_start();
	enable(0, 5);
	line(5, true);
	line(5, false);
	ck_assert(vseip(0));
	ck_assert_uint_eq(claim(0), 5);
	complete(0, 5);
	ck_assert(!vseip(0));
}
END_TEST

START_TEST(test_priorities)
{
	guest_start();
	for (uint32_t i = 1; i <= 4; i++) {
		enable(0, i);
		line(i, true);
	}
	hart_write(0, PRIORITY(1), 4, 0);
	hart_write(0, PRIORITY(3), 4, 6);
	hart_write(0, PRIORITY(4), 4, 6);
	/* The threshold masks what is not above it, for the notification only. */
	hart_write(0, THRESHOLD(0), 4, 5);
	ck_assert(vseip(0));
	hart_write(0, THRESHOLD(0), 4, 6);
	ck_assert(!vseip(0));
	ck_assert_uint_eq(claim(0), 3);
	ck_assert_uint_eq(claim(0), 4);
	ck_assert_uint_eq(claim(0), 2);
	/* Priority 0 never interrupts. */
	ck_assert_uint_eq(claim(0), 0);
	hart_write(0, THRESHOLD(0), 4, 0);
	ck_assert(!vseip(0));
	hart_write(0, PRIORITY(1), 4, 1);
	ck_assert(vseip(0));
	ck_assert_uint_eq(claim(0), 1);
}
END_TEST

START_TEST(test_enable)
{
	guest_start();
	line(7, true);
	ck_assert_uint_eq(hart_read(0, PENDING, 4), 1U << 7);
	ck_assert(!vseip(2));
	enable(2, 7);
	ck_assert(vseip(2) && !vseip(0));
	hart_write(2, ENABLE(2), 4, 0);
	ck_assert(!vseip(2));
	ck_assert_uint_eq(claim(2), 0);
	enable(2, 7);
	ck_assert_uint_eq(claim(2), 7);
	/* What is not enabled is not completed. */
	hart_write(2, ENABLE(2), 4, 0);
	complete(2, 7);
	enable(2, 7);
	ck_assert(!vseip(2));
	complete(2, 7);
	ck_assert(vseip(2));
	complete(2, 0);
	complete(2, 32);
	complete(2, 0xffffffff);
}
END_TEST

/* An interrupt whose line is another process's: it reaches the guest by its own slot, wherever it is heard. */
static void isolated_clock(void)
{
	guest_configure();
	config.devices[2].server = CAP_SERVER;
	config.devices[2].line = CAP_LINE;
	guest_begin();
	ck_assert_int_eq(line_hart, 0);
	ck_assert_uint_eq(line_slot, RTC_IRQ);
}

START_TEST(test_outside)
{
	isolated_clock();
	line_up = true;
	ck_assert(!vseip(0));
	enable(0, RTC_IRQ);
	ck_assert(vseip(0));
	ck_assert_uint_eq(hart_read(1, PENDING, 4), 1U << RTC_IRQ);
	ck_assert_uint_eq(claim(0), RTC_IRQ);
	ck_assert_uint_eq(hart_read(1, PENDING, 4), 0);
	ck_assert_uint_eq(claim(0), 0);
	ck_assert(!vseip(0));
	complete(0, RTC_IRQ);
	ck_assert(vseip(0));
	ck_assert_uint_eq(claim(0), RTC_IRQ);
	line_up = false;
	complete(0, RTC_IRQ);
	ck_assert(!vseip(0));
	ck_assert_uint_eq(claim(0), 0);
	/* With others beside it, the most urgent comes first. */
	line_up = true;
	enable(0, 3);
	line(3, true);
	hart_write(0, PRIORITY(RTC_IRQ), 4, 2);
	ck_assert_uint_eq(claim(0), RTC_IRQ);
	ck_assert_uint_eq(claim(0), 3);
	hart_write(0, THRESHOLD(0), 4, 2);
	complete(0, RTC_IRQ);
	ck_assert(!vseip(0));
	hart_write(0, THRESHOLD(0), 4, 1);
	ck_assert(vseip(0));
}
END_TEST

START_TEST(test_outside_moves)
{
	isolated_clock();
	enable(0, RTC_IRQ);
	line_up = true;
	enable(2, RTC_IRQ);
	ck_assert(vseip(0) && !vseip(2));
	hart_write(0, ENABLE(0), 4, 0);
	ck_assert_int_eq(line_hart, 2);
	ck_assert(!vseip(0) && vseip(2));
	ck_assert_uint_eq(claim(0), 0);
	ck_assert_uint_eq(claim(2), RTC_IRQ);
	/* Claimed it moves on, and is complete where it is then. */
	enable(0, RTC_IRQ);
	hart_write(2, THRESHOLD(2), 4, 7);
	ck_assert_int_eq(line_hart, 0);
	ck_assert(!vseip(0) && !vseip(2));
	complete(2, RTC_IRQ);
	ck_assert(vseip(0) && !vseip(2));
	/* Heard nowhere it stays where it is. */
	hart_write(0, PRIORITY(RTC_IRQ), 4, 0);
	ck_assert_int_eq(line_hart, 0);
	ck_assert(!vseip(0) && !vseip(2));
	ck_assert_uint_eq(claim(0), 0);
}
END_TEST

START_TEST(test_reset)
{
	static const uint64_t nothing[5];

	isolated_clock();
	enable(0, 3);
	enable(1, RTC_IRQ);
	hart_write(0, ENABLE(0), 4, 1U << 3);
	line(3, true);
	line_up = true;
	claim(1);
	ck_assert_int_eq(line_hart, 1);
	ck_assert(vseip(0));
	sbi(0, 0x53525354, 0, 1, 0, 0);
	ck_assert_int_eq(ended, GUEST_RESET);
	for (uint32_t i = HARTS; i-- > 0;)
		hart_exit(i, EXIT_START, nothing);
	ck_assert_int_eq(line_hart, 0);
	for (uint32_t i = 0; i < HARTS; i++) {
		ck_assert(!vseip(i) && !vssip(i) && !vstip(i));
		ck_assert_uint_eq(hart_read(0, ENABLE(i), 4), 0);
	}
	ck_assert_uint_eq(hart_read(0, PRIORITY(3), 4), 0);
	enable(0, RTC_IRQ);
	ck_assert(vseip(0));
}
END_TEST

START_TEST(test_place)
{
	guest_configure();
	config.devices[0].size = 0x202fff;
	ck_assert_str_eq(vmm_init(&vmm, &config),
			 "a PLIC that has no room for a context of each vCPU");
	config.devices[0].size = 0x203000;
	ck_assert_ptr_null(vmm_init(&vmm, &config));
	config.devices[1].irq = 0;
	ck_assert_str_eq(vmm_init(&vmm, &config), "a device whose interrupt is none for devices");
	config.devices[1].irq = 32;
	ck_assert_ptr_nonnull(vmm_init(&vmm, &config));
	config.devices[1].irq = 31;
	config.devices[1].address = PLIC;
	ck_assert_ptr_nonnull(vmm_init(&vmm, &config));
}
END_TEST

Suite *plic_suite(void)
{
	Suite *suite = suite_create("plic");
	TCase *tests = tcase_create("plic");

	tcase_add_test(tests, test_registers);
	tcase_add_test(tests, test_sizes);
	tcase_add_test(tests, test_flow);
	tcase_add_test(tests, test_no_way_back);
	tcase_add_test(tests, test_priorities);
	tcase_add_test(tests, test_enable);
	tcase_add_test(tests, test_outside);
	tcase_add_test(tests, test_outside_moves);
	tcase_add_test(tests, test_reset);
	tcase_add_test(tests, test_place);
	suite_add_tcase(suite, tests);
	return suite;
}
