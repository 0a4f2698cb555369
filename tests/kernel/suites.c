/* SPDX-License-Identifier: BSD-2-Clause */
/* What a test task does: all its tests in one order, a TAP line each, then the machine goes off. */
#include "test.h"

static void run_suite(const struct suite *suite, uint32_t *number)
{
	for (size_t i = 0; i < suite->count; i++) {
		bool passed = test_run(suite->tests[i].run);

		report_line("%sok %u - %s", passed ? "" : "not ", ++*number, suite->tests[i].name);
		objects_clear();
	}
}

void suites_run(const struct suite *const suites[], size_t suite_count)
{
	uint32_t number = 0;
	size_t count = 0;

	for (size_t i = 0; i < suite_count; i++)
		count += suites[i]->count;
	report_line("1..%lu", (unsigned long)count);
	if (objects_open())
		for (size_t i = 0; i < suite_count; i++)
			run_suite(suites[i], &number);
	firmware_system_off(ROOT_SLOT_FIRMWARE);
}
