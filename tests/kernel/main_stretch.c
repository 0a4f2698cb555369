/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of the task whose long operations are looked at for how long interrupts wait: apart, because that is slow. */
#include "test.h"

void server_main(struct message *first)
{
	static const struct suite *const suites[] = { &stretch_suite, &crowd_suite };

	(void)first;
	suites_run(suites, ARRAY_SIZE(suites));
}
