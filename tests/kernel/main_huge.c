/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of the task that maps 1 GiB: apart, because it needs a machine that has it. */
#include "test.h"

void server_main(struct message *first)
{
	static const struct suite *const suites[] = { &huge_suite };

	(void)first;
	suites_run(suites, ARRAY_SIZE(suites));
}
