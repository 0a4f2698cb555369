/* SPDX-License-Identifier: BSD-2-Clause */
/* PSCI and SMCCC: every function, by both conduits, with good and bad arguments. */
#include <string.h>

#include <psci.h>

#include "test_vmm_fixture.h"

static uint64_t call_by(enum exit_kind conduit, uint64_t immediate, uint64_t function, uint64_t x1,
			uint64_t x2)
{
	const uint64_t word[5] = { immediate };

	page->registers.x[0] = function;
	page->registers.x[1] = x1;
	page->registers.x[2] = x2;
	ck_assert_uint_eq(guest_exit(conduit, word), DISPOSITION_STEP);
	ck_assert_uint_eq(result[1] | result[2] | result[3], 0);
	return result[0];
}

static int64_t call(uint64_t function, uint64_t x1, uint64_t x2)
{
	uint64_t value = call_by(EXIT_HYPERCALL, 0, function, x1, x2);

	ck_assert_uint_eq(call_by(EXIT_FIRMWARE, 0, function, x1, x2), value);
	return (int64_t)value;
}

START_TEST(test_versions)
{
	guest_start();
	ck_assert_int_eq(call(PSCI_VERSION, 0, 0), 0x10001);
	ck_assert_int_eq(call(SMCCC_VERSION, 0, 0), 0x10001);
	/* The function is in w0. */
	ck_assert_int_eq(call(0xffffffff00000000 | PSCI_VERSION, 0, 0), 0x10001);
	ck_assert_int_eq(call(PSCI_MIGRATE_INFO_TYPE, 0, 0), 2);
	ck_assert_str_eq(log_text(), "");
}
END_TEST

START_TEST(test_features)
{
	static const uint32_t present[] = {
		PSCI_VERSION,           PSCI_CPU_SUSPEND,   PSCI_CPU_SUSPEND_64,
		PSCI_CPU_OFF,           PSCI_CPU_ON,        PSCI_CPU_ON_64,
		PSCI_AFFINITY_INFO,     PSCI_SYSTEM_OFF,    PSCI_AFFINITY_INFO_64,
		PSCI_SYSTEM_RESET,      PSCI_SYSTEM_RESET2, PSCI_SYSTEM_RESET2_64,
		PSCI_MIGRATE_INFO_TYPE, PSCI_FEATURES,      SMCCC_VERSION,
	};

	guest_start();
	for (unsigned int i = 0; i < sizeof(present) / sizeof(present[0]); i++)
		ck_assert_int_eq(call(PSCI_FEATURES, present[i], 0), 0);
	/*
	 * MIGRATE, SYSTEM_SUSPEND, MEM_PROTECT, one that nobody has; wide where there is no wide
	 * form.
	 */
	ck_assert_int_eq(call(PSCI_FEATURES, 0x84000005, 0), -1);
	ck_assert_int_eq(call(PSCI_FEATURES, 0x8400000e, 0), -1);
	ck_assert_int_eq(call(PSCI_FEATURES, 0x84000013, 0), -1);
	ck_assert_int_eq(call(PSCI_FEATURES, 0x12345678, 0), -1);
	ck_assert_int_eq(call(PSCI_FEATURES, 0xc4000000, 0), -1);
	ck_assert_int_eq(call(SMCCC_ARCH_FEATURES, SMCCC_VERSION, 0), 0);
	ck_assert_int_eq(call(SMCCC_ARCH_FEATURES, SMCCC_ARCH_FEATURES, 0), 0);
	/* SOC_ID and the workarounds 1 to 3. */
	ck_assert_int_eq(call(SMCCC_ARCH_FEATURES, 0x80000002, 0), -1);
	ck_assert_int_eq(call(SMCCC_ARCH_FEATURES, 0x80008000, 0), -1);
	ck_assert_int_eq(call(SMCCC_ARCH_FEATURES, 0x80007fff, 0), -1);
	ck_assert_int_eq(call(SMCCC_ARCH_FEATURES, 0x80003fff, 0), -1);
}
END_TEST

START_TEST(test_cpus)
{
	guest_start();
	ck_assert_int_eq(call(PSCI_CPU_ON_64, 0, ENTRY), -4);
	ck_assert_int_eq(call(PSCI_CPU_ON_64, 1, ENTRY), -2);
	ck_assert_int_eq(call(PSCI_CPU_ON_64, 1ULL << 32, ENTRY), -2);
	/* The narrow form does not see the upper half. */
	ck_assert_int_eq(call(PSCI_CPU_ON, 1ULL << 32, ENTRY), -4);
	ck_assert_int_eq(call(PSCI_CPU_ON, 1, ENTRY), -2);
	ck_assert_int_eq(call(PSCI_AFFINITY_INFO_64, 0, 0), 0);
	ck_assert_int_eq(call(PSCI_AFFINITY_INFO_64, 0, 1), -2);
	ck_assert_int_eq(call(PSCI_AFFINITY_INFO_64, 1, 0), -2);
	ck_assert_int_eq(call(PSCI_AFFINITY_INFO, 0, 0), 0);
	ck_assert_int_eq(call(PSCI_AFFINITY_INFO, 0, UINT64_MAX), -2);
	ck_assert_int_eq(call(PSCI_CPU_SUSPEND_64, 0, ENTRY), 0);
	ck_assert_int_eq(call(PSCI_CPU_SUSPEND, 0x0301ffff, ENTRY), 0);
	ck_assert_int_eq(call(PSCI_CPU_SUSPEND, 0x80000000, ENTRY), -2);
	ck_assert_int_eq(call(PSCI_CPU_SUSPEND, 0x00020000, ENTRY), -2);
	ck_assert_int_eq(ended, -1);
}
END_TEST

