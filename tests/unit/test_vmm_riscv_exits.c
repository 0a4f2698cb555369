/* SPDX-License-Identifier: BSD-2-Clause */
/* Exits that the hardware did not decode, and all that a guest does not have. */
#include <string.h>

#include "test_vmm_riscv.h"

static uint64_t undecoded(uint64_t address, uint64_t access)
{
	/* AMOADD.W as its syndrome: no matter. */
	const uint64_t word[5] = { address, access, 0, 0x00c5202f, VIRTUAL };

	return hart_exit(0, EXIT_MEMORY, word);
}

START_TEST(test_memory)
{
	guest_start();
	ck_assert_uint_eq(undecoded(UART, 0), DISPOSITION_ABORT);
	ck_assert_ptr_nonnull(strstr(log_text(), "guest: undecodable access to 0x10000000"));
	ck_assert_uint_eq(undecoded(NOWHERE, ACCESS_WRITE), DISPOSITION_ABORT);
	ck_assert_ptr_nonnull(strstr(log_text(), "guest: no device to write at 0x20000000"));
	ck_assert_uint_eq(undecoded(NOWHERE + 4, 0), DISPOSITION_ABORT);
	ck_assert_ptr_nonnull(strstr(log_text(), "guest: no device to read at 0x20000004"));
	ck_assert_uint_eq(undecoded(UART, ACCESS_WALK), DISPOSITION_ABORT);
	ck_assert_ptr_nonnull(strstr(log_text(), "guest: no memory for tables at 0x10000000"));
	ck_assert_uint_eq(undecoded(NOWHERE, ACCESS_WRITE | ACCESS_PERMISSION), DISPOSITION_ABORT);
	ck_assert_ptr_nonnull(strstr(log_text(), "guest: write to read-only memory at 0x20000000"));
}
END_TEST

START_TEST(test_registers)
{
	/* cycle, and stimecmp where there is no Sstc. */
	static const uint64_t csrs[] = { 0xc00, 0x14d };

	guest_start();
	for (uint32_t i = 0; i < 2; i++) {
		const uint64_t word[5] = { REGISTER_CSR(csrs[i]) | REGISTER_OPERATION(CSR_SET) };

		ck_assert_uint_eq(hart_exit(0, EXIT_REGISTER, word), DISPOSITION_UNDEFINED);
	}
	ck_assert_str_eq(log_text(), "guest: no system register 0xc00 (pc 0x80001000)\n"
				     "guest: no system register 0x14d (pc 0x80001000)\n");
}
END_TEST

START_TEST(test_others)
{
	guest_start();
	for (uint64_t cause = 0; cause < 64; cause++) {
		const uint64_t word[5] = { 0, 0, 0, cause };
		bool abort = cause == 1 || cause == 5 || cause == 7;

		ck_assert_uint_eq(hart_exit(0, EXIT_OTHER, word),
				  abort ? DISPOSITION_ABORT : DISPOSITION_UNDEFINED);
	}
}
END_TEST

START_TEST(test_fetch)
{
	const uint64_t word[5] = { UART };

	guest_start();
	ck_assert_uint_eq(hart_exit(0, EXIT_FETCH, word), DISPOSITION_ABORT);
}
END_TEST

Suite *riscv_exits_suite(void)
{
	Suite *suite = suite_create("exits");
	TCase *tests = tcase_create("exits");

	tcase_add_test(tests, test_memory);
	tcase_add_test(tests, test_registers);
	tcase_add_test(tests, test_others);
	tcase_add_test(tests, test_fetch);
	suite_add_tcase(suite, tests);
	return suite;
}
