/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel test task's start: all tests but those that take long. */
#include "test.h"

static const struct suite *const suites[] = {
	&untyped_suite,      &cnode_suite,    &frame_suite,    &table_suite,  &thread_suite,
	&fault_suite,        &register_suite, &syscall_suite,  &call_suite,   &chain_suite,
	&notification_suite, &time_suite,     &deadline_suite, &turn_suite,   &irq_suite,
	&firmware_suite,     &vcpu_suite,     &exit_suite,     &access_suite, &reply_suite,
	&interrupt_suite,    &event_suite,    &window_suite,   &stage2_suite, &device_suite,
	&timer_suite,        &passed_suite,   &save_suite,     ARCH_SUITES,
};

void server_main(struct message *first)
{
	(void)first;
	suites_run(suites, ARRAY_SIZE(suites));
}
