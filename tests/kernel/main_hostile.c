/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of the task of hostile servers: apart, because they try all values. */
#include "test.h"

void server_main(struct message *first)
{
	static const struct suite *const suites[] = { &page_suite,   &answer_suite, &change_suite,
						      &state_suite,  &server_suite, &driver_suite,
						      &number_suite, &leak_suite,   &walk_suite };

	(void)first;
	suites_run(suites, ARRAY_SIZE(suites));
}
