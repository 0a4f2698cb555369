/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program of the tests of a virtio console whose model is in a device server, with "memory": "copy".
 * The driver's tests are those of a console in the VMM: it sees no difference.
 */
#include <stdlib.h>

#include "test_vmm_copy.h"

int main(void)
{
	SRunner *runner = srunner_create(virtio_suite());
	int failed;

	srunner_add_suite(runner, virtio_ports_suite());
	srunner_add_suite(runner, channel_suite());
	srunner_add_suite(runner, channel_answers_suite());
	srunner_add_suite(runner, channel_hostile_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
