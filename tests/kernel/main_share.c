/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of the task that measures shares over ten seconds each: apart, because that takes long. */
#include "test.h"

void server_main(struct message *first)
{
	static const struct suite *const suites[] = { &share_suite };

	(void)first;
	suites_run(suites, ARRAY_SIZE(suites));
}
