/* SPDX-License-Identifier: BSD-2-Clause */
/* The program of the tests of the host tool. */
#include "test_cloister.h"

#include <stdlib.h>

int main(void)
{
	SRunner *runner = srunner_create(formats_suite());
	int failed;

	srunner_add_suite(runner, document_suite());
	srunner_add_suite(runner, tree_suite());
	srunner_add_suite(runner, plan_suite());
	srunner_add_suite(runner, plan_device_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
