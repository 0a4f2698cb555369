/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of the task that makes every invocation in every wrong way: apart, because it looks at all it has after each. */
#include "invocations.h"

void server_main(struct message *first)
{
	static const struct suite *const suites[] = { &invocation_suite };

	(void)first;
	suites_run(suites, ARRAY_SIZE(suites));
}
