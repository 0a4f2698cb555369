/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel test task's start: all tests in one order, a TAP line each, then the machine goes off. */
#include "test.h"

static const struct suite *const suites[] = {
	&untyped_suite,      &cnode_suite,    &frame_suite,   &table_suite,     &thread_suite,
	&fault_suite,        &register_suite, &syscall_suite, &call_suite,      &chain_suite,
	&notification_suite, &time_suite,     &irq_suite,     &firmware_suite,  &vcpu_suite,
	&exit_suite,         &access_suite,   &reply_suite,   &interrupt_suite, &priority_suite,
	&timer_suite,        &passed_suite,   &event_suite,   &window_suite,    &device_suite,
};

static void run_suite(const struct suite *suite, uint32_t *number)
{
	for (size_t i = 0; i < suite->count; i++) {
		bool passed = test_run(suite->tests[i].run);

		report_line("%sok %u - %s", passed ? "" : "not ", ++*number, suite->tests[i].name);
		objects_clear();
	}
}

void server_main(struct message *first)
{
	uint32_t number = 0;
	size_t count = 0;

	(void)first;
	for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
		count += suites[i]->count;
	report_line("1..%lu", (unsigned long)count);
	if (objects_open())
		for (size_t i = 0; i < ARRAY_SIZE(suites); i++)
			run_suite(suites[i], &number);
	firmware_system_off(ROOT_SLOT_FIRMWARE);
}
