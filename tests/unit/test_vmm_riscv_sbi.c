/* SPDX-License-Identifier: BSD-2-Clause */
/* The SBI but for harts' states: timer, interrupts, fences, console, the guest's end, and what is not there. */
#include <string.h>

#include <sbi.h>

#include "test_vmm_riscv.h"

static void start_harts(void)
{
	guest_start();
	for (uint32_t i = 1; i < HARTS; i++) {
		ck_assert_int_eq(sbi_error(0, SBI_HSM, 0, i, ENTRY, 0), 0);
		hart_begins(i);
	}
}

START_TEST(test_base)
{
	static const uint64_t there[] = { 0,          8,       SBI_BASE, SBI_TIME, SBI_IPI,
					  SBI_RFENCE, SBI_HSM, SBI_SRST, SBI_DBCN };
	/* PMU, SUSP, CPPC, NACL, STA, SSE, FWFT, a name with a bit too many. */
	static const uint64_t missing[] = {
		9,          0xf,      0x504d55, 0x53555350, 0x43505043,
		0x4e41434c, 0x535441, 0x535345, 0x46574654, SBI_BASE | 1ULL << 32
	};

	guest_start();
	ck_assert_uint_eq(sbi_value(0, SBI_BASE, 0, 0, 0, 0), 2 << 24);
	ck_assert_uint_ne(sbi_value(0, SBI_BASE, 1, 0, 0, 0), 0);
	ck_assert_uint_ne(sbi_value(0, SBI_BASE, 2, 0, 0, 0), 0);
	for (uint32_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		ck_assert_uint_eq(sbi_value(0, SBI_BASE, 3, there[i], 0, 0), 1);
	for (uint64_t function = 4; function < 7; function++)
		ck_assert_uint_eq(sbi_value(0, SBI_BASE, function, 1, 1, 1), 0);
	for (uint32_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		ck_assert_uint_eq(sbi_value(0, SBI_BASE, 3, missing[i], 0, 0), 0);
		ck_assert_int_eq(sbi_error(0, missing[i], 0, 0, 0, 0), SBI_ERR_NOT_SUPPORTED);
	}
}
END_TEST

/* Functions that an extension does not have. */
START_TEST(test_functions)
{
	static const struct {
		uint64_t extension;
		uint64_t functions;
	} counts[] = { { SBI_BASE, 7 }, { SBI_TIME, 1 }, { SBI_IPI, 1 }, { SBI_RFENCE, 3 },
		       { SBI_HSM, 4 },  { SBI_SRST, 1 }, { SBI_DBCN, 3 } };

	guest_start();
	for (uint32_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (uint64_t f = counts[i].functions; f < counts[i].functions + 8; f++)
			ck_assert_int_eq(sbi_error(0, counts[i].extension, f, 0, 0, 0),
					 SBI_ERR_NOT_SUPPORTED);
		ck_assert_int_eq(sbi_error(0, counts[i].extension, 1ULL << 32, 0, 0, 0),
				 SBI_ERR_NOT_SUPPORTED);
	}
	ck_assert_ptr_nonnull(strstr(log_text(), "guest: no firmware function 0x10 (pc 0x"));
	ck_assert_int_eq(ended, -1);
}
END_TEST

/* By the new call and by the legacy one, which keeps a1. */
START_TEST(test_timer)
{
	uint64_t extension = _i ? SBI_LEGACY_SET_TIMER : SBI_TIME;

	guest_start();
	ck_assert_int_eq(sbi_error(0, extension, 0, now + 1000, 77, 0), 0);
	ck_assert_uint_eq(result[1], _i ? 77 : 0);
	ck_assert(!vstip(0));
	ck_assert_uint_eq(vmm.vcpus[0].next_deadline, now + 1000);
	now += 999;
	hart_event(0, 0);
	ck_assert(!vstip(0));
	now++;
	hart_event(0, 0);
	ck_assert(vstip(0));
	ck_assert(!vstip(1));
	/* A new time takes the interrupt back. */
	sbi(0, extension, 0, now + 1, 0, 0);
	ck_assert(!vstip(0));
	sbi(0, extension, 0, now, 0, 0);
	ck_assert(vstip(0));
	sbi(0, extension, 0, UINT64_MAX, 0, 0);
	ck_assert(!vstip(0));
	now += 1ULL << 50;
	hart_event(0, 0);
	ck_assert(!vstip(0));
	sbi(0, extension, 0, 0, 0, 0);
	ck_assert(vstip(0));
}
END_TEST

START_TEST(test_ipi)
{
	start_harts();
	ck_assert_int_eq(sbi_error(0, SBI_IPI, 0, 3, 1, 0), 0);
	ck_assert(!vssip(0) && vssip(1) && vssip(2));
	guest_start();
	start_harts();
	ck_assert_int_eq(sbi_error(1, SBI_IPI, 0, 0, UINT64_MAX, 0), 0);
	ck_assert(vssip(0) && vssip(1) && vssip(2));
	start_harts();
	ck_assert_int_eq(sbi_error(0, SBI_IPI, 0, 0, 0, 0), 0);
	ck_assert_int_eq(sbi_error(0, SBI_IPI, 0, 8, 0, 0), SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_IPI, 0, 5, 1, 0), SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_IPI, 0, 1, HARTS, 0), SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_IPI, 0, 1, UINT64_MAX - 1, 0), SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_IPI, 0, 1ULL << 63, 2, 0), SBI_ERR_INVALID_PARAM);
	ck_assert(!vssip(0) && !vssip(1) && !vssip(2));
}
END_TEST

