/* SPDX-License-Identifier: BSD-2-Clause */
/* Harts that start, stop and suspend. */
#include <sbi.h>

#include "test_vmm_riscv.h"

static struct registers *begun(uint32_t hart)
{
	return &vmm.vcpus[hart].update->registers;
}

static uint64_t status(uint32_t hart)
{
	return sbi_value(0, SBI_HSM, 2, hart, 0, 0);
}

START_TEST(test_power_on)
{
	guest_start();
	ck_assert_uint_eq(begun(0)->pc, ENTRY);
	ck_assert_uint_eq(begun(0)->x[10], 0);
	ck_assert_uint_eq(begun(0)->x[11], TREE);
	ck_assert_uint_eq(begun(0)->mode, MODE_SUPERVISOR);
	ck_assert_uint_eq(status(0), HSM_STARTED);
	ck_assert_uint_eq(status(1), HSM_STOPPED);
}
END_TEST

START_TEST(test_start)
{
	guest_start();
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 0, 1, ENTRY + 2, 0xabc), 0);
	ck_assert_uint_eq(status(1), HSM_START_PENDING);
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 0, 1, ENTRY, 0), SBI_ERR_ALREADY_AVAILABLE);
	hart_begins(1);
	ck_assert_uint_eq(status(1), HSM_STARTED);
	ck_assert_uint_eq(begun(1)->pc, ENTRY + 2);
	ck_assert_uint_eq(begun(1)->x[10], 1);
	ck_assert_uint_eq(begun(1)->x[11], 0xabc);
	ck_assert_uint_eq(begun(1)->mode, MODE_SUPERVISOR);
	ck_assert_int_eq(sbi_error(1, SBI_HSM, 0, 0, ENTRY, 0), SBI_ERR_ALREADY_AVAILABLE);
}
END_TEST

START_TEST(test_wrong_start)
{
	guest_start();
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 0, HARTS, ENTRY, 0), SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 0, UINT64_MAX, ENTRY, 0), SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 0, 1, ENTRY + 1, 0), SBI_ERR_INVALID_ADDRESS);
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 0, 1, UART, 0), SBI_ERR_INVALID_ADDRESS);
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 0, 1, MEMORY_BASE + MEMORY_SIZE, 0),
			 SBI_ERR_INVALID_ADDRESS);
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 2, HARTS, 0, 0), SBI_ERR_INVALID_PARAM);
	ck_assert_uint_eq(status(1), HSM_STOPPED);
	ck_assert_uint_eq(signals[CAP_VCPU_EVENT + 1], 0);
}
END_TEST

/* Who stops takes timer and pending interrupts along; the last one takes the guest. */
START_TEST(test_stop)
{
	guest_start();
	sbi(0, SBI_HSM, 0, 1, ENTRY, 0);
	hart_begins(1);
	sbi(1, SBI_TIME, 0, now, 0, 0);
	sbi(0, SBI_IPI, 0, 2, 0, 0);
	ck_assert(vstip(1) && vssip(1));
	ck_assert_uint_eq(sbi(1, SBI_HSM, 1, 0, 0, 0), DISPOSITION_PARK);
	ck_assert(!vstip(1) && !vssip(1));
	ck_assert_uint_eq(status(1), HSM_STOPPED);
	/* Nothing is sent to who is off. */
	ck_assert_int_eq(sbi_error(0, SBI_IPI, 0, 2, 0, 0), 0);
	ck_assert(!vssip(1));
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 0, 1, ENTRY, 9), 0);
	hart_begins(1);
	ck_assert_uint_eq(begun(1)->x[11], 9);
	ck_assert_uint_eq(sbi(0, SBI_HSM, 1, 0, 0, 0), DISPOSITION_PARK);
	ck_assert_int_eq(ended, -1);
	ck_assert_uint_eq(sbi(1, SBI_HSM, 1, 0, 0, 0), DISPOSITION_PARK);
	ck_assert_int_eq(ended, GUEST_OFF);
}
END_TEST

START_TEST(test_suspend)
{
	guest_start();
	sbi(0, SBI_TIME, 0, now + 100, 0, 0);
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 3, 0, 0, 0), 0);
	/* Non-retentive: it begins anew where it said, and its timer goes on. */
	ck_assert_uint_eq(sbi(0, SBI_HSM, 3, 0x80000000, ENTRY + 4, 0x77), DISPOSITION_PARK);
	hart_begins(0);
	ck_assert_uint_eq(begun(0)->pc, ENTRY + 4);
	ck_assert_uint_eq(begun(0)->x[10], 0);
	ck_assert_uint_eq(begun(0)->x[11], 0x77);
	now += 100;
	hart_event(0, 0);
	ck_assert(vstip(0));
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 3, 0x80000000, UART, 0), SBI_ERR_INVALID_ADDRESS);
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 3, 1, 0, 0), SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 3, 0x10000000, 0, 0), SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_HSM, 3, 0x90000000, ENTRY, 0), SBI_ERR_INVALID_PARAM);
	/* Of 32 bits, as a register holds them. */
	ck_assert_uint_eq(sbi(0, SBI_HSM, 3, 0xffffffff80000000, ENTRY, 0), DISPOSITION_PARK);
}
END_TEST

Suite *hsm_suite(void)
{
	Suite *suite = suite_create("hsm");
	TCase *tests = tcase_create("hsm");

	tcase_add_test(tests, test_power_on);
	tcase_add_test(tests, test_start);
	tcase_add_test(tests, test_wrong_start);
	tcase_add_test(tests, test_stop);
	tcase_add_test(tests, test_suspend);
	suite_add_tcase(suite, tests);
	return suite;
}
