/* SPDX-License-Identifier: BSD-2-Clause */
/* A storm, and the count of it. */
#include "storm.h"

#include <machine.h>
#include <record.h>

void guest_main(const uint8_t *tree)
{
	(void)tree;
	record_start(storm_name);
	storm_start();
	for (;;)
		record.count += storm_once();
}
