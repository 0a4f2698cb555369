/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of timeouts.
 */
#include "kernel_machine.h"

#define COUNT 200

START_TEST(boots)
{
	uint64_t address = 0, used = 1;
	uint32_t bits = 0, flags = 1;

	ck_assert_ok(untyped_describe(MACHINE_UNTYPED, &address, &bits, &flags, &used));
	ck_assert_uint_eq(bits, 24);
	ck_assert_uint_eq(used, 0);
	machine_check();
	struct task t = task_new();
	ck_assert_ok(thread_resume(t.cap));
	machine_run_task(&t);
	machine_check();
}
END_TEST

int main(void)
{
	TCase *tcase = machine_case("boot");

	tcase_add_test(tcase, boots);
	return machine_main("time", &tcase, 1);
}