START_TEST(test_unknown)
{
	guest_start();
	ck_assert_int_eq(call(0x84000005, 0, 0), -1);
	ck_assert_int_eq(call(0x8400000e, 0, 0), -1);
	ck_assert_int_eq(call(0xc6000000, 0, 0), -1);
	ck_assert_int_eq(call(0, 0, 0), -1);
	ck_assert_str_eq(log_text(), "guest: no firmware function 0x84000005 (pc 0x40001000)\n"
				     "guest: no firmware function 0x8400000e (pc 0x40001000)\n"
				     "guest: no firmware function 0xc6000000 (pc 0x40001000)\n"
				     "guest: no firmware function 0x0 (pc 0x40001000)\n");
	/* To ask who is there is no offence: TRNG_VERSION, UIDs, a revision. */
	ck_assert_int_eq(call(0x84000050, 0, 0), -1);
	ck_assert_int_eq(call(0x8600ff01, 0, 0), -1);
	ck_assert_int_eq(call(0x8400ff01, 0, 0), -1);
	ck_assert_int_eq(call(0x8400ff03, 0, 0), -1);
	ck_assert_str_eq(log_text(), "");
	/* An immediate other than 0 is no call of the convention. */
	ck_assert_uint_eq(call_by(EXIT_HYPERCALL, 1, PSCI_VERSION, 0, 0), UINT64_MAX);
	ck_assert_uint_eq(call_by(EXIT_FIRMWARE, 0xffff, PSCI_SYSTEM_OFF, 0, 0), UINT64_MAX);
	ck_assert_int_eq(ended, -1);
}
END_TEST

static const struct {
	uint32_t function;
	int end;
} ends[] = {
	{ PSCI_SYSTEM_OFF, GUEST_OFF },         { PSCI_CPU_OFF, GUEST_OFF },
	{ PSCI_SYSTEM_RESET, GUEST_RESET },     { PSCI_SYSTEM_RESET2, GUEST_RESET },
	{ PSCI_SYSTEM_RESET2_64, GUEST_RESET },
};

#define ENDS ((int)(sizeof(ends) / sizeof(ends[0])))

START_TEST(test_ends)
{
	const uint64_t word[5] = { 0 };

	guest_start();
	/* Output that nobody was told of yet is told before. */
	console.output.consumer_waits = 1;
	guest_write(UART, 1, 'x');
	ck_assert_uint_eq(signals[CAP_CONSOLE_NOTIFY], 0);
	page->registers.x[0] = ends[_i].function;
	page->registers.x[1] = 0;
	ck_assert_uint_eq(guest_exit(_i & 1 ? EXIT_HYPERCALL : EXIT_FIRMWARE, word),
			  DISPOSITION_PARK);
	ck_assert_int_eq(ended, ends[_i].end);
	ck_assert_uint_eq(signals[CAP_CONSOLE_NOTIFY], 1);
}
END_TEST

START_TEST(test_reset_types)
{
	guest_start();
	ck_assert_int_eq(call(PSCI_SYSTEM_RESET2, 1, 0), -2);
	ck_assert_int_eq(call(PSCI_SYSTEM_RESET2, 0x80000000, 0), -2);
	ck_assert_int_eq(call(PSCI_SYSTEM_RESET2_64, 0x80000000, 0), -2);
	ck_assert_int_eq(ended, -1);
}
END_TEST

START_TEST(test_start_again)
{
	const uint64_t nothing[5] = { 0 };

	guest_start();
	guest_write(UART + 0x38, 4, 0x7ff);
	page->registers.x[0] = PSCI_SYSTEM_RESET;
	ck_assert_uint_eq(guest_exit(EXIT_HYPERCALL, nothing), DISPOSITION_PARK);
	ck_assert_uint_eq(guest_exit(EXIT_START, nothing),
			  DISPOSITION_START | REPLY_REGISTERS | REPLY_REARM | REPLY_SLOTS);
	ck_assert_uint_eq(guest_read(UART + 0x38, 4), 0);
}
END_TEST

/* The log's bound holds for a guest that is reset after each violation, too. */
START_TEST(test_violations_over_resets)
{
	const uint64_t nothing[5] = { 0 };

	guest_start();
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert_int_eq(guest_access(NOWHERE, 4, false, 0), DISPOSITION_ABORT);
		page->registers.x[0] = PSCI_SYSTEM_RESET;
		ck_assert_uint_eq(guest_exit(EXIT_HYPERCALL, nothing), DISPOSITION_PARK);
		guest_exit(EXIT_START, nothing);
	}
	ck_assert_str_eq(log_text(), "guest: no device to read at 0xa000000 (pc 0x40001000)\n");
	page->registers.x[0] = PSCI_SYSTEM_OFF;
	ck_assert_uint_eq(guest_exit(EXIT_HYPERCALL, nothing), DISPOSITION_PARK);
	ck_assert_str_eq(log_text(), "guest: 3 times no device to read at 0xa000000\n");
}
END_TEST

Suite *psci_suite(void)
{
	Suite *suite = suite_create("psci");
	TCase *tests = tcase_create("psci");

	tcase_add_test(tests, test_versions);
	tcase_add_test(tests, test_features);
	tcase_add_test(tests, test_cpus);
	tcase_add_test(tests, test_unknown);
	tcase_add_loop_test(tests, test_ends, 0, ENDS);
	tcase_add_test(tests, test_reset_types);
	tcase_add_test(tests, test_start_again);
	tcase_add_test(tests, test_violations_over_resets);
	suite_add_tcase(suite, tests);
	return suite;
}
