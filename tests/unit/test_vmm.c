/* SPDX-License-Identifier: BSD-2-Clause */
/* The program of the tests of a VMM server that has all devices itself. */
#include <stdlib.h>

#include "test_vmm_fixture.h"

void place_configure(void)
{
}

void place_signal(uint32_t cap)
{
	(void)cap;
}

uint64_t place_event(uint64_t bits)
{
	return bits;
}

void place_after_exit(void)
{
}

int main(void)
{
	SRunner *runner = srunner_create(bus_suite());
	int failed;

	srunner_add_suite(runner, exits_suite());
	srunner_add_suite(runner, gic_suite());
	srunner_add_suite(runner, pl011_suite());
	srunner_add_suite(runner, pl031_suite());
	srunner_add_suite(runner, pl061_suite());
	srunner_add_suite(runner, psci_suite());
	srunner_add_suite(runner, sysreg_suite());
	srunner_add_suite(runner, decode_suite());
	srunner_add_suite(runner, emulate_suite());
	srunner_add_suite(runner, virtio_queue_suite());
	srunner_add_suite(runner, virtio_suite());
	srunner_add_suite(runner, virtio_ports_suite());
	srunner_add_suite(runner, lines_suite());
	srunner_add_suite(runner, isolated_suite());
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