/* The legacy mask is at a guest-virtual address. */
START_TEST(test_legacy_ipi)
{
	start_harts();
	memory[0x100] = 0xf2;
	ck_assert_int_eq(sbi_error(0, SBI_LEGACY_SEND_IPI, 0, VIRTUAL + MEMORY_BASE + 0x100, 5, 0),
			 0);
	ck_assert_uint_eq(result[1], 5);
	ck_assert(!vssip(0) && vssip(1) && !vssip(2));
	ck_assert_int_eq(sbi_error(1, SBI_LEGACY_CLEAR_IPI, 0, 0, 0, 0), 1);
	ck_assert(!vssip(1));
	ck_assert_int_eq(sbi_error(1, SBI_LEGACY_CLEAR_IPI, 0, 0, 0, 0), 0);
	ck_assert_int_eq(sbi_error(0, SBI_LEGACY_SEND_IPI, 0, 0, 0, 0), 0);
	ck_assert(vssip(0) && vssip(1) && vssip(2));
	/* What the guest cannot read either faults. */
	ck_assert_uint_eq(sbi(0, SBI_LEGACY_SEND_IPI, 0, 8, 0, 0), DISPOSITION_ABORT);
	ck_assert_uint_eq(sbi(0, SBI_LEGACY_FENCE_I, 0, VIRTUAL + NOWHERE, 0, 0),
			  DISPOSITION_ABORT);
}
END_TEST

START_TEST(test_fences)
{
	uint32_t before;

	start_harts();
	before = fences;
	ck_assert_uint_eq(sbi(0, SBI_RFENCE, 0, 7, 0, 0), DISPOSITION_STEP);
	ck_assert_uint_eq(fences, before + 1);
	for (uint64_t function = 1; function < 3; function++) {
		/* The others have theirs when they run; the caller's own is asked for. */
		ck_assert_uint_eq(sbi(0, SBI_RFENCE, function, 6, 0, 0), DISPOSITION_STEP);
		ck_assert_uint_eq(sbi(0, SBI_RFENCE, function, 7, 0, 0),
				  DISPOSITION_STEP | REPLY_FENCE);
		ck_assert_uint_eq(sbi(2, SBI_RFENCE, function, 0, UINT64_MAX, 0),
				  DISPOSITION_STEP | REPLY_FENCE);
		ck_assert_int_eq((int64_t)result[0], 0);
		ck_assert_uint_eq(sbi(0, SBI_RFENCE, function, 8, 0, 0), DISPOSITION_STEP);
		ck_assert_int_eq((int64_t)result[0], SBI_ERR_INVALID_PARAM);
	}
	ck_assert_uint_eq(sbi(1, SBI_LEGACY_SFENCE_VMA, 0, 0, 0, 0),
			  DISPOSITION_STEP | REPLY_FENCE);
	ck_assert_uint_eq(sbi(1, SBI_LEGACY_SFENCE_VMA_ASID, 0, 0, 0, 0),
			  DISPOSITION_STEP | REPLY_FENCE);
	ck_assert_uint_eq(sbi(1, SBI_LEGACY_FENCE_I, 0, 0, 0, 0), DISPOSITION_STEP);
	ck_assert_uint_eq(fences, before + 2);
}
END_TEST

START_TEST(test_reset)
{
	static const struct {
		uint64_t type;
		uint64_t reason;
		int end;
	} calls[] = {
		{ 0, 0, GUEST_OFF },   { 0, 1, GUEST_OFF },
		{ 1, 0, GUEST_RESET }, { 2, 1, GUEST_RESET },
		{ 3, 0, -1 },          { 0xf0000000, 0, -1 },
		{ 0, 2, -1 },          { 1, 0xe0000000, -1 },
		{ 1, 0xf0000000, -1 }, { 1ULL << 32 | 1, 0, GUEST_RESET },
	};

	for (uint32_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		guest_start();
		ck_assert_uint_eq(sbi(0, SBI_SRST, 0, calls[i].type, calls[i].reason, 0),
				  calls[i].end < 0 ? DISPOSITION_STEP : DISPOSITION_PARK);
		ck_assert_int_eq(ended, calls[i].end);
		if (calls[i].end < 0)
			ck_assert_int_eq((int64_t)result[0], SBI_ERR_INVALID_PARAM);
	}
	guest_start();
	ck_assert_uint_eq(sbi(0, SBI_LEGACY_SHUTDOWN, 0, 0, 0, 0), DISPOSITION_PARK);
	ck_assert_int_eq(ended, GUEST_OFF);
}
END_TEST

