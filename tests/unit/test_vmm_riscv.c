/* SPDX-License-Identifier: BSD-2-Clause */
/* The program of the tests of RISC-V's VMM server. */
#include <stdlib.h>

#include "test_vmm_riscv.h"

int main(void)
{
	SRunner *runner = srunner_create(plic_suite());
	int failed;

	srunner_add_suite(runner, sbi_suite());
	srunner_add_suite(runner, hsm_suite());
	srunner_add_suite(runner, ns16550a_suite());
	srunner_add_suite(runner, goldfish_suite());
	srunner_add_suite(runner, riscv_exits_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
