/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of the task that lets hostile threads make random calls: apart, because it needs the task's CNode for them. */
#include "random.h"

void server_main(struct message *first)
{
	static const struct suite *const suites[] = { &random_suite };

	(void)first;
	suites_run(suites, ARRAY_SIZE(suites));
}