START_TEST(test_console)
{
	guest_start();
	memcpy(&memory[0x200], "early words", 11);
	ck_assert_uint_eq(sbi_value(0, SBI_DBCN, 0, 11, MEMORY_BASE + 0x200, 0), 11);
	ck_assert_str_eq(console_text(), "early words");
	ck_assert_uint_eq(sbi_value(0, SBI_DBCN, 2, 'x', 0, 0), 0);
	ck_assert_int_eq(sbi_error(0, SBI_LEGACY_PUTCHAR, 0, 'y', 0, 0), 0);
	ck_assert_str_eq(console_text(), "xy");
	/* Only memory, and only of 64 bits. */
	ck_assert_int_eq(sbi_error(0, SBI_DBCN, 0, 11, MEMORY_BASE + 0x200, 1),
			 SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_DBCN, 0, 11, UART, 0), SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_DBCN, 1, MEMORY_SIZE + 1, MEMORY_BASE, 0),
			 SBI_ERR_INVALID_PARAM);
	ck_assert_int_eq(sbi_error(0, SBI_DBCN, 0, UINT64_MAX, MEMORY_BASE + 1, 0),
			 SBI_ERR_INVALID_PARAM);
	ck_assert_str_eq(console_text(), "");
	/* Nothing to read; then something. */
	ck_assert_uint_eq(sbi_value(0, SBI_DBCN, 1, 16, MEMORY_BASE + 0x300, 0), 0);
	ck_assert_int_eq(sbi_error(0, SBI_LEGACY_GETCHAR, 0, 0, 0, 0), -1);
	console_type("typed");
	ck_assert_int_eq(sbi_error(0, SBI_LEGACY_GETCHAR, 0, 0, 0, 0), 't');
	ck_assert_uint_eq(sbi_value(0, SBI_DBCN, 1, 3, MEMORY_BASE + 0x300, 0), 3);
	ck_assert_mem_eq(&memory[0x300], "ype\0", 4);
	ck_assert_uint_eq(sbi_value(0, SBI_DBCN, 1, 16, MEMORY_BASE + 0x300, 0), 1);
}
END_TEST

/* A line that nobody empties: what does not block says how much it took, what does is called again. */
START_TEST(test_full_console)
{
	guest_start();
	memset(&memory[0x1000], 'a', 0x2000);
	stream_await_data(&console_out);
	ck_assert_uint_eq(sbi_value(0, SBI_DBCN, 0, 0x2000, MEMORY_BASE + 0x1000, 0), STREAM_SIZE);
	ck_assert_uint_gt(signals[CAP_CONSOLE], 0);
	ck_assert_uint_eq(sbi_value(0, SBI_DBCN, 0, 1, MEMORY_BASE + 0x1000, 0), 0);
	ck_assert_uint_eq(sbi(0, SBI_DBCN, 2, 'b', 0, 0), DISPOSITION_RESUME);
	ck_assert_uint_eq(sbi(0, SBI_LEGACY_PUTCHAR, 0, 'b', 0, 0), DISPOSITION_RESUME);
	ck_assert_uint_eq(strlen(console_text()), STREAM_SIZE);
	ck_assert_uint_eq(sbi(0, SBI_DBCN, 2, 'b', 0, 0), DISPOSITION_STEP);
	ck_assert_str_eq(console_text(), "b");
}
END_TEST

/* Without a UART there is no console. */
START_TEST(test_no_console)
{
	guest_configure();
	config.devices[1] = config.devices[3];
	config.device_count = 3;
	guest_begin();
	ck_assert_uint_eq(sbi_value(0, SBI_BASE, 3, SBI_DBCN, 0, 0), 0);
	ck_assert_int_eq(sbi_error(0, SBI_DBCN, 2, 'x', 0, 0), SBI_ERR_NOT_SUPPORTED);
	ck_assert_int_eq(sbi_error(0, SBI_LEGACY_PUTCHAR, 0, 'x', 0, 0), 0);
	ck_assert_int_eq(sbi_error(0, SBI_LEGACY_GETCHAR, 0, 0, 0, 0), -1);
}
END_TEST

Suite *sbi_suite(void)
{
	Suite *suite = suite_create("sbi");
	TCase *tests = tcase_create("sbi");

	tcase_add_test(tests, test_base);
	tcase_add_test(tests, test_functions);
	tcase_add_loop_test(tests, test_timer, 0, 2);
	tcase_add_test(tests, test_ipi);
	tcase_add_test(tests, test_legacy_ipi);
	tcase_add_test(tests, test_fences);
	tcase_add_test(tests, test_reset);
	tcase_add_test(tests, test_console);
	tcase_add_test(tests, test_full_console);
	tcase_add_test(tests, test_no_console);
	suite_add_tcase(suite, tests);
	return suite;
}
